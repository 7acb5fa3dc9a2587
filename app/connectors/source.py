"""What the register knows of a source: its name, its settings, when it is on, and how to make its connector."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.connectors.http import HttpClient
from app.domain.settings import Setting
from app.domain.sources import Connector

Settings = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """One source. `name` stands in every mention and reading of it, `label` is for people.

    `make` builds its connector from the settings' values, the client, and today's date in New York. The source is off
    while any setting in `needs` is empty. `intervals` are the seconds that it wants between two requests, by the name
    of the setting that holds the address.
    """

    name: str
    label: str
    make: Callable[[Settings, HttpClient, date], Connector]
    settings: tuple[Setting, ...]
    needs: tuple[str, ...] = ()
    intervals: Mapping[str, float] = field(default_factory=dict)

    def off(self, settings: Settings) -> str | None:
        """Why the source is off, as a sentence that says what would turn it on; None where it is on."""
        if self.name in settings["SOURCES_OFF"]:
            return f"{self.label} is off: HOTPAPERS_SOURCES_OFF names it."
        missing = [f"HOTPAPERS_{name}" for name in self.needs if not settings[name]]
        return f"{self.label} is off: set {' and '.join(missing)} to turn it on." if missing else None

    def could_have(self, settings: Settings) -> tuple[str, ...]:
        """The credentials that are not set and without which a source that is on can do less."""
        return tuple(f"HOTPAPERS_{s.name}" for s in self.settings if s.secret and not settings[s.name])
