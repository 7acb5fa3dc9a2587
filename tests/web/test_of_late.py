"""Files that every page names are looked at once a second, and each time where somebody develops."""

import pytest
from flask import Flask

from app.web.of_late import of_late
from tests.conftest import Clock


class Folder:
    """Counts how often it is looked at."""

    def __init__(self) -> None:
        self.looks = 0

    def look(self, name: str) -> str:
        """What is there by now."""
        self.looks += 1
        return f"{name} {self.looks}"


@pytest.fixture
def folder(app: Flask) -> Folder:
    """A folder that no desk has looked at."""
    return Folder()


def test_within_a_second_it_is_looked_at_once(app: Flask, folder: Folder, clock: Clock) -> None:
    look = folder.look
    with app.app_context():
        assert [of_late(look, "a"), of_late(look, "a"), of_late(look, "b")] == ["a 1", "a 1", "b 2"]
        clock.tick(milliseconds=999)
        assert of_late(look, "a") == "a 1"
        clock.tick(milliseconds=1)
        assert of_late(look, "a") == "a 3"
        # A clock that was put back says nothing of how long ago it was.
        clock.tick(hours=-1)
        assert of_late(look, "a") == "a 4"


def test_who_develops_sees_everything_as_it_is(app: Flask, folder: Folder) -> None:
    app.debug = True
    with app.app_context():
        assert [of_late(folder.look, "a"), of_late(folder.look, "a")] == ["a 1", "a 2"]
