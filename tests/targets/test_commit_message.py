"""What a commit says: one subject a kind of event, and no sign of a note or a name that could break it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.targets.commit_message import commit_message
from tests.targets.orders import order


@pytest.mark.parametrize(
    ("event", "verb"),
    [
        ("published", "Publish"),
        ("corrected", "Correct"),
        ("retracted", "Retract"),
        ("restored", "Restore"),
        ("taken back", "Take back"),
    ],
)
def test_the_subject_says_what_happened_to_which_post(event, verb):
    for title in ("Hot Papers", "Hot Papers 2026-11-20"):
        assert commit_message(order(event=event, title=title)).startswith(f"{verb} Hot Papers 2026-11-20\n\n")


def test_the_body_says_revision_papers_editor_note_and_key():
    said = commit_message(order(revision=2, papers=1, note="A name was wrong."))
    assert said.partition("\n\n")[2] == (
        "Revision 2, 1 paper, by Ada Fernsby.\n\nA name was wrong.\n\n"
        f"Delivery: delivery-17\nSHA-256: {order().sha256}\n"
    )


@given(st.text(), st.text(), st.text())
def test_whatever_people_write_is_a_message_that_git_takes(title, editor, note):
    said = commit_message(order(title=title, editor=editor, note=note))
    assert said.splitlines()[0].startswith("Publish ")
    assert said.splitlines()[1] == ""
    assert not any(sign in said for sign in "\x00\x1b\x7f\r\u2028")
    assert said.endswith(f"\n\nDelivery: delivery-17\nSHA-256: {order().sha256}\n")
    said.encode()
