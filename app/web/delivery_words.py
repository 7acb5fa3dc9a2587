"""How deliveries are told: where each goes, how it stands, when it is tried next, and how often the page asks again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date as Day
from datetime import datetime, timedelta

from flask import Flask, current_app
from markupsafe import Markup

from app.extensions import db
from app.queries.deliveries import DeliveryLine, deliveries_on, unarrived
from app.queries.schedule import worker_state
from app.web.filters import counted, short_time

# After this long a delivery that fails is told as one that somebody has to look after.
PATIENCE = timedelta(days=1)
# What is about to happen is asked for so often, and everything else that is to come now and then.
OFTEN, SELDOM = "2s", "15s"
SOON = timedelta(seconds=30)
# Of posts of other days that did not arrive so many are told on the desk.
SHOWN_OTHERS = 3
NO_WORKER = Markup(
    "No worker is running, so it is tried by hand only, here or with <code>flask deliver</code>;"
    " <code>flask worker</code> starts one."
)
WORDS = {
    "delivered": ("delivered", "good"),
    "failed": ("failed", "warn"),
    "changed": ("changed there", "warn"),
    "left": ("left as it is", ""),
    "superseded": ("superseded", ""),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A delivery in words.

    `place` is where it goes, `tag` one word on how it stands with its `tone`, `comes` what comes next, as sentences;
    `is_late` says that it has failed for more than a day, `can_be_tried` that trying it by hand makes sense.
    """

    line: DeliveryLine
    place: str
    tag: str
    tone: str
    comes: Markup
    is_late: bool
    can_be_tried: bool

    @property
    def failing_for(self) -> timedelta:
        """For how long it has not arrived."""
        return _now() - self.line.made_at


@dataclass(frozen=True, slots=True)
class Shown:
    """The deliveries of an edition: those that count, and those before them, each the newest first.

    `asks_every` is how often a page asks for more, empty where nothing is to come.
    """

    current: list[Told]
    earlier: list[Told]
    asks_every: str

    @property
    def open(self) -> list[Told]:
        """What is still to arrive, or to be decided about."""
        return [told for told in self.current if told.line.is_open]

    @property
    def loud(self) -> list[Told]:
        """What failed, or found something else."""
        return [told for told in self.open if told.line.error]

    @property
    def can_be_tried(self) -> list[Told]:
        """What may be tried by hand."""
        return [told for told in self.open if told.can_be_tried]


def register(app: Flask) -> None:
    """Give what tells of deliveries to every template."""
    app.jinja_env.globals.update(shown_deliveries=shown_deliveries, undelivered_elsewhere=undelivered_elsewhere)
    app.jinja_env.filters.update(in_how_long=in_how_long, how_long=how_long)


def shown_deliveries(day: Day) -> Shown:
    """How the deliveries of a date's edition stand now."""
    lines = deliveries_on(db.session, day)
    newest: dict[str, DeliveryLine] = {}
    for line in lines:
        if line.status != "superseded":
            newest.setdefault(line.target, line)
    counts = {line.id for line in newest.values()}
    told = [told_of(line, lines) for line in lines]
    return Shown(
        current=[one for one in told if one.line.id in counts],
        earlier=[one for one in told if one.line.id not in counts],
        asks_every=_asks_every([line for line in lines if line.id in counts]),
    )


def told_of(line: DeliveryLine, lines: Sequence[DeliveryLine] = ()) -> Told:
    """One delivery in words; `lines` are all of its edition."""
    now = _now()
    targets = {target.name: target for target in current_app.extensions["targets"]}
    target = targets.get(line.target)
    tag, tone = WORDS.get(line.status, ("waiting", ""))
    if line.action == "remove":
        tag = {"delivered": "removed", "waiting": "to be removed"}.get(tag, tag)
    if line.is_under_way(now):
        tag, tone = "on its way", ""
    files = {name for name, known in targets.items() if not known.is_hook}
    before = {other.target for other in lines if other.is_open and other.target in files}
    waits_for = sorted(before) if target is not None and target.is_hook else []
    is_late = line.status == "failed" and now - max(line.made_at, line.not_before or line.made_at) > PATIENCE
    comes = Markup(" ").join(_what_comes(line, waits_for, now)) if line.is_open else Markup("")
    is_held = waits_for or line.is_under_way(now) or (line.not_before or line.made_at) > now
    place = target.describe() if target else line.target
    return Told(line, place, tag, tone, comes, is_late, line.is_open and not is_held)


def _what_comes(line: DeliveryLine, waits_for: Sequence[str], now: datetime) -> Iterator[Markup | str]:
    """What was tried, and what comes next, a sentence each."""
    due_at = line.due_at()
    if line.attempted_at and not line.is_under_way(now):
        tried = "once" if line.attempts == 1 else counted(line.attempts, "time")
        yield Markup("Tried {}, last {}.").format(tried, short_time(line.attempted_at))
    if line.is_under_way(now):
        yield "It is being tried now."
    elif line.status == "changed":
        yield "Nothing was overwritten; it waits until an editor says what is to stand there."
    elif due_at is None:
        yield "It is tried again by hand only."
    elif line.not_before and line.not_before > now:
        yield Markup("It goes out {}, at {}; until then the post can be taken back.").format(
            in_how_long(line.not_before), short_time(line.not_before)
        )
    elif waits_for:
        yield f"It is told when the post has arrived at {' and '.join(waits_for)}."
    elif not worker_state(db.session, now).is_running:
        yield NO_WORKER
    elif due_at > now:
        yield Markup("Next attempt {}, at {}.").format(in_how_long(due_at), short_time(due_at))
    else:
        yield "It is tried within a minute."


def undelivered_elsewhere(day: Day) -> tuple[list[Told], int]:
    """What of other days failed, found something else, or lies there undone; and how many more there are than told."""
    now = _now()
    found = [
        line
        for line in unarrived(db.session)
        if line.date != day and (line.status in ("failed", "changed") or line.is_overdue(now))
    ]
    by_day = {line.date: line for line in reversed(found)}
    newest = sorted(by_day.values(), key=lambda line: line.date, reverse=True)
    return [told_of(line) for line in newest[:SHOWN_OTHERS]], max(0, len(newest) - SHOWN_OTHERS)


def _asks_every(lines: Sequence[DeliveryLine]) -> str:
    now = _now()
    if any(line.is_under_way(now) for line in lines):
        return OFTEN
    coming = [due_at - now for line in lines if (due_at := line.due_at()) is not None]
    if not coming:
        return ""
    # What is overdue is waited for patiently: there is nobody who does it.
    return OFTEN if any(-SOON < wait < SOON for wait in coming) else SELDOM


def in_how_long(moment: datetime) -> str:
    """When something comes: in 4 min; now, where that is past."""
    wait = moment - _now()
    return f"in {how_long(wait)}" if wait >= timedelta(seconds=1) else "now"


def how_long(span: timedelta) -> str:
    """A span in its largest unit: 40 s, 4 min, 3 h, 2 days."""
    seconds = max(0, round(span.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 60 * 60:
        return f"{round(seconds / 60)} min"
    if seconds < 48 * 60 * 60:
        return f"{round(seconds / 3600)} h"
    return f"{round(seconds / 86400)} days"


def _now() -> datetime:
    return current_app.extensions["clock"]()
