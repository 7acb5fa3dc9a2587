"""Finding a paper of an edition by name: the palette's list, the plain page, and who may ask."""

import re

from tests.factories import DAY, ingest_things, paper
from tests.web.conftest import HTMX

FIND = f"/editions/{DAY}/find"


def options(response) -> list[str]:
    """The options of an answer, as their words."""
    found = re.findall(r'<li role="option"[^>]*>(.*?)</li>', response.text, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", option) for option in found]


def test_the_palette_gets_the_papers_that_fit_with_their_numbers_and_scores(session, rules, as_editor, laid):
    ingest_things(session, rules, [paper("2611.95001", title="Moss & <Ivy>", score=1312, authors=("Ines Voss",))])
    item = laid.items()[0]
    answer = as_editor.get(FIND, query_string={"q": "ivy moss"}, headers=HTMX)
    assert options(answer) == ["Moss &amp; &lt;Ivy&gt; picked, no. 1 · 1,312"]
    assert f'<a href="/items/{item.id}" data-item="{item.id}">' in answer.text
    assert "<html" not in answer.text
    assert options(as_editor.get(FIND, query_string={"q": "voss"}, headers=HTMX)) == options(answer)


def test_candidates_have_no_number_and_no_more_than_twelve_are_told(session, rules, as_editor, laid):
    candidate = laid.items("candidate")[0].paper.arxiv_id
    answer = as_editor.get(FIND, query_string={"q": candidate}, headers=HTMX)
    assert options(answer) == [f"Lanterns and Moss {candidate} candidate · 40"]
    ingest_things(session, rules, [paper(score=score) for score in range(1, 10)])
    assert len(options(as_editor.get(FIND, query_string={"q": "lanterns"}, headers=HTMX))) == 12
    assert len(options(as_editor.get(FIND, headers=HTMX))) == 12


def test_nothing_found_is_told_and_nothing_typed_is_an_error(as_editor, laid):
    for typed in ("thistle", '"lanterns moss', "-lanterns", "x" * 5_000, "thistle\0\\'\"*("):
        answer = as_editor.get(FIND, query_string={"q": typed}, headers=HTMX)
        assert answer.status_code == 200
        assert options(answer) == []
        assert "No paper is called so." in answer.text


def test_without_htmx_it_is_a_page_of_links_with_a_field(as_reader, laid):
    page = as_reader.get(FIND, query_string={"q": 'moss "and'})
    assert page.text.count("data-item=") == 8
    assert 'value="moss &#34;and"' in page.text
    assert 'role="option"' not in page.text
    assert "No paper is called so." in as_reader.get(FIND, query_string={"q": "thistle"}).text


def test_only_who_is_signed_in_may_ask_and_only_of_a_day_that_there_is(client, as_reader, laid):
    assert client.get(FIND).status_code in (302, 303)
    assert "/sign-in" in client.get(FIND).headers["Location"]
    assert as_reader.get("/editions/2026-11-19/find?q=moss").status_code == 404
    assert as_reader.get("/editions/nonsense/find?q=moss").status_code == 404
