"""Previews: as a page, as Markdown and as both; the panel's answers, and when there is nothing new for it."""

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from app.domain.profiles import load_profile
from app.models import Item
from tests.conftest import Clock
from tests.web.conftest import HTMX, Laid, press


def test_the_page_and_its_markdown_stand_side_by_side_at_either_width(as_editor: FlaskClient, laid: Laid) -> None:
    page = as_editor.get(f"{laid.address}/preview?as=both&width=phone").text
    assert 'data-as="both" data-width="phone"' in page
    assert page.count('aria-current="true"') == 2
    assert "<iframe" in page and re.findall(r'data-entry="(\d)"># \1\. ', page) == list("12345")
    assert 'data-as="page" data-width="desktop"' in as_editor.get(f"{laid.address}/preview?as=x&width=9").text


def test_the_pieces_of_the_markdown_are_its_bytes(as_editor: FlaskClient, laid: Laid) -> None:
    page = as_editor.get(f"{laid.address}/preview?as=markdown").text
    shown = re.search(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL)[1]
    text = re.sub(r"</?span[^>]*>", "", shown).replace("&#34;", '"').replace("&#39;", "'").replace("&lt;", "<")
    raw = as_editor.get(f"{laid.address}/preview.md").text
    assert text.replace("&gt;", ">").replace("&amp;", "&") == raw


def test_a_panel_is_told_when_nothing_is_new_also_as_time_goes_on(
    as_editor: FlaskClient, laid: Laid, clock: Clock
) -> None:
    first = as_editor.get(f"{laid.address}/preview?as=both", headers=HTMX)
    tag = first.headers["ETag"]
    clock.tick()
    again = as_editor.get(f"{laid.address}/preview?as=both", headers=HTMX | {"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    compressed = tag[:-1] + ':gzip"'
    assert (
        as_editor.get(f"{laid.address}/preview?as=both", headers=HTMX | {"If-None-Match": compressed}).status_code
        == 304
    )
    assert as_editor.get(f"{laid.address}/preview?as=page", headers=HTMX | {"If-None-Match": tag}).status_code == 200
    press(as_editor, f"/items/{laid.ids()[0]}/drop")
    changed = as_editor.get(f"{laid.address}/preview?as=both", headers=HTMX | {"If-None-Match": tag})
    assert changed.status_code == 200 and changed.headers["ETag"] != tag
    # The page around it has a token of its own, and is never taken for the same.
    assert "ETag" not in as_editor.get(f"{laid.address}/preview").headers


def test_the_page_is_drawn_in_our_form_and_the_markdown_is_the_houses(app, as_editor: FlaskClient, laid: Laid) -> None:
    laid.items()[0].headline = "Moss {{ x }} and $a_i$"
    laid.session.commit()
    drawn = as_editor.get(f"{laid.address}/preview.html").text
    assert "Moss {{ x }} and <math" in drawn
    app.extensions["rules"] = replace(app.extensions["rules"], profile=load_profile("jekyll"))
    assert as_editor.get(f"{laid.address}/preview.html").text == drawn
    text = as_editor.get(f"{laid.address}/preview.md").text
    assert text.startswith('---\nlayout: "post"\n')
    assert "# 1. Moss &#123;&#123; x &#125;&#125; and $$a_i$$\n" in text
    both = as_editor.get(f"{laid.address}/preview?as=both").text
    assert "and $$a_i$$" in both and re.findall(r'data-entry="(\d)"># \1\. ', both) == list("12345")


def test_a_profile_that_this_draft_trips_over_is_told_where_its_markdown_would_stand(
    app, as_editor: FlaskClient, laid: Laid
) -> None:
    drawn = as_editor.get(f"{laid.address}/preview.html").text
    house = replace(load_profile("hugo"), name="house", body="{{ title }}\n{{ 1 / 0 }}")
    app.extensions["rules"] = replace(app.extensions["rules"], profile=house)
    said = "The profile house cannot be filled in with this post: body.md.jinja, line 2: it cannot be filled in"
    assert said in as_editor.get(f"{laid.address}/preview?as=markdown").text
    assert as_editor.get(f"{laid.address}/preview.html").text == drawn


def test_an_edition_without_picks_has_a_friendly_sheet(as_editor: FlaskClient, laid: Laid) -> None:
    for item in laid.session.query(Item).filter_by(state="picked"):
        press(as_editor, f"/items/{item.id}/return")
    for address in ("preview", "preview?as=both", "preview.html"):
        assert "No paper is picked yet." in as_editor.get(f"{laid.address}/{address}").text
    assert "No paper is picked" not in as_editor.get(f"{laid.address}/preview.md").text


def test_the_desk_reserves_the_place_and_promises_nothing_without_scripts(as_editor: FlaskClient, laid: Laid) -> None:
    side = as_editor.get(laid.address).text.split('<aside class="side"')[1].split("</aside>")[0]
    assert 'class="paper composing" aria-hidden="true"' in side
    assert "Open the preview" in side and "Composing" not in side
    assert "<iframe" not in side and 'data-place="panel"' in side


def test_the_page_by_itself_is_the_document_and_runs_no_script(
    as_editor: FlaskClient, client: FlaskClient, laid: Laid
) -> None:
    response = as_editor.get(f"{laid.address}/preview.html")
    assert response.text.count("<h1>") == 5 and "<script" not in response.text
    assert "script-src 'none'" in response.headers["Content-Security-Policy"]
    assert client.get(f"{laid.address}/preview.html").status_code == 303


@pytest.mark.parametrize("address", ["preview", "preview?as=both"])
def test_a_published_edition_is_shown_as_it_was_published(as_editor: FlaskClient, laid: Laid, address: str) -> None:
    press(as_editor, f"{laid.address}/publication")
    page = as_editor.get(f"{laid.address}/{address}").text
    assert "As it was published" in page and "data-follows" not in page and "Reading link" not in page
