"""Accounts: passwords, one-time links, and who does not get in."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain.editions import NotAllowed
from app.models import Editor, SignInLink
from app.services import accounts


def test_a_password_lets_its_owner_in_and_nobody_else(session, clock):
    accounts.add_editor(session, "Ana  Maria", password="lantern and moss", now=clock())
    assert accounts.editor_by_password(session, " ana maria ", "lantern and moss").name == "Ana Maria"
    assert accounts.editor_by_password(session, "Ana Maria", "lantern and mos") is None
    assert accounts.editor_by_password(session, "Bo", "lantern and moss") is None
    assert "lantern" not in session.scalars(select(Editor.password_hash)).one()


def test_without_a_password_nobody_signs_in_by_one(session, editor):
    assert accounts.editor_by_password(session, editor.name, "") is None


def test_a_disabled_account_is_shut(session, clock):
    person = accounts.add_editor(session, "Bo", password="lantern and moss", now=clock())
    token = accounts.make_link(session, person, now=clock())
    person.disabled_at = clock()
    session.commit()
    assert accounts.editor_by_password(session, "Bo", "lantern and moss") is None
    assert accounts.editor_by_link(session, token, now=clock()) is None


@pytest.mark.parametrize(
    ("name", "more", "sentence"),
    [
        ("", {}, "1 to 80 characters"),
        ("x" * 81, {}, "1 to 80 characters"),
        ("Ana", {}, "an editor called Ana already"),
        ("ANA", {}, "an editor called ANA already"),
        ("Bo", {"role": "owner"}, "one of: editor, reader"),
        ("Bo", {"password": "short"}, "8 to 200 characters"),
    ],
)
def test_what_makes_no_account(session, editor, clock, name, more, sentence):
    with pytest.raises(NotAllowed, match=sentence):
        accounts.add_editor(session, name, now=clock(), **more)
    session.rollback()
    assert session.scalars(select(Editor.name)).all() == ["Ana"]


def test_a_name_is_one_persons_however_it_is_written(session, clock):
    made = accounts.add_editor(session, "Élodie  Straße", password="lantern and moss", now=clock())
    for name in ("élodie straße", "ÉLODIE STRASSE"):
        assert accounts.editor_called(session, name).id == made.id
        assert accounts.editor_by_password(session, name, "lantern and moss").id == made.id
        with pytest.raises(NotAllowed, match="already"):
            accounts.add_editor(session, name, now=clock())


def test_a_closed_account_lets_nobody_in(session, clock):
    person = accounts.add_editor(session, "Bo", password="lantern and moss", now=clock())
    accounts.close_account(session, person, now=clock())
    assert accounts.editor_by_password(session, "Bo", "lantern and moss") is None
    assert not person.may_edit


def test_a_link_lets_in_once(session, editor, clock):
    token = accounts.make_link(session, editor, now=clock())
    assert accounts.editor_of_link(session, token, now=clock()).id == editor.id
    assert accounts.editor_by_link(session, token, now=clock()).id == editor.id
    assert accounts.editor_by_link(session, token, now=clock()) is None
    assert accounts.editor_of_link(session, token, now=clock()) is None


def test_a_link_ends_after_a_week_and_a_guess_gets_nowhere(session, editor, clock):
    token = accounts.make_link(session, editor, now=clock())
    assert accounts.editor_by_link(session, token, now=clock() + timedelta(days=7)) is None
    assert accounts.editor_by_link(session, token + "x", now=clock()) is None
    assert token not in session.scalars(select(SignInLink.token_hash)).one()


def test_a_new_password_replaces_the_old(session, clock):
    person = accounts.add_editor(session, "Bo", password="lantern and moss", now=clock())
    accounts.set_password(session, person.id, "another lantern")
    assert accounts.editor_by_password(session, "Bo", "lantern and moss") is None
    assert accounts.editor_by_password(session, "Bo", "another lantern").id == person.id
