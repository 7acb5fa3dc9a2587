"""The pages of the history: lines that open to before and after, an edition as it stood, and what is brought back."""

import re
from datetime import timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy import select

from app.models import AuditEvent, Editor
from app.services import curation, cutting, evidence
from app.services.acting import Acting
from app.services.audit import Acted, Kind
from app.services.filling import fill_edition
from app.services.publishing import publish
from app.services.undo import undo
from app.web.history import GROUPS
from tests.factories import DAY, MORNING
from tests.web.conftest import HTMX, Laid, press

ADDRESS = f"/editions/{DAY}/history"


@pytest.fixture
def by(editor, clock, rules) -> Acting:
    """Ana, in the morning."""
    return Acting(editor, clock(), rules)


def annotate(laid: Laid, item_id: int, by: Acting, **texts: str | None) -> Acted:
    """Save texts of a paper, and leave the others as they are."""
    item = laid.item(item_id)
    texts = {"headline": item.headline, "note": item.note} | texts
    return curation.annotate(laid.session, item_id, by, version=item.version, **texts)


def lines(page: str) -> list[str]:
    """What each line of the history says, in plain words."""
    found = re.findall(r'<span class="past-said">(.*?)</span>\s*<svg', page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", line).split()) for line in found]


def plain(page: str) -> str:
    """The words of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_every_kind_of_event_stands_in_one_group() -> None:
    kinds = [kind for _, found in GROUPS.values() for kind in found]
    assert sorted(kinds) == sorted(Kind)


def test_the_history_of_an_edition_tells_everything_in_words(as_reader: FlaskClient, laid: Laid, by: Acting) -> None:
    first, second = laid.ids()[0], laid.ids()[4]
    cutting.set_cut(laid.session, laid.edition.id, by, cut=35)
    curation.move(laid.session, second, by, to="top")
    annotate(laid, first, by, note="Ten years of waiting.")
    annotate(laid, first, by, note="Nine years of waiting.")
    evidence.strike(laid.session, laid.mention.id, by, edition_id=laid.edition.id, reason="an advert")
    page = as_reader.get(ADDRESS).text
    assert [line.split()[0] for line in lines(page)] == ["Ana"] * 5 + ["The"] * 2
    assert lines(page)[3].startswith("Ana moved")
    assert lines(page)[4] == "Ana moved the cut from 50 to 35: 1 more picked"
    assert lines(page)[5] == "The job filled the edition with 8 papers, 5 of them picked"
    assert lines(page)[6].startswith("The job collected the papers of Wed 18 November 2026: 8 found, 8 new")
    words = plain(page)
    assert "place no. 5 → became no. 1" in words
    assert "cut 50 → became 35" in words
    assert "place a candidate → became no. 6" in words
    assert "counts yes → became no, struck: an advert" in words
    assert re.search(r"<del>.*?Ten </del><ins>.*?Nine </ins>years of waiting\.", page)
    assert "&#34;fields&#34;" not in page
    assert "Bring back" not in page


def test_times_are_those_of_the_house_and_lines_stand_by_day(
    as_editor: FlaskClient, app, laid: Laid, editor: Editor, clock, rules
) -> None:
    app.config["TIMEZONE"] = ZoneInfo("Asia/Tokyo")
    curation.drop(laid.session, laid.ids()[0], Acting(editor, clock.tick(hours=8), rules))
    page = as_editor.get(ADDRESS).text
    assert re.findall(r'<h2 id="day-([\d-]+)">', page) == ["2026-11-19", "2026-11-18"]
    assert '<span class="past-time">01:30</span>' in page


def test_a_run_of_saves_is_one_line_from_its_begin_to_its_end(as_editor: FlaskClient, laid: Laid, by: Acting) -> None:
    changes = [{"item_id": laid.ids()[0], "fields": {"note": [None, "Read it."]}}]
    laid.session.add(
        AuditEvent(
            kind="item.annotated",
            at=by.now,
            ended_at=by.now + timedelta(minutes=12),
            editor_id=by.editor_id,
            edition_id=laid.edition.id,
            item_id=laid.ids()[0],
            summary="wrote the note of “A lamp”",
            changes=changes,
        )
    )
    laid.session.commit()
    assert '<span class="past-time">08:30–08:42</span>' in as_editor.get(ADDRESS).text


def test_the_history_is_filtered_by_person_kind_and_paper(
    as_editor: FlaskClient, laid: Laid, by: Acting, other_editor: Editor, clock, rules
) -> None:
    first, second, third, *_ = laid.ids()
    curation.drop(laid.session, first, by)
    curation.move(laid.session, third, Acting(other_editor, clock.tick(), rules), to="top")

    def shown(**asked) -> list[str]:
        return [line.split()[0] for line in lines(as_editor.get(ADDRESS, query_string=asked).text)]

    assert shown(by=other_editor.id) == ["Jo"]
    assert shown(by="job") == ["The", "The"]
    assert shown(what="order") == ["Jo"]
    assert shown(what="data") == ["The", "The"]
    assert shown(item=first) == ["Ana"]
    assert shown(item=first, by=other_editor.id) == []
    assert shown(by="nobody", what="nothing", page="-3") == shown()
    assert "Nothing like that has happened" in as_editor.get(ADDRESS, query_string={"what": "publishing"}).text
    assert "Nothing older" in as_editor.get(ADDRESS, query_string={"page": 9}).text


def test_the_history_of_a_paper_and_of_all_editions(as_reader: FlaskClient, laid: Laid, by: Acting) -> None:
    first, second, *_ = laid.ids()
    curation.drop(laid.session, first, by)
    curation.drop(laid.session, second, by)
    assert [line[:11] for line in lines(as_reader.get(f"/items/{first}/history").text)] == ["Ana dropped"]
    everything = as_reader.get("/history").text
    assert [line.split()[0] for line in lines(everything)] == ["Ana", "Ana", "The", "The"]
    assert "Wed 18 November 2026" in lines(everything)[0]
    assert lines(as_reader.get(f"/history?by={by.editor_id}").text) == lines(everything)[:2]
    for missing in ("/items/9999/history", "/editions/2026-11-17/history", f"{ADDRESS}/9999"):
        assert as_reader.get(missing).status_code == 404


def test_an_empty_desk_has_an_empty_history(as_editor: FlaskClient) -> None:
    assert "Nothing has happened yet" in as_editor.get("/history").text


def test_strangers_see_no_history(client: FlaskClient, laid: Laid) -> None:
    for address in ("/history", ADDRESS, f"{ADDRESS}/1", f"/items/{laid.ids()[0]}/history"):
        assert client.get(address).status_code == 303


def test_an_edition_is_shown_as_it_stood_with_what_differs_from_now(
    as_editor: FlaskClient, laid: Laid, by: Acting
) -> None:
    first, *_, last = laid.ids()
    moment = curation.move(laid.session, last, by, to="top").event_id
    curation.drop(laid.session, first, by)
    annotate(laid, last, by, note="Read it.")
    page = as_editor.get(f"{ADDRESS}/{moment}").text
    numbers = re.findall(r'<span class="stood-no">(\d*)</span><span class="stood-what"><a href="/items/(\d+)"', page)
    assert numbers[0] == ("1", str(last))
    assert [int(number) for number, _ in numbers[:5]] == [1, 2, 3, 4, 5]
    assert page.count("now dropped") == 1
    assert "1 paper picked no more" in page
    assert "1 text reads otherwise" in page
    assert "Bring this list back" in page
    later = re.search(r'rel="next" href="([^"]+)"', page).group(1)
    assert "1 text reads otherwise" in as_editor.get(later).text
    now = as_editor.get(f"{ADDRESS}/{moment + 2}").text
    assert "Nothing differs" in now
    assert "Bring this list back" not in now


def test_before_anybody_acted_the_page_says_that_nobody_knows(as_editor: FlaskClient, laid: Laid, rules) -> None:
    filled = laid.session.scalars(select(AuditEvent.id)).all()[-1]
    assert "Nothing differs" in as_editor.get(f"{ADDRESS}/{filled}").text
    fill_edition(laid.session, DAY, run_id=1, rules=rules, now=MORNING)
    laid.session.commit()
    page = as_editor.get(f"{ADDRESS}/{filled}").text
    assert "its lists of then are in no log" in page
    assert "stood-no" not in page


def test_the_list_is_brought_back_and_a_refusal_is_one_sentence(as_editor: FlaskClient, laid: Laid, by: Acting) -> None:
    was = laid.ids()
    moment = curation.move(laid.session, was[0], by, to="bottom").event_id
    curation.drop(laid.session, was[1], by)
    answer = press(as_editor, f"{ADDRESS}/{moment}/order")
    assert (answer.status_code, answer.location) == (303, laid.address)
    assert laid.ids() == [*was[1:], was[0]]
    assert "Brought the picked list back as it stood at 08:30: 1 picked again." in as_editor.get(laid.address).text
    again = press(as_editor, f"{ADDRESS}/{moment}/order")
    assert again.status_code == 409
    assert "The picked list stands so already; nothing was changed." in again.text


def test_a_text_is_brought_back_from_the_line_that_changed_it(as_editor: FlaskClient, laid: Laid, by: Acting) -> None:
    item_id = laid.ids()[0]
    annotate(laid, item_id, by, note="Ten years of waiting.")
    event_id = annotate(laid, item_id, by, note=None).event_id
    page = as_editor.get(ADDRESS).text
    address = f"{ADDRESS}/{event_id}/text?name=note&amp;item={item_id}&amp;side=before"
    assert f'form="past" formaction="{address}"' in page
    answer = press(as_editor, address.replace("&amp;", "&"))
    assert (answer.status_code, answer.location) == (303, f"{ADDRESS}/{event_id}")
    assert laid.item(item_id).note == "Ten years of waiting."
    assert "Brought back the note of" in as_editor.get(answer.location).text
    assert press(as_editor, f"{ADDRESS}/{event_id}/text?name=state&side=before&item={item_id}").status_code == 409


def test_a_reader_and_a_published_edition_change_nothing(
    as_editor: FlaskClient, as_reader: FlaskClient, laid: Laid, by: Acting
) -> None:
    item_id = laid.ids()[0]
    moment = curation.move(laid.session, item_id, by, to="bottom").event_id
    event_id = annotate(laid, item_id, by, note="Ten years of waiting.").event_id
    annotate(laid, item_id, by, note="Read it.")
    curation.drop(laid.session, item_id, by)
    was = laid.ids()
    posts = (f"{ADDRESS}/{moment}/order", f"{ADDRESS}/{event_id}/text?name=note&side=after&item={item_id}")
    for address in posts:
        assert press(as_reader, address).status_code == 403
    assert "Bring this" not in as_reader.get(f"{ADDRESS}/{moment}").text
    publish(laid.session, laid.edition.id, by, targets=[])
    for address in posts:
        refused = press(as_editor, address)
        assert refused.status_code == 409
        assert "is published" in refused.text
    for address in (ADDRESS, f"{ADDRESS}/{moment}"):
        assert "Bring" not in plain(as_editor.get(address).text)
    assert (laid.ids(), laid.item(item_id).note) == (was, "Read it.")
    assert "Ana published 2026-11-18---Hot-Papers.md" in lines(as_editor.get(ADDRESS).text)[0]


def test_the_history_is_reached_from_edition_paper_and_posts(
    as_editor: FlaskClient, as_reader: FlaskClient, laid: Laid
) -> None:
    item_id = laid.ids()[0]
    for client in (as_editor, as_reader):
        assert f'id="history" href="{ADDRESS}"' in client.get(laid.address).text
        assert f'href="/items/{item_id}/history"' in client.get(f"/items/{item_id}").text
        assert f'href="/items/{item_id}/history"' in client.get(f"/items/{item_id}/menu").text
        assert 'href="/history"' in client.get("/posts").text


def test_hostile_words_are_shown_and_not_run(as_editor: FlaskClient, laid: Laid, by: Acting) -> None:
    item_id = laid.ids()[0]
    event_id = annotate(laid, item_id, by, note="<script>alert(1)</script>", headline="<b>Lamp</b>").event_id
    curation.drop(laid.session, item_id, by, reason="<i>no</i>")
    for address in (ADDRESS, f"{ADDRESS}/{event_id}", f"/items/{item_id}/history"):
        page = as_editor.get(address).text
        assert "<script>alert" not in page
        assert "<b>Lamp" not in page
        assert "<i>no" not in page
        assert "&lt;script&gt;" in page


@pytest.fixture
def remarked(laid: Laid, by: Acting) -> Laid:
    """A remark is written, written otherwise, taken away, brought back by undo, and held over with its paper."""
    first, second = laid.ids()[:2]
    for remark in ("Quillfeather says no.", "Quillfeather says yes.", None):
        annotate(laid, first, by, remark=remark)
    undo(laid.session, laid.edition.id, by)
    annotate(laid, second, by, note="For everybody.", remark="Ask Quillfeather.")
    curation.hold(laid.session, second, by)
    return laid


def every_page(app: Flask, laid: Laid) -> list[str]:
    """Every address that can be got, of the day, its papers, its mention, its run and its events."""
    events = laid.session.scalars(select(AuditEvent.id)).all()
    values = {
        "day": [str(DAY)],
        "item_id": [item.id for state in ("picked", "candidate", "held") for item in laid.items(state)],
        "mention_id": [laid.mention.id],
        "run_id": [1],
        "event_id": events,
    }
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" in rule.methods and rule.arguments <= values.keys():
                ways = product(*(values[name] for name in sorted(rule.arguments)))
                found += [url_for(rule.endpoint, **dict(zip(sorted(rule.arguments), way, strict=True))) for way in ways]
    return found


def test_a_reader_finds_the_words_of_a_private_remark_nowhere(
    app: Flask, as_editor: FlaskClient, as_reader: FlaskClient, remarked: Laid
) -> None:
    opened = "&".join(f"open={item_id}" for item_id in remarked.ids())
    addresses = [*every_page(app, remarked), f"{remarked.address}/news?seen=1&run=0&{opened}"]
    histories = {ADDRESS, "/history", f"/items/{remarked.ids()[0]}/history"}
    assert histories <= set(addresses) and len(addresses) > 60
    for address in addresses:
        for headers in ({}, HTMX):
            assert "Quillfeather" not in as_reader.get(address, headers=headers).text, address
    for address in histories:
        assert "Quillfeather" in as_editor.get(address).text
        assert "a private remark" in as_reader.get(address).text
    assert "For everybody." in plain(as_reader.get(ADDRESS).text)
