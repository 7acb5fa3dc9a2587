"""After publishing in a real browser: a time is set and taken off, a post is taken back, and another is corrected."""

import re

from flask import Flask
from playwright.sync_api import Page, expect

from app.domain.editions import Rules
from app.models import Editor
from app.services import curation
from app.services.acting import Acting
from tests.browser.conftest import Desk
from tests.conftest import Clock
from tests.factories import DAY


def test_an_edition_is_scheduled_taken_back_and_corrected(
    page: Page, desk: Desk, app: Flask, mina: Editor, clock: Clock, rules: Rules
) -> None:
    app.config["GRACE"] = 5
    dialog, standing = page.locator("#dialog"), page.locator("#edition-standing")
    page.locator("#publish").click()
    dialog.get_by_role("link", name="Publish later…").click()
    dialog.get_by_label("Day").fill("2026-11-18")
    dialog.get_by_label("Time").fill("00:01")
    dialog.get_by_role("button", name="Publish then").click()
    expect(dialog.get_by_role("alert")).to_contain_text("is over already")
    expect(dialog.get_by_label("Time")).to_be_focused()
    expect(dialog.get_by_label("Time")).to_have_value("00:01")
    dialog.get_by_label("Day").fill("2026-11-19")
    dialog.get_by_label("Time").fill("07:15")
    dialog.get_by_role("button", name="Publish then").click()
    expect(dialog).not_to_be_visible()
    expect(standing).to_contain_text("Thu 19 November 2026, 07:15 (UTC)")
    standing.get_by_role("button", name="Take it off").click()
    expect(standing).not_to_contain_text("07:15")

    page.locator("#publish").click()
    dialog.get_by_role("button", name=re.compile("Publish 8 papers")).click()
    page.wait_for_url(f"**/posts/{DAY}")
    expect(page.locator(".countdown")).to_have_text(re.compile(r"4 min 5\d s"))
    page.get_by_role("button", name="Take it back").click()
    page.wait_for_url(f"**/editions/{DAY}")
    expect(page.get_by_text("Taken back before it went out")).to_be_visible()

    app.config["GRACE"] = 0
    page.keyboard.press("Control+Enter")
    expect(dialog.get_by_role("button", name=re.compile("Publish 8 papers"))).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/posts/{DAY}")
    page.get_by_role("button", name="Correct").click()
    page.wait_for_url(f"**/editions/{DAY}")
    expect(standing).to_contain_text("Being corrected.")
    best = desk.items()[0]
    by = Acting(desk.session.merge(mina), clock(), rules)
    curation.annotate(desk.session, best.id, headline="The right name", note="", version=best.version, by=by)
    page.locator("#publish").click()
    dialog.get_by_text("1 line differs from revision 2").click()
    expect(dialog.locator(".line.come")).to_contain_text("The right name")
    dialog.get_by_label("What was wrong, for the readers").fill("A name was wrong.")
    dialog.get_by_role("button", name="Publish the correction").click()
    page.wait_for_url(f"**/posts/{DAY}")
    expect(page.get_by_text("Published as revision 3.")).to_be_visible()
    expect(page.locator(".revisions li")).to_have_count(3)
    expect(page.locator(".revisions .tag", has_text="taken back")).to_have_count(1)
