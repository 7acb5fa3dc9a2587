"""Editors: the signed-in people, and the one-time links that let them in."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from flask_login import UserMixin
from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import db
from app.models.columns import PrimaryKey, UtcTime

ROLES = ("editor", "reader")


def name_key(name: str) -> str:
    """A name as it is compared: however it is spaced and capitalised, it is one person's."""
    return " ".join(name.split()).casefold()


def session_key(editor_id: int, password_hash: str | None) -> str:
    """What a session keeps of an account: another password is another session."""
    return f"{editor_id}-{hashlib.sha256((password_hash or '').encode()).hexdigest()[:16]}"


class Account(UserMixin):
    """A person's account, however it was read: what it lets the person do, and what a session keeps of it."""

    def get_id(self) -> str:
        """What a session keeps of the account (asked by Flask-Login)."""
        return session_key(self.id, self.password_hash)

    @property
    def is_active(self) -> bool:
        """Whether the account may sign in (asked by Flask-Login)."""
        return self.disabled_at is None

    @property
    def may_edit(self) -> bool:
        """Whether the person may change anything."""
        return self.role == "editor" and self.is_active


@dataclass(frozen=True, eq=False)
class AccountAsRead(Account):
    """The account of whoever asks, as the request found it: of no session, so that no commit lets go of it."""

    id: int
    name: str
    role: str
    password_hash: str | None
    disabled_at: datetime | None
    single_keys: bool
    toured_at: datetime | None


class Editor(Account, db.Model):
    """A person with an account. A reader may look at everything and change nothing."""

    __tablename__ = "editors"
    __table_args__ = (CheckConstraint("role in ('editor', 'reader')", name="role"),)

    id: Mapped[PrimaryKey]
    name: Mapped[str]
    # The name as it is compared: SQLite itself knows capital and small letters of ASCII only.
    name_key: Mapped[str] = mapped_column(
        unique=True, default=lambda row: name_key(row.get_current_parameters()["name"])
    )
    role: Mapped[str] = mapped_column(default="editor")
    password_hash: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # Whether single letters act; somebody who speaks to the machine, or whose keyboard is in the way, turns them off.
    single_keys: Mapped[bool] = mapped_column(default=True)
    # When the short tour of the first morning was walked or dismissed.
    toured_at: Mapped[datetime | None] = mapped_column(UtcTime)


class SignInLink(db.Model):
    """A one-time link; only the hash of its token is kept."""

    __tablename__ = "sign_in_links"

    id: Mapped[PrimaryKey]
    editor_id: Mapped[int] = mapped_column(ForeignKey("editors.id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)

    editor: Mapped[Editor] = relationship()
