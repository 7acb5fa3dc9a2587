"""The preview in a real browser: it follows in place, as wide as one likes, and is read by a stranger with its link."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from app.domain.editions import Rules
from app.models import Editor
from tests.browser.conftest import Desk, sign_in
from tests.factories import ingest_things, paper

# Where each entry of the page stands under the upper edge of its frame, by its words without the number.
TOPS = """() => Object.fromEntries([...document.querySelector('#preview-page').contentDocument.querySelectorAll('h1')]
    .map((heading) => [heading.textContent.split('. ')[1], Math.round(heading.getBoundingClientRect().top)]))"""
SCROLL = "(by) => document.querySelector('#preview-page').contentWindow.scrollTo(0, by)"
LONG = " + ".join(rf"\frac{{\alpha_{{{n}}}}}{{\beta_{{{n}}}}}" for n in range(12))


def titled(desk: Desk, n: int) -> str:
    """The title of the n-th picked paper."""
    return desk.items()[n].paper.title


def test_the_preview_follows_in_place_and_both_sides_scroll_as_one(page: Page, desk: Desk) -> None:
    preview, ids = page.locator("#preview"), desk.ids()
    frame = page.frame_locator("#preview-page")
    expect(frame.locator("h1").first).to_contain_text("1. Lanterns and Moss")
    page.evaluate("document.querySelector('#preview-page').wasThere = true")
    page.evaluate(SCROLL, 900)
    held = next(words for words, top in page.evaluate(TOPS).items() if top > 0)
    before = page.evaluate(TOPS)[held]
    page.locator(f"#item-{ids[0]}").get_by_role("button", name="Drop").click()
    expect(frame.locator("h1")).to_have_count(7)
    expect(frame.locator("h1").first).to_contain_text(titled(desk, 0))
    # What the eye was on stands where it stood, and the frame was never loaded afresh.
    assert abs(page.evaluate(TOPS)[held] - before) <= 1
    assert page.evaluate("document.querySelector('#preview-page').wasThere") is True

    page.locator("#main").focus()
    page.keyboard.press("v")
    expect(preview.get_by_role("link", name="Page")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    raw = page.locator("#preview-markdown")
    expect(raw).to_contain_text(f"# 1. {titled(desk, 0)}")
    expect(preview.get_by_role("link", name="Both")).to_be_focused()
    raw.hover()
    raw.locator("[data-entry='5']").evaluate("(piece) => piece.scrollIntoView()")
    expect(frame.locator("h1").nth(4)).to_be_in_viewport()
    page.locator("#preview-page").hover()
    page.evaluate(SCROLL, 0)
    expect(raw.locator("span").first).to_be_in_viewport()
    expect(raw.locator("[data-entry='5']")).not_to_be_in_viewport()

    preview.get_by_role("link", name="As wide as a desktop").click()
    assert frame.locator("body").evaluate("() => innerWidth") == 820
    page.reload()
    expect(raw).to_contain_text("# 1. ")
    assert frame.locator("body").evaluate("() => innerWidth") == 820
    expect(preview.get_by_role("link", name="Both")).to_have_attribute("aria-current", "true")
    # Where it is not shown it asks nothing.
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/preview?" in request.url else None)
    page.set_viewport_size({"width": 390, "height": 800})
    page.locator(f"#item-{desk.ids()[1]}").get_by_role("button", name="Drop").click()
    expect(page.locator("#picked > .item")).to_have_count(6)
    expect(page.locator("#toast")).to_contain_text("Dropped")
    # Longer than it would wait before it asks.
    page.wait_for_timeout(700)
    assert asked == []
    page.locator("#main").focus()
    page.keyboard.press("v")
    page.wait_for_url("**/preview")
    assert frame.locator("body").evaluate("() => innerWidth") < 380


def test_a_stranger_reads_with_the_link_until_it_is_taken_back(
    context_of: Callable[..., BrowserContext], desk: Desk, mina: Editor, rules: Rules
) -> None:
    ingest_things(desk.session, rules, [paper(score=990, title=f"On ${LONG}$ and $Q$", abstract=f"So ${LONG}$ it is.")])
    page = sign_in(context_of())
    seen = sign_in(context_of())
    menu = page.locator("#preview-menu")
    page.locator("#preview-page").wait_for()
    menu.locator("summary").click()
    menu.get_by_role("button", name="Make a reading link").click()
    field = menu.get_by_label("Reading link")
    expect(field).to_be_focused()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    menu.get_by_role("button", name="Copy").click()
    expect(page.locator("#toast")).to_contain_text("Copied")
    address = field.input_value()
    assert page.evaluate("navigator.clipboard.readText()") == address

    stranger = context_of(viewport={"width": 320, "height": 700}).new_page()
    stranger.goto(address)
    expect(stranger.locator(".said")).to_contain_text("not published")
    assert stranger.locator("h1").first.locator("math").count() == 2
    assert stranger.evaluate("document.documentElement.scrollWidth") == 320
    assert stranger.evaluate("(m => m.scrollWidth > m.clientWidth)(document.querySelector('p math'))")
    assert stranger.context.cookies() == []

    # Another editor's panel, which did nothing, has heard of the link by itself.
    seen.locator("#preview-menu summary").click()
    expect(seen.locator("#preview-menu").get_by_label("Reading link")).to_have_value(address, timeout=12_000)
    seen.locator("#preview-menu").get_by_role("button", name="Take it back").click()
    expect(seen.locator("#preview-menu").get_by_role("button", name="Make a reading link")).to_be_visible()
    stranger.reload()
    expect(stranger.locator("main")).to_contain_text("was taken back")
    assert stranger.context.cookies() == []
