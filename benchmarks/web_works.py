"""What an editor's page asks of the desk, and what readers ask, each beside the bare program that does the same."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.editor import EditorAt, Refused
from benchmarks.laid import DAY, EDITOR, ORDERED_DAYS, PASSWORD, PUBLISHED_DAY
from benchmarks.measure import Rounds, in_turns
from benchmarks.servers import Answer, Crowd, HttpLine, Line, served

AS_BROWSERS = {"Accept-Encoding": "gzip, deflate, br, zstd"}
SEALED = r'id="note-{}-text"[^>]*data-seen="([^"]*)"'
# A page for readers, and how often it is asked for in one round.
POST, ASKED_AT_ONCE = f"/hot-papers/{PUBLISHED_DAY}", 50
# The two desks, and what both are held against.
MONTH, YEARS, FLOOR = "month", "years", "floor"
DESKS = (MONTH, YEARS)


@dataclass(frozen=True, slots=True)
class Served:
    """Where the three programs listen."""

    ports: Mapping[str, int]

    def line(self, program: str) -> HttpLine:
        """A new connection to one of them."""
        return HttpLine(self.ports[program])

    def editor(self, program: str, day: object) -> EditorAt:
        """An editor at one of the desks, with an edition open."""
        return editor_at(self.line(program), day)


def editor_at(line: Line, day: object = DAY) -> EditorAt:
    """An editor on a line to a desk, with an edition open."""
    editor = EditorAt(line, EDITOR, PASSWORD)
    editor.open(str(day))
    return editor


def desk_settings(url: str, folder: Path) -> dict[str, str]:
    """What `benchmarks.served` is told."""
    return {"DESK_DATABASE": url, "DESK_FOLDER": str(folder)}


@contextmanager
def all_served(desks: Mapping[str, str], floor: str, folder: Path) -> Iterator[Served]:
    """Both desks (by their databases) and the floor, each under gunicorn."""
    with ExitStack() as stack:
        ports = {
            name: stack.enter_context(
                served("benchmarks.served:app", desk_settings(url, folder / name), folder / f"{name}.log")
            )
            for name, url in desks.items()
        }
        settings = {"FLOOR_DATABASE": floor}
        ports[FLOOR] = stack.enter_context(served("benchmarks.floor:app", settings, folder / "floor.log"))
        yield Served(ports)


def floor_line(line: Line, method: str, path: str, value: str | None = None) -> Answer:
    """Ask the floor, which must do what it is asked."""
    body = None if value is None else f"value={value}".encode()
    headers = {} if body is None else {"Content-Type": "application/x-www-form-urlencoded"}
    answer = line.ask(method, path, headers, body)
    if answer.status not in (200, 204):
        raise Refused(f"the floor answered {path} with {answer.status}")
    return answer


def first_load(at: Served, rounds: int) -> Rounds:
    """The whole page; between two loads somebody else moves a paper, so that no answer is kept whole."""
    editors = {name: at.editor(name, DAY) for name in DESKS}
    line = at.line(FLOOR)

    def load(name: str, number: int) -> float:
        nudge(editors[name], number)
        return editors[name].open(str(DAY)).seconds

    sides = {name: lambda n, name=name: load(name, n) for name in DESKS}
    return in_turns(rounds, sides | {FLOOR: lambda n: floor_line(line, "GET", "/rows").seconds})


def nudge(editor: EditorAt, number: int) -> None:
    """Move the first picked paper to and fro, which changes the page in a few rows."""
    item = editor.rows["picked"][0 if number % 2 == 0 else 1]
    editor.act(f"/items/{item}/position", position="down" if number % 2 == 0 else "up")


def unchanged_load(at: Served, rounds: int) -> Rounds:
    """The whole page again, with the tag of the answer before, where it had one."""
    editors = {name: at.editor(name, DAY) for name in DESKS}
    line = at.line(FLOOR)
    return in_turns(
        rounds,
        {name: again(editor) for name, editor in editors.items()}
        | {FLOOR: lambda n: floor_line(line, "GET", "/rows").seconds},
    )


def again(editor: EditorAt) -> Callable[[int], float]:
    """Loads a page of which nothing has changed, as a browser that has it does."""
    tags: dict[str, str] = {}

    def load(number: int) -> float:
        answer = editor.ask("GET", f"/editions/{DAY}", headers=tags)
        if answer.status not in (200, 304):
            raise Refused(f"the unchanged page was answered with {answer.status}")
        if "etag" in answer.headers:
            tags["If-None-Match"] = answer.headers["etag"]
        return answer.seconds

    return load


def packed_load(at: Served, rounds: int) -> Rounds:
    """The whole page as browsers take it, packed; the floor packs nothing."""
    editor, line = at.editor(MONTH, DAY), at.line(FLOOR)

    def load(number: int) -> float:
        nudge(editor, number)
        return editor.ask("GET", f"/editions/{DAY}", headers=AS_BROWSERS).seconds

    return in_turns(rounds, {MONTH: load, FLOOR: lambda n: floor_line(line, "GET", "/rows").seconds})


def cold_load(url: str, folder: Path, at: Served, starts: int) -> Rounds:
    """The whole page by a desk that has just started, and so has kept nothing; its templates are compiled already."""
    line = at.line(FLOOR)

    def load(number: int) -> float:
        with served("benchmarks.served:app", desk_settings(url, folder / MONTH), folder / "cold.log") as port:
            editor = editor_at(HttpLine(port), ORDERED_DAYS[0])
            return editor.open(str(DAY)).seconds

    sides = {MONTH: load, FLOOR: lambda n: floor_line(line, "GET", "/rows").seconds}
    return in_turns(starts, sides, warm=0)


def moves(at: Served, rounds: int) -> Rounds:
    """A picked paper nine tenths of its list up and down again, in three lists of both desks; a row of the floor."""
    line = at.line(FLOOR)
    row = at.editor(MONTH, DAY).rows["picked"][0]
    sides = {f"{MONTH} {size}": mover(at.editor(MONTH, day)) for day, size in zip(ORDERED_DAYS, SIZES, strict=True)}
    # A desk that is asked less often is slower for that alone.
    years = dict(zip((f"{YEARS} small", YEARS, f"{YEARS} large"), ORDERED_DAYS, strict=True))
    sides |= {name: mover(at.editor(YEARS, day)) for name, day in years.items()}
    sides[FLOOR] = lambda n: floor_line(line, "POST", f"/rows/{row}/place", f"{n:05}").seconds
    return in_turns(rounds, sides)


SIZES = ("small", "middle", "large")


def mover(editor: EditorAt) -> Callable[[int], float]:
    """Moves a paper up by 89 of 100 places, and in the next round down again."""
    picked = editor.rows["picked"]
    low, high = len(picked) * 95 // 100, len(picked) * 6 // 100

    def move(number: int) -> float:
        position = high if number % 2 == 0 else low
        return editor.act(f"/items/{picked[low - 1]}/position", position=str(position)).seconds

    return move


def decisions(at: Served, rounds: int, word: str, first: int) -> Rounds:
    """Candidates picked or dropped one after another, from the one in place `first` on."""
    editors = {name: at.editor(name, DAY) for name in DESKS}
    line, rows = at.line(FLOOR), editors[MONTH].rows["candidate"]
    sides = {name: decider(editor, word, first) for name, editor in editors.items()}
    sides[FLOOR] = lambda n: floor_line(line, "POST", f"/rows/{rows[first + n]}/state", word).seconds
    return in_turns(rounds, sides)


def decider(editor: EditorAt, word: str, first: int) -> Callable[[int], float]:
    """Picks or drops another candidate in every round."""
    candidates = editor.rows["candidate"]
    return lambda n: editor.act(f"/items/{candidates[first + n]}/{word}").seconds


def notes(at: Served, rounds: int) -> Rounds:
    """A note that is written on, save by save."""
    editors = {name: at.editor(name, DAY) for name in DESKS}
    line, row = at.line(FLOOR), editors[MONTH].rows["picked"][2]
    sides = {name: writer(editor) for name, editor in editors.items()}
    sides[FLOOR] = lambda n: floor_line(line, "POST", f"/rows/{row}/note", f"Worth a look {n}.").seconds
    return in_turns(rounds, sides)


def writer(editor: EditorAt) -> Callable[[int], float]:
    """Saves another wording of the note of the third picked paper in every round."""
    item = editor.rows["picked"][2]
    details = editor.ask("GET", f"/items/{item}", headers={"HX-Request": "true"}).text
    seals = [re.search(SEALED.format(item), details)[1]]

    def save(number: int) -> float:
        words = f"Worth a look {number}."
        answer = editor.save(f"/items/{item}/texts/note", words, seen=seals[-1], sequence=number + 1)
        seals.append(re.search(r'"seen": ?"([^"]*)"', answer.text)[1])
        return answer.seconds

    return save


def polls(at: Served, rounds: int) -> Rounds:
    """The question for news, of which there are none, and an empty answer."""
    editors = {name: at.editor(name, DAY) for name in DESKS}
    line = at.line(FLOOR)
    sides = {name: lambda n, editor=editor: editor.news().seconds for name, editor in editors.items()}
    return in_turns(rounds, sides | {FLOOR: lambda n: floor_line(line, "GET", "/empty").seconds})


def public_pages(at: Served, rounds: int) -> Rounds:
    """A post as many readers get it at once, and an empty answer to as many; the seconds of each."""
    paths = dict.fromkeys(DESKS, POST) | {FLOOR: "/empty"}
    crowds = {name: Crowd(at.ports[name], path) for name, path in paths.items()}
    return in_turns(rounds, {name: lambda n, crowd=crowd: crowd.ask(ASKED_AT_ONCE) for name, crowd in crowds.items()})


def post_of(line: Line) -> Answer:
    """The public page of a post."""
    answer = line.ask("GET", POST, {"Accept-Encoding": "identity"}, None)
    if answer.status != 200:
        raise Refused(f"the page of a post was answered with {answer.status}")
    return answer
