"""Accounts: editors, their passwords, and the one-time links that let them in."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from app.domain.editions import NotAllowed
from app.models import Editor, SignInLink
from app.models.editors import ROLES, name_key

NAME_LIMIT = 80
PASSWORD_MINIMUM = 8
# Hashing a longer one would only keep a worker busy.
PASSWORD_LIMIT = 200
LINK_LASTS = timedelta(days=7)
# Compared against where there is no account or no password, so that both take the same time.
NO_HASH = generate_password_hash("nobody has this password")


def add_editor(
    session: Session, name: str, *, password: str | None = None, role: str = "editor", now: datetime
) -> Editor:
    """Make an account. Raises NotAllowed for a name that is taken or too long, a short password, an unknown role."""
    name = " ".join(name.split())
    if not name or len(name) > NAME_LIMIT:
        raise NotAllowed(f"A name has 1 to {NAME_LIMIT} characters.")
    if role not in ROLES:
        raise NotAllowed(f"The role is one of: {', '.join(ROLES)}.")
    if session.scalar(select(Editor.id).where(Editor.name_key == name_key(name))):
        raise NotAllowed(f"There is an editor called {name} already.")
    editor = Editor(
        name=name, role=role, created_at=now, password_hash=_hash(password) if password is not None else None
    )
    session.add(editor)
    session.commit()
    return editor


def editor_called(session: Session, name: str) -> Editor | None:
    """The account of a name, however it is capitalised, or None."""
    return session.scalar(select(Editor).where(Editor.name_key == name_key(name)))


def close_account(session: Session, editor: Editor, *, now: datetime) -> None:
    """Let a person in no more, neither by password nor by link nor by a session that is open; what they did stays."""
    editor.disabled_at = now
    session.commit()


def set_password(session: Session, editor_id: int, password: str) -> None:
    """Give an account a new password. Raises NotAllowed when it is too short or too long."""
    session.get_one(Editor, editor_id).password_hash = _hash(password)
    session.commit()


def set_single_keys(session: Session, editor_id: int, on: bool) -> None:
    """Whether single keys act for a person."""
    session.get_one(Editor, editor_id).single_keys = on
    session.commit()


def end_tour(session: Session, editor_id: int, *, now: datetime) -> None:
    """Remember that a person had the tour of the first edition, or wanted none; a second time changes nothing."""
    session.execute(update(Editor).where(Editor.id == editor_id, Editor.toured_at.is_(None)).values(toured_at=now))
    session.commit()


def editor_by_password(session: Session, name: str, password: str) -> Editor | None:
    """The active account of this name and password, or None."""
    editor = editor_called(session, name)
    matches = check_password_hash((editor and editor.password_hash) or NO_HASH, password[: PASSWORD_LIMIT + 1])
    return editor if editor and editor.password_hash and matches and editor.is_active else None


def make_link(session: Session, editor: Editor, *, now: datetime) -> str:
    """A fresh one-time token for a sign-in link; only its hash is kept."""
    token = secrets.token_urlsafe(24)
    session.add(
        SignInLink(editor_id=editor.id, token_hash=_token_hash(token), created_at=now, expires_at=now + LINK_LASTS)
    )
    session.commit()
    return token


def editor_of_link(session: Session, token: str, *, now: datetime) -> Editor | None:
    """Whom a link would let in, without using it up; None when it is used, expired or unknown."""
    link = session.scalar(select(SignInLink).where(SignInLink.token_hash == _token_hash(token)))
    usable = link and link.used_at is None and link.expires_at > now and link.editor.is_active
    return link.editor if link and usable else None


def editor_by_link(session: Session, token: str, *, now: datetime) -> Editor | None:
    """Use a link up and return its account; None when it is used, expired or unknown. Of two at once one gets in."""
    editor = editor_of_link(session, token, now=now)
    if editor is None:
        return None
    used = session.execute(
        update(SignInLink)
        .where(SignInLink.token_hash == _token_hash(token), SignInLink.used_at.is_(None))
        .values(used_at=now)
    )
    session.commit()
    return editor if used.rowcount == 1 else None


def _hash(password: str) -> str:
    if not PASSWORD_MINIMUM <= len(password) <= PASSWORD_LIMIT:
        raise NotAllowed(f"A password has {PASSWORD_MINIMUM} to {PASSWORD_LIMIT} characters.")
    return generate_password_hash(password)


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
