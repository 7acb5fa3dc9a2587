"""For everybody: axe finds nothing, light and dark, wide and narrow; nothing runs over the edge at 320 pixels."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from app import assets
from app.models import Editor
from tests.browser.conftest import Desk, sign_in
from tests.databases import skip_or_fail
from tests.factories import DAY

AXE = assets.TOOLS / "axe.min.js"
PAGES = (
    f"/editions/{DAY}",
    f"/editions/{DAY}?q=lanterns&category=cs.LG&without=source:twitter",
    f"/editions/{DAY}?q=nowhere+to+be+found",
    "/items/1",
    "/items/1/menu",
    "/items/9/mentions",
    f"/mentions/1/strike?date={DAY}",
    "/keys",
    f"/editions/{DAY}/publication",
    f"/editions/{DAY}/preview?as=both",
    f"/editions/{DAY}/preview.html",
    "/editions/2026-11-21",
    f"/editions/{DAY}/history",
    f"/editions/{DAY}/history/1",
    "/posts",
    "/runs",
    "/runs/1",
    "/settings",
    f"/editions/{DAY}/collecting",
    "/password",
    "/nowhere",
)
# Rows that are not drawn yet would be measured as they are not: docs of content-visibility.
DRAW_ALL = """() => { const sheet = new CSSStyleSheet();
    sheet.replaceSync('.item { content-visibility: visible !important } * { transition: none !important }');
    document.adoptedStyleSheets.push(sheet); }"""

RUNS_OVER = """() => { const { clientWidth: width } = document.documentElement;
    const isOver = (box) => box.left < 0 || box.right > width || document.documentElement.scrollWidth > width;
    const menus = [...document.querySelectorAll('details.menu')].filter((menu) => menu.checkVisibility());
    const over = menus.filter((menu) => { menu.open = true;
        const found = isOver(menu.querySelector('.menu-body').getBoundingClientRect());
        menu.open = false; return found; });
    return [...(isOver({ left: 0, right: 0 }) ? ['the page'] : []), ...over.map((menu) => menu.textContent)]; }"""


# What fades in has its colours only once it is there; what goes on without an end is as it is.
AT_REST = """Promise.allSettled(document.getAnimations()
  .filter((animation) => Number.isFinite(animation.effect.getComputedTiming().endTime))
  .map((animation) => animation.finished))"""


def faults(page: Page) -> list[str]:
    """What axe finds on a page that has come to rest."""
    page.evaluate(DRAW_ALL)
    page.evaluate(AT_REST)
    page.evaluate(AXE.read_text(encoding="utf8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations'], iframes: false})")
    return [
        f"{page.url}: {fault['id']}: {node['html'][:120]}" for fault in found["violations"] for node in fault["nodes"]
    ]


# Colours are of the scheme, sizes of the width; the style guide is looked at in all four.
@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1200)])
def test_axe_finds_nothing(
    context_of: Callable[..., BrowserContext], desk: Desk, mina: Editor, scheme: str, width: int
) -> None:
    if not AXE.exists():
        skip_or_fail("axe is fetched by: python -m app.assets --dev", "REQUIRE_BROWSER")
    context = context_of(color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True)
    door = context.new_page()
    door.goto("/sign-in")
    found = faults(door)
    page = sign_in(context)
    page.locator(f"#item-{desk.ids()[0]} .title a").click()
    page.locator(".details").wait_for()
    page.locator(f"#item-{desk.ids('candidate')[0]}").get_by_role("button", name="Drop").click()
    page.locator("#toast button").first.wait_for()
    page.locator("#dropped summary").click()
    page.locator(f"#item-{desk.ids()[1]} .choose").check()
    found += faults(page)
    for opener in ("a.primary", f"#item-{desk.ids()[1]} [data-act=more]", "#edition-notices [data-dialog]"):
        page.locator(opener).click()
        page.locator("#dialog[open] #dialog-body > *").first.wait_for()
        found += faults(page)
        page.keyboard.press("Escape")
    page.locator("#main").focus()
    for key, opened in (("?", "#keys[open]"), ("Control+k", "#palette[open] [role=option]"), ("l", "#lens-menu[open]")):
        page.keyboard.press(key)
        page.locator(opened).first.wait_for()
        found += faults(page)
        page.keyboard.press("Escape")
    for address in PAGES:
        page.goto(address)
        found += faults(page)
    assert not found


@pytest.mark.parametrize("width", [320, 390, 768, 1061])
def test_nothing_runs_over_the_edge(
    context_of: Callable[..., BrowserContext], desk: Desk, mina: Editor, width: int
) -> None:
    page = sign_in(context_of(viewport={"width": width, "height": 800}))
    page.locator(f"#item-{desk.ids()[0]} .title a").click()
    page.locator(".details").wait_for()
    assert page.locator("#search").bounding_box()["width"] >= 160
    too_wide = []
    for address in (None, *PAGES):
        if address:
            page.goto(address)
        too_wide += [f"{page.url}: {what.split()[:6]}" for what in page.evaluate(RUNS_OVER)]
    assert not too_wide
