"""Mentions: the banner, a strike that rescores every paper it names at once, and the strike taken back."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.domain.editions import Rules
from tests.factories import DAY, ingest_things, mention, paper
from tests.web.conftest import HTMX, Laid, press, region_of, swaps


def banner(client: FlaskClient) -> str:
    return client.get(f"/editions/{DAY}").text.split('<div id="edition-notices">')[1].split("<h2")[0]


def test_one_banner_tells_of_a_mention_that_carries_three_papers(as_editor: FlaskClient, loud: Laid) -> None:
    text = banner(as_editor)
    assert text.count('class="notice evidence"') == 1
    assert "One mention is counted for 3 papers." in text
    assert "@northpop" in text
    assert f"/mentions/{loud.mention.id}/strike" in text


def test_no_banner_for_a_mention_of_two_papers(as_editor: FlaskClient, session: Session, rules: Rules) -> None:
    papers = [paper() for _ in range(2)]
    ingest_things(session, rules, [*papers, mention("quiet", *papers, reposts=99)])
    assert "One mention" not in banner(as_editor)


def test_strike_rescores_every_paper_and_takes_the_banner_away(as_editor: FlaskClient, loud: Laid) -> None:
    assert [item.score for item in loud.items()] == [5106.0] * 3
    response = press(as_editor, f"/mentions/{loud.mention.id}/strike", date=DAY)
    assert response.status_code == 303
    assert response.location == loud.address
    assert not [item for state in ("picked", "candidate") for item in loud.items(state) if item.score]
    assert "One mention" not in banner(as_editor)


def test_strike_answers_every_region_at_once_under_htmx(as_editor: FlaskClient, loud: Laid) -> None:
    named = loud.ids()
    response = press(
        as_editor,
        f"/mentions/{loud.mention.id}/strike",
        htmx=True,
        date=DAY,
        seen=loud.edition.version,
        open=named[0],
    )
    assert response.status_code == 200
    assert "evidence" not in region_of(response, "#edition-notices")
    assert "Struck the mention by @northpop." in region_of(response, "#toast")
    assert "struck" in region_of(response, f"#details-{named[0]}")
    shown = region_of(response, "#picked") + "".join(
        region_of(response, target) for target, swap in swaps(response) if swap in ("beforebegin", "beforeend")
    )
    assert "5,106" not in shown
    for item_id in named:
        assert shown.count(f'id="item-{item_id}"') == 1


def test_strike_from_an_item_goes_back_to_it(as_editor: FlaskClient, laid: Laid) -> None:
    first = laid.ids()[0]
    response = press(as_editor, f"/mentions/{laid.mention.id}/strike", date=DAY, item=first)
    assert response.location == f"{laid.address}#item-{first}"


def test_unstrike_lets_it_count_again(as_editor: FlaskClient, loud: Laid) -> None:
    press(as_editor, f"/mentions/{loud.mention.id}/strike", date=DAY)
    item = (loud.ids() + loud.ids("candidate"))[0]
    details = as_editor.get(f"/items/{item}", headers=HTMX).text
    assert "struck by Ana" in details
    assert "Unstrike" in details
    assert press(as_editor, f"/mentions/{loud.mention.id}/strike/removal", date=DAY).status_code == 303
    assert "One mention" in banner(as_editor)


def test_striking_twice_changes_nothing_the_second_time(as_editor: FlaskClient, loud: Laid) -> None:
    press(as_editor, f"/mentions/{loud.mention.id}/strike", date=DAY)
    before = loud.edition.version
    response = press(as_editor, f"/mentions/{loud.mention.id}/strike", htmx=True, date=DAY)
    assert response.status_code == 200
    assert "Nothing had to change." in region_of(response, "#toast")
    assert loud.edition.version == before


@pytest.mark.parametrize("date", ["", "2021-02-30", "2019-01-01", "x"])
def test_strike_needs_the_edition_that_it_was_made_on(as_editor: FlaskClient, loud: Laid, date: str) -> None:
    assert press(as_editor, f"/mentions/{loud.mention.id}/strike", date=date).status_code == 404
    assert [item.score for item in loud.items()] == [5106.0] * 3


def test_a_mention_that_is_not_there(as_editor: FlaskClient, loud: Laid) -> None:
    response = press(as_editor, "/mentions/9999/strike", htmx=True, date=DAY)
    assert response.status_code == 409
    assert "There is no such mention." in region_of(response, "#toast")


def test_an_address_that_is_no_address_is_not_linked(as_editor: FlaskClient, session: Session, rules: Rules) -> None:
    found = paper(score=80)
    ingest_things(
        session, rules, [found, mention("bad", found, url="javascript:alert(1)", text="<img src=x onerror=y>")]
    )
    details = as_editor.get(f"/items/{Laid(session).ids()[0]}").text
    assert "javascript:" not in details
    assert "<img" not in details
