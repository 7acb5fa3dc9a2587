"""Deliveries before a real browser: tried again, watched and decided without a reload, and axe finds nothing."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from app.domain.delivery import DeliveryError
from app.models import Editor
from app.services.acting import Acting
from app.services.publishing import publish
from tests.browser.conftest import Desk
from tests.browser.test_accessibility import AXE, faults
from tests.databases import skip_or_fail
from tests.factories import DAY
from tests.services.shelf import Shelf

NAME = f"{DAY}---Hot-Papers.md"


@pytest.fixture
def shelf(app: Flask) -> Shelf:
    """The desk's one target, which is locked."""
    shelf = Shelf()
    shelf.fails = DeliveryError("The shelf is locked.")
    app.extensions["targets"] = [shelf]
    return shelf


def test_a_delivery_is_tried_watched_and_decided(
    page: Page, context_of: Callable[..., BrowserContext], desk: Desk, mina: Editor, shelf: Shelf, rules, clock
) -> None:
    if not AXE.exists():
        skip_or_fail("axe is fetched by: python -m app.assets --dev", "REQUIRE_BROWSER")
    publish(desk.session, desk.edition.id, Acting(mina, clock(), rules), targets=[shelf])
    page.goto(f"/posts/{DAY}")
    page.evaluate("window.isTheSamePage = true")
    region = page.locator("#deliveries")
    expect(region.get_by_role("status")).to_have_text("1 of 1 has not arrived.")
    shelf.fails = None
    shelf.files[NAME] = b"Written by hand.\n"
    region.get_by_role("button", name="Try now").click()
    expect(region).to_contain_text("changed there")
    expect(page.locator("#toast")).to_contain_text("Something else stands there")
    assert page.evaluate("window.isTheSamePage") is True
    region.get_by_role("link", name="See what differs").click()
    expect(page.get_by_role("region", name="What differs, line by line")).to_contain_text("Written by hand.")
    # axe is a script of another's, which the policy would keep out.
    other = context_of(color_scheme="dark", bypass_csp=True, storage_state=page.context.storage_state()).new_page()
    for address in (f"/posts/{DAY}", page.url):
        other.goto(address)
        assert faults(other) == []
    page.get_by_role("button", name="Put ours in its place").click()
    expect(region.get_by_role("status")).to_have_text("All is as it should be.")
    assert shelf.files[NAME].startswith(b"---\n")
