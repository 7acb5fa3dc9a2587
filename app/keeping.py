"""What was worked out is kept, under all that went into it; so nothing that is kept can be out of date."""

from collections.abc import Callable, Hashable, Sized
from threading import Lock
from typing import TypeVar, cast

from cachetools import LRUCache

Made = TypeVar("Made", bound=Sized)


class Keep:
    """Things that were made, by everything they were made from; what was not asked for longest goes first.

    A key must hold all that its thing depends on: the words, numbers and times themselves, or the version of a row
    that grows with each of its changes. Whoever cannot say all of it keeps nothing. Threads may share one.
    """

    def __init__(self, size: int) -> None:
        """`size` is how much is kept in all, measured by `len`: characters of texts, bytes of bytes."""
        self._kept: LRUCache[Hashable, Sized] = LRUCache(size, getsizeof=len)
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What is kept under a key, or what `make` makes, which is kept from then on where there is room for it."""
        with self._lock:
            found = self._kept.get(key)
        if found is not None:
            return cast(Made, found)
        # Made without the lock: of two threads that are both first, both make the same.
        made = make()
        if len(made) <= self._kept.maxsize:
            with self._lock:
                self._kept[key] = made
        return made
