"""For newcomers: axe finds nothing in any state that the style guide shows, light and dark, wide and narrow."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext

from app.models import Editor
from tests.browser.conftest import sign_in
from tests.browser.test_accessibility import AXE, faults
from tests.databases import skip_or_fail


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(
    app: Flask, context_of: Callable[..., BrowserContext], mina: Editor, scheme: str
) -> None:
    if not AXE.exists():
        skip_or_fail("axe is fetched by: python -m app.assets --dev", "REQUIRE_BROWSER")
    app.debug = True
    page = sign_in(context_of(color_scheme=scheme, bypass_csp=True))
    found, too_wide = [], []
    for width in (1200, 390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto("/styleguide")
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            too_wide.append(width)
        if width > 320:
            found += faults(page)
    assert not found
    assert not too_wide
