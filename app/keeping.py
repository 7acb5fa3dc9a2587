"""What was worked out is kept, under all that went into it; so nothing that is kept can be out of date."""

from collections.abc import Callable, Hashable, Sized
from threading import Lock
from typing import Any, TypeVar, cast

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
        found = self.find(key)
        if found is not None:
            return cast(Made, found)
        # Made without the lock: of two threads that are both first, both make the same.
        made = make()
        self.put(key, made)
        return made

    def find(self, key: Hashable) -> Sized | None:
        """What is kept under a key; None where nothing is."""
        with self._lock:
            return self._kept.get(key)

    def put(self, key: Hashable, made: Sized) -> None:
        """Keep what was made, where there is room for it."""
        if len(made) <= self._kept.maxsize:
            with self._lock:
                self._kept[key] = made


class KeepNewest:
    """Of each thing the form it was made in last, given again only where all that it is made of is equal.

    For many small things that are asked for at once: to compare two texts costs less than to look one up. A thing's
    name only finds it; `made_of` must hold all that it depends on, as a key of `Keep` does. Threads may share one.
    """

    def __init__(self, most: int) -> None:
        """`most` is how many things are kept; with one more all are forgotten."""
        self._kept: dict[Hashable, tuple[object, Any]] = {}
        self._most = most

    def get(
        self, name: Hashable, made_of: object, make: Callable[[], Any], is_still: Callable[[], bool] = lambda: True
    ) -> Any:
        """The thing of a name where it is made of the same, or what `make` makes, which is kept from then on.

        Not where it is no more so (`is_still`) once it is made: then nobody knows of what it was made.
        """
        found = self._kept.get(name)
        if found is not None and found[0] == made_of:
            return found[1]
        made = make()
        if not is_still():
            return made
        if len(self._kept) >= self._most:
            self._kept.clear()
        self._kept[name] = (made_of, made)
        return made
