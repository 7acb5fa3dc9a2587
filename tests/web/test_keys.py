"""The keys: one register, shown as help, and a switch of one's own."""

import re

from flask.testing import FlaskClient

from app.web.shortcuts import SHORTCUTS, shortcut_groups
from tests.web.conftest import Laid, press


def test_no_key_means_two_things() -> None:
    keys = [key for shortcut in SHORTCUTS for key in shortcut.keys]
    assert len(keys) == len(set(keys))
    assert len({shortcut.name for shortcut in SHORTCUTS}) == len(SHORTCUTS)


def test_every_action_stands_in_one_group() -> None:
    groups = shortcut_groups()
    assert len({group for group, _ in groups}) == len(groups)
    assert sum(len(found) for _, found in groups) == len(SHORTCUTS)


def test_a_row_that_an_action_does_not_apply_to_has_a_sentence_for_it() -> None:
    every = {"picked", "candidate", "held", "dropped"}
    for shortcut in SHORTCUTS:
        assert set(shortcut.of.split()) <= every
        if shortcut.of and set(shortcut.of.split()) != every:
            assert shortcut.otherwise.endswith(".")


def test_the_page_of_an_edition_carries_the_register(as_editor: FlaskClient, laid: Laid) -> None:
    page = as_editor.get(laid.address).text
    dialog = re.search(r'<dialog id="keys".*?</dialog>', page, re.DOTALL).group()
    assert re.findall(r'data-action="([^"]+)"', dialog) == [shortcut.name for shortcut in SHORTCUTS]
    assert 'data-keys="z Ctrl+z"' in dialog
    assert "<kbd>Shift</kbd> <kbd>D</kbd>" in dialog
    assert 'data-keys="off"' not in page


def test_the_page_of_keys_shows_them_without_scripts(as_reader: FlaskClient) -> None:
    page = as_reader.get("/keys").text
    main = re.search(r"<main.*?</main>", page, re.DOTALL).group()
    for shortcut in SHORTCUTS:
        assert shortcut.words in main
    assert "Single-key shortcuts: <b>on</b>" in main


def test_anybody_turns_single_keys_off_for_themselves(
    as_reader: FlaskClient, as_editor: FlaskClient, laid: Laid
) -> None:
    answer = press(as_reader, "/keys", single="no")
    assert (answer.status_code, answer.location) == (303, "/keys")
    assert "Single-key shortcuts: <b>off</b>" in as_reader.get("/keys").text
    assert 'data-keys="off">' in as_reader.get(laid.address).text
    assert 'data-keys="off">' not in as_editor.get(laid.address).text
    press(as_reader, "/keys", single="yes")
    assert 'data-keys="off">' not in as_reader.get(laid.address).text


def test_a_switch_that_says_neither_is_refused(as_editor: FlaskClient) -> None:
    assert press(as_editor, "/keys", single="perhaps").status_code == 422
    assert "Single-key shortcuts: <b>on</b>" in as_editor.get("/keys").text


def test_strangers_are_asked_to_sign_in_and_see_no_keys(client: FlaskClient) -> None:
    assert client.get("/keys").status_code == 303
    assert press(client, "/keys", single="no").status_code == 303
    assert 'id="keys"' not in client.get("/sign-in").text


def test_the_bar_for_selected_papers_is_there_without_scripts_and_for_editors_only(
    as_editor: FlaskClient, as_reader: FlaskClient, laid: Laid
) -> None:
    bar = re.search(r'<div id="selection".*?</div>', as_editor.get(laid.address).text, re.DOTALL).group()
    assert re.findall(r'name="do" value="(\w+)"', bar) == ["pick", "hold", "return", "drop"]
    assert f'form="desk" formaction="{laid.address}/selected"' in bar
    assert 'id="selection"' not in as_reader.get(laid.address).text
