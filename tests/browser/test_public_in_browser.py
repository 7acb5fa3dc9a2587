"""The pages for readers in a real browser: for everybody, light and dark, wide and narrow, on paper."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, expect
from sqlalchemy.orm import Session

from app.models import Editor
from app.services.acting import Acting
from app.services.publishing import publish
from tests.browser.conftest import Desk
from tests.browser.test_accessibility import AXE, RUNS_OVER, faults
from tests.databases import skip_or_fail
from tests.factories import DAY

PAGES = ("/hot-papers", "/hot-papers/archive", "/hot-papers/2026-11", "/hot-papers/2020-01-01")
# The measure: about so many signs stand in a line.
SIGNS = """() => { const text = document.querySelector('.abstract, .text');
    return text.clientWidth / (parseFloat(getComputedStyle(text).fontSize) / 2); }"""


def test_a_reader_reads_on_any_screen_and_on_paper(
    context_of: Callable[..., BrowserContext], desk: Desk, mina: Editor, session: Session, rules, clock
) -> None:
    if not AXE.exists():
        skip_or_fail("axe is fetched by: python -m app.assets --dev", "REQUIRE_BROWSER")
    publish(session, desk.edition.id, Acting(mina, clock(), rules), targets=[])
    found: list[str] = []
    for scheme, width in (("light", 320), ("dark", 1280)):
        context = context_of(color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True)
        page = context.new_page()
        for address in PAGES:
            page.goto(address)
            found += [*faults(page), *page.evaluate(RUNS_OVER)]
        assert context.cookies() == []
    assert found == []
    page.goto("/hot-papers")
    assert 50 < page.evaluate(SIGNS) < 85
    page.get_by_role("navigation", name="Papers of this day").get_by_role("link").last.click()
    expect(page.locator("h2:target")).to_be_in_viewport()
    page.get_by_role("link", name="Archive").click()
    page.get_by_role("link", name="November 2026").click()
    page.get_by_role("link", name="Wednesday 18").click()
    expect(page).to_have_url(f"{page.url.split('/hot-papers')[0]}/hot-papers/{DAY}")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Pages")).to_be_hidden()
    expect(page.locator(".on-paper")).to_be_visible()
