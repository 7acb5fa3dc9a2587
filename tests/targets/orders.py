"""Orders as the targets get them, of an invented post."""

import hashlib
from datetime import date
from typing import Any

from app.domain.delivery import Order

NAME = "2026-11-20-hot-papers.md"


def sha256(data: bytes) -> str:
    """The name of some bytes, as `replaces` has it."""
    return hashlib.sha256(data).hexdigest()


def order(data: bytes = b"# 1. Moss\n", **changes: Any) -> Order:
    """The order to put a post of these bytes; `replaces` may be given as the contents themselves."""
    changes["replaces"] = frozenset(map(sha256, changes.get("replaces", ())))
    fields = {
        "key": "delivery-17",
        "action": "put",
        "event": "published",
        "file_name": NAME,
        "title": "Hot Papers 2026-11-20",
        "date": date(2026, 11, 20),
        "revision": 1,
        "papers": 12,
        "editor": "Ada Fernsby",
        "note": "",
        "sha256": sha256(data),
    }
    return Order(data=data, **fields | changes)
