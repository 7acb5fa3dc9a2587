"""What somebody did to an edition while holding its baton, in words for whoever takes it over."""

from collections.abc import Mapping

# By what was done: how a number of it is said. What was done to the whole edition is counted in times.
_PAPERS = {
    "added": "added",
    "picked": "picked",
    "dropped": "dropped",
    "held": "held",
    "returned": "put back",
    "moved": "moved",
    "pinned": "pinned",
    "unpinned": "unpinned",
    "updated": "made an update or not",
    "quoted": "with chosen quotes",
    "undone": "taken back of what was done before",
    "redone": "done again of what was done before",
}
_THINGS = {
    "headline": ("headline", "headlines"),
    "note": ("note", "notes"),
    "remark": ("remark", "remarks"),
    "struck": ("mention struck", "mentions struck"),
    "unstruck": ("mention counts again", "mentions count again"),
}
_TIMES = {
    "introduction": "introduction written",
    "closing": "closing words written",
    "cut": "cut moved",
    "ordered": "list put into score order",
    "restored": "order brought back",
    "taken": "new data taken",
    "left": "new data left",
}
# Everything that is counted, in the order in which it is told.
COUNTED = (*_PAPERS, *_THINGS, *_TIMES)


def in_words(counts: Mapping[str, int], repeats: int) -> list[str]:
    """Each thing that was done, counted: "4 dropped, 2 of them repeats", "1 note"; `repeats` are among the dropped."""
    told = []
    for name in COUNTED:
        count = counts.get(name, 0)
        if count:
            told.append(_said(name, count) + (_of_them(repeats) if name == "dropped" else ""))
    return told


def looked_in_words(deepest: int | None, papers: int) -> str:
    """How far down the page the papers were looked at; `deepest` is a place from 1 in page order, or None."""
    if deepest is None:
        return "no paper looked at"
    return f"nothing below no. {deepest} looked at" if deepest < papers else "looked at down to the last paper"


def _said(name: str, count: int) -> str:
    if name in _PAPERS:
        return f"{count:,} {_PAPERS[name]}"
    if name in _THINGS:
        return f"{count:,} {_THINGS[name][count != 1]}"
    return _TIMES[name] + (f" {count:,} times" if count > 1 else "")


def _of_them(repeats: int) -> str:
    if not repeats:
        return ""
    return f", {repeats:,} of them " + ("a repeat" if repeats == 1 else "repeats")
