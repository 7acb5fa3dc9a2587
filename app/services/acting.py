"""Who acts, when, and by which rules: what every action is told besides what it does."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.editions import Rules
from app.models.editors import Account


@dataclass(frozen=True, slots=True)
class Acting:
    """The one who acts (None for the command line), the time of the action (aware UTC), and the house's rules."""

    editor: Account | None
    now: datetime
    rules: Rules

    @property
    def editor_id(self) -> int | None:
        """The editor's id, or None for the command line."""
        return self.editor.id if self.editor else None
