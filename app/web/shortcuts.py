"""The register of what can be done by a key: what it is called, its keys, where it applies, and how it acts."""

from dataclasses import dataclass
from itertools import groupby

MOVING, JUDGING, ORDER, EVIDENCE = "Moving about", "Judging", "Order", "Evidence"
WHOLE, LOOKING, HELP = "Whole edition", "Looking", "Help"
# How a key is written on the page; a capital letter is the small one with Shift.
WRITTEN = {"ArrowDown": "↓", "ArrowUp": "↑", "Escape": "Esc"}


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One action. `keys` are values of KeyboardEvent.key, with `Ctrl+` and `Shift+` before them where a key needs both.

    `needs` is what must be there: a `row`, an `edition`, or nothing. A row must be in one of the states `of`, or else
    the sentence `otherwise` is told. `post` is the address that it sends to, beneath that of the row or the edition;
    `press` names the control of the page that does the same, by its data-act in a row or by its id. `together` is what
    it does to selected papers. `then` says where the cursor goes: `next` at once, or it is to `stay` with the paper
    where it stands before the eye, or to `follow` it. What has neither post nor press, the page's script knows.
    """

    name: str
    group: str
    words: str
    keys: tuple[str, ...]
    needs: str = ""
    of: str = ""
    otherwise: str = ""
    post: str = ""
    sends: str = ""
    press: str = ""
    together: str = ""
    then: str = ""
    changes: bool = False

    @property
    def caps(self) -> list[list[str]]:
        """The keys as they are written: each a list of what is pressed together."""
        return [_written(key) for key in self.keys]


def _written(key: str) -> list[str]:
    *held, last = key.replace("++", "+plus").split("+") if len(key) > 1 else [key]
    if len(last) == 1 and last.isupper():
        held.append("Shift")
    return [*held, WRITTEN.get(last, last)]


ONLY_PICKED = "Only a picked paper has a place; pick it first."
ANY, NOT_PICKED, PLACED = "picked candidate held dropped", "candidate held dropped", "picked"


def _judging(name: str, words: str, key: str, of: str, otherwise: str, then: str = "next") -> list[Shortcut]:
    """What is done to a paper, once with the small letter, and once with the capital one, after which one goes on."""
    common = {"of": of, "otherwise": otherwise, "post": name, "press": name, "together": name, "changes": True}
    return [
        Shortcut(name, JUDGING, words, (key,), "row", then=then, **common),
        Shortcut(f"{name}-on", JUDGING, f"{words} and go on", (key.upper(),), "row", then="next", **common),
    ]


def _placing(name: str, words: str, key: str, place: str) -> Shortcut:
    """A move within the picked list."""
    return Shortcut(
        name, ORDER, words, (key,), "row", PLACED, ONLY_PICKED, "position", f"position={place}", name,
        then="follow", changes=True,
    )  # fmt: skip


SHORTCUTS: tuple[Shortcut, ...] = (
    Shortcut("next", MOVING, "Next paper", ("j", "ArrowDown"), "edition"),
    Shortcut("previous", MOVING, "Previous paper", ("k", "ArrowUp"), "edition"),
    Shortcut("open", MOVING, "Open the paper, or close it", ("o", "Enter"), "row"),
    Shortcut("before", MOVING, "Previous edition", (",",)),
    Shortcut("after", MOVING, "Next edition", (".",)),
    *_judging("pick", "Pick the paper", "p", NOT_PICKED, "This paper is picked already.", "stay"),
    *_judging("drop", "Drop the paper", "d", "picked candidate held", "This paper is dropped already."),
    *_judging(
        "hold", "Hold the paper for the next edition", "h", "picked candidate dropped", "This paper is held already."
    ),
    Shortcut(
        "return", JUDGING, "Back among the candidates", ("b",), "row", "picked held dropped",
        "This paper is a candidate already.", "return", press="return", together="return", then="next", changes=True,
    ),
    Shortcut("write", JUDGING, "Headline and note", ("n",), "row", ANY, press="write", changes=True),
    Shortcut("update", JUDGING, "Run it as an update, or as usual again", ("u",), "row", ANY, changes=True),
    Shortcut("select", JUDGING, "Select the paper", ("x",), "row", ANY, changes=True),
    Shortcut("select-range", JUDGING, "Select all from the last one up to here", ("X",), "row", ANY, changes=True),
    _placing("down", "Move down", "J", "down"),
    _placing("up", "Move up", "K", "up"),
    _placing("top", "Move to the top", "t", "top"),
    _placing("bottom", "Move to the bottom", "T", "bottom"),
    Shortcut("move", ORDER, "Move to a number…", ("m",), "row", ANY, changes=True),
    Shortcut("grab", ORDER, "Grab it, to carry it by the arrow keys", ("g",), "row", PLACED, ONLY_PICKED, changes=True),
    Shortcut(
        "pin", ORDER, "Pin it to its number, or let it go", ("i",), "row", PLACED, ONLY_PICKED, then="follow",
        changes=True,
    ),
    Shortcut("order", ORDER, "Back to score order", ("r",), "edition", post="order", press="order", changes=True),
    Shortcut("below", ORDER, "Drop everything below this paper", ("B",), "row", "picked candidate",
             "Only a picked paper or a candidate has others below it.", post="below", then="stay", changes=True),
    Shortcut("strike", EVIDENCE, "Strike a mention…", ("s",), "row", ANY, changes=True),
    Shortcut(
        "undo", WHOLE, "Undo", ("z", "Ctrl+z"), "edition", post="undo", press="undo", changes=True
    ),
    Shortcut(
        "redo", WHOLE, "Redo", ("Z", "Ctrl+Shift+z", "Ctrl+y"), "edition", post="redo", press="redo", changes=True
    ),
    Shortcut("cut", WHOLE, "Cut below this paper", ("c",), "row", "picked candidate",
             "Only a picked paper or a candidate can stand above the cut.", changes=True),
    Shortcut("further", WHOLE, "Cut one paper further", ("+",), "edition", post="cut", sends="step=up", changes=True),
    Shortcut("less", WHOLE, "Cut one paper less", ("-",), "edition", post="cut", sends="step=down", changes=True),
    Shortcut("baton", WHOLE, "Take the baton over", ("a",), "edition", post="baton", changes=True),
    Shortcut("publish", WHOLE, "Publish…", ("Ctrl+Enter",), "edition", press="publish", changes=True),
    Shortcut("search", LOOKING, "Search", ("/",), "edition"),
    Shortcut("filter", LOOKING, "Filters", ("f",), "edition"),
    Shortcut("lens", LOOKING, "Lens: as though somebody had not spoken", ("l",), "edition"),
    Shortcut("preview", LOOKING, "Preview, and back to the list", ("v",), "edition"),
    Shortcut("history", LOOKING, "History of the edition", ("y",), "edition"),
    Shortcut("past", LOOKING, "History of the paper", ("Y",), "row", ANY),
    Shortcut("keys", HELP, "These keys", ("?",)),
    Shortcut("palette", HELP, "Every action and paper by name", ("Ctrl+k",)),
    Shortcut("clear", HELP, "Close, or select nothing", ("Escape",)),
)  # fmt: skip


def shortcut_groups() -> list[tuple[str, list[Shortcut]]]:
    """The register by groups, in its order."""
    return [(group, list(found)) for group, found in groupby(SHORTCUTS, key=lambda shortcut: shortcut.group)]
