"""Quotes on the page: every mention says how it stands to them, and is chosen, ordered and hidden by plain forms."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.domain.editions import Rules
from app.models import AuditEvent
from tests.factories import DAY, ingest_things, mention, mention_row, paper
from tests.web.conftest import HTMX, Laid, press, region_of

NAMES = ("loud", "clear", "quiet", "again", "bare")


@pytest.fixture
def said(session: Session, rules: Rules) -> Laid:
    """A picked paper of which four things are said, two of them loud enough, and a candidate."""
    first = paper(score=80, source="bluesky")
    things = [
        mention("loud", first, reposts=60, text="Loud.", author_handle="loud"),
        mention("clear", first, reposts=40, text="Clear.", author_handle="clear"),
        mention("quiet", first, reposts=3, text="Quiet.", author_handle="quiet"),
        mention("again", first, reposts=50, text="Again.", author_handle="again", repost_of="loud"),
        mention("bare", first, text="", url="", posted_on=None, author_handle="bare"),
    ]
    ingest_things(session, rules, [first, paper(score=30), *things])
    return Laid(session)


def shown(text: str, laid: Laid) -> dict[str, str]:
    """How each mention stands to the quotes, and its buttons, by its name and in the order of the page."""
    found = {}
    ids = {str(mention_row(laid.session, name).id): name for name in NAMES}
    for mention_id, row in re.findall(r'id="mention-\d+-(\d+)">(.*?)</li>', text, re.DOTALL):
        line = row.split('class="quoting"')[1].split("<a ")[0]
        names = re.sub(r'<button[^>]*aria-label="([^"]*)"[^>]*>', r"|\1", line)
        found[ids[mention_id]] = " ".join(re.sub(r"<[^>]+>", " ", names.split(">", 1)[1]).split())
    return found


def details(client: FlaskClient, laid: Laid) -> str:
    return client.get(f"/items/{laid.ids()[0]}", headers=HTMX).text


def address(laid: Laid, name: str, more: str = "") -> str:
    return f"/items/{laid.ids()[0]}/quotes/{mention_row(laid.session, name).id}{more}"


ARROWS = " |Quote it earlier |Quote it later"


def test_every_mention_says_whether_it_is_quoted_and_as_which(as_editor: FlaskClient, said: Laid) -> None:
    text = details(as_editor, said)
    assert shown(text, said) == {
        "loud": f"quoted 1st Hide{ARROWS}",
        "clear": f"quoted 2nd Hide{ARROWS}",
        "again": "not quoted: a repost",
        "quiet": "not quoted: below 25 Quote",
        "bare": "not quoted: no words",
    }
    assert "The post quotes 2 of 5 mentions, by the rule." in " ".join(text.split())


def test_a_choice_answers_with_the_details_and_an_undo(as_editor: FlaskClient, said: Laid) -> None:
    item = said.ids()[0]
    again = {"htmx": True, "seen": said.edition.version, "open": item}
    response = press(as_editor, address(said, "clear", "/position"), position="up", **again)
    fresh = region_of(response, f"#details-{item}")
    assert list(shown(fresh, said)) == ["clear", "loud", "again", "quiet", "bare"]
    assert "as Ana chose" in fresh and "Back to the rule" in fresh
    toast = region_of(response, "#toast")
    assert "Moved the quote of @clear for" in toast and "from 2nd to 1st" in toast and "/undo" in toast
    assert press(as_editor, f"/editions/{DAY}/undo", htmx=True).status_code == 200
    assert list(shown(details(as_editor, said), said)) == ["loud", "clear", "again", "quiet", "bare"]


def test_it_works_by_plain_forms_and_goes_on_with_the_mentions(as_editor: FlaskClient, said: Laid) -> None:
    item, loud = said.ids()[0], mention_row(said.session, "loud").id
    response = press(as_editor, address(said, "loud", "/removal"), q="loud", **{"from": ""})
    assert (response.status_code, response.location) == (303, f"/items/{item}/quotes?q=loud#mention-{item}-{loud}")
    page = as_editor.get(response.location).text
    assert "Hid the quote of @loud for" in page
    assert shown(page, said)["loud"] == "hidden by you Quote"
    press(as_editor, address(said, "quiet"))
    assert shown(details(as_editor, said), said) == {
        "clear": f"quoted 1st Hide{ARROWS}",
        "quiet": f"quoted 2nd Hide{ARROWS}",
        "loud": "hidden by you Quote",
        "again": "not quoted: a repost",
        "bare": "not quoted: no words",
    }
    response = press(as_editor, f"/items/{item}/quotes/rule")
    assert response.location == f"/items/{item}/quotes"
    assert "by the rule" in as_editor.get(response.location).text


def test_a_choice_shows_who_made_it_to_others_and_what_is_struck(
    as_editor: FlaskClient, as_other_editor: FlaskClient, said: Laid
) -> None:
    press(as_editor, address(said, "clear", "/removal"))
    press(as_editor, f"/mentions/{mention_row(said.session, 'loud').id}/strike", date=DAY)
    assert shown(details(as_other_editor, said), said) == {
        "loud": "chosen, but struck Hide",
        "clear": "hidden by Ana Quote",
        "again": "not quoted: a repost",
        "quiet": "not quoted Quote",
        "bare": "not quoted: no words",
    }


def test_a_reader_sees_how_they_stand_and_no_buttons(as_reader: FlaskClient, said: Laid) -> None:
    text = details(as_reader, said)
    assert shown(text, said)["loud"] == "quoted 1st"
    assert "/quotes/" not in text and "formaction" not in as_reader.get(f"/items/{said.ids()[0]}/quotes").text


def test_what_cannot_be_done_is_refused_in_a_sentence(as_editor: FlaskClient, said: Laid) -> None:
    before = said.session.query(AuditEvent).count()
    response = press(as_editor, address(said, "again"), htmx=True)
    assert response.status_code == 409
    assert "A repost is not quoted" in region_of(response, "#toast")
    assert press(as_editor, address(said, "loud", "/position"), position="sideways").status_code == 422
    assert press(as_editor, "/items/9999/quotes/1").status_code == 404
    assert as_editor.get("/items/9999/quotes").status_code == 404
    assert said.session.query(AuditEvent).count() == before


def test_a_candidate_says_what_would_be_quoted_and_a_published_paper_nothing(
    as_editor: FlaskClient, said: Laid, session: Session, rules: Rules
) -> None:
    item = said.ids()[0]
    press(as_editor, f"/items/{item}/return")
    assert "If it is picked, the post quotes 2 of 5 mentions" in as_editor.get(f"/items/{item}").text
    press(as_editor, f"/editions/{DAY}/publication", empty_confirmed="yes")
    page = as_editor.get(f"/items/{item}").text
    assert "quoted 1st" not in page and "the post quotes" not in page


def test_three_hundred_mentions_are_folded_and_searched(as_editor: FlaskClient, session: Session, rules: Rules) -> None:
    named = paper(score=80, source="bluesky")
    things = [mention(f"m{n}", named, reposts=n, text=f"Saying {n}.", author_handle=f"voice{n}") for n in range(300)]
    ingest_things(session, rules, [named, *things])
    laid = Laid(session)
    item = laid.ids()[0]
    text = details(as_editor, laid)
    assert len(re.findall(r'<li class="mention', text)) == 50
    assert len(re.findall(r'<li class="mention', text.split("<details")[0])) == 10
    assert "40 more mentions" in text and "All 300 mentions, to search" in text
    first = as_editor.get(f"/items/{item}/quotes").text
    assert "1 to 50 of 300 mentions" in first and "?from=51" in first
    last = as_editor.get(f"/items/{item}/quotes?from=251").text
    assert "251 to 300 of 300 mentions" in last and "Saying 0." in last and "?from=301" not in last
    found = as_editor.get(f"/items/{item}/quotes?q=voice77").text
    assert len(re.findall(r'<li class="mention', found)) == 1 and "Saying 77." in found
    assert "No mention has these words." in as_editor.get(f"/items/{item}/quotes?q=nothing+like+it").text
    assert as_editor.get(f"/items/{item}/quotes?from=9999").status_code == 200
