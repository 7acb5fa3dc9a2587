"""What a target is asked to do with a post, and what can go wrong on the way."""

import hashlib
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date as Day

# Of a file's name, in bytes; every file system of today takes so many.
LONGEST_NAME = 200
STRANGE = frozenset({"Cc", "Cs", "Zl", "Zp"})


class DeliveryError(Exception):
    """A target did not take a post; the message is one plain sentence that says what to do.

    `permanent` says that trying again by itself is of no use; an editor may still try again by hand.
    """

    def __init__(self, sentence: str, *, permanent: bool = False) -> None:
        super().__init__(sentence)
        self.permanent = permanent


class ChangedThere(DeliveryError):
    """Something that is not ours stands where the post would go: `found`. Nothing was overwritten."""

    def __init__(self, sentence: str, *, found: bytes) -> None:
        super().__init__(sentence, permanent=True)
        self.found = found


@dataclass(frozen=True, slots=True)
class Order:
    """One thing that a target is to do, and all that it may say of it.

    `key` names the delivery and stays the same however often it is tried; `action` is put or remove, `event` what
    happened to the post: published, corrected, retracted, restored, taken back. `data` is what is put or, where the
    post is removed, what was delivered last. `replaces` has the SHA-256 (hex) of every content that may be overwritten
    or removed: our own earlier revisions, and what an editor allowed.
    """

    key: str
    action: str
    event: str
    file_name: str
    data: bytes
    replaces: frozenset[str]
    title: str
    date: Day
    revision: int
    papers: int
    editor: str
    note: str
    sha256: str


def may_replace(found: bytes, data: bytes, replaces: Collection[str]) -> bool:
    """Whether what stands at a target is ours to overwrite or remove: it is what we bring, or one of `replaces`."""
    return found == data or hashlib.sha256(found).hexdigest() in replaces


def checked_name(file_name: str) -> str:
    """A file's name that stays in its folder everywhere; raises DeliveryError for any other."""
    is_plain = (
        0 < len(file_name.encode("utf8", "replace")) <= LONGEST_NAME
        and not file_name.startswith(".")
        and not set(file_name) & set('/\\:*?"<>|')
        and not any(unicodedata.category(sign) in STRANGE for sign in file_name)
    )
    if not is_plain:
        raise DeliveryError(
            f"{file_name!r} cannot be the name of a file; give the profile another file name.", permanent=True
        )
    return file_name
