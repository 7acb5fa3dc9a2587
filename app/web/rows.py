"""The rows of lists as HTML; a row that is as it was the last time is not made again."""

from collections.abc import Mapping, Sequence
from secrets import token_hex
from typing import Any, NamedTuple

from flask import Flask, current_app
from markupsafe import Markup

from app.domain.trends import trend_points
from app.keeping import Keep, KeepNewest
from app.queries.repeats import Ran
from app.queries.rows import Row
from app.queries.source_states import Freshness
from app.web.ages import score_line
from app.web.filters import first_authors, grouped, tags
from app.web.sparklines import line_of, rising_tag

# So many rows are kept, each with what it is made of: some two kilobytes.
KEPT = 20_000
# Characters of the buttons of all states, and what stands in them for the id.
KEPT_ACTS = 20_000
ID = "\ufdd0"
DRAWN = ("picked", "candidate")


class Look(NamedTuple):
    """What rows are shown by, all of a list by the same: two rows that are equal look the same under equal ones."""

    cut: float
    may_edit: bool
    ages: str
    # The template, which is another one once somebody who develops has changed it.
    macros: Any


class Words(NamedTuple):
    """What the template of a row prints, ready."""

    authors: str
    categories: list[str]
    score: str
    line: Markup
    said: str
    rising: Markup
    acts: Markup
    tags: list[tuple[str, str, str]]


def rows_html(
    rows: Sequence[Row], cut: float, freshness: Freshness, may_edit: bool, repeats: Mapping[int, Ran]
) -> list[Markup]:
    """Each row by itself; `freshness` tells the ages of their numbers, `repeats` which papers ran before."""
    return [Markup(row.decode()) for row in rows_bytes(rows, cut, freshness, may_edit, repeats)]


def rows_bytes(
    rows: Sequence[Row], cut: float, freshness: Freshness, may_edit: bool, repeats: Mapping[int, Ran]
) -> list[bytes]:
    """The same as they go out.

    A row is kept under all of that, the texts themselves, so it can never show anything else than it would.
    """
    kept, macros, hidden = current_app.extensions["rows"], _macros(), freshness.hidden
    look = Look(cut, may_edit, freshness.told, macros)
    drawn = []
    for row in rows:
        ran = repeats.get(row.id)
        made_of = (row, look, hidden.get(row.id), ran)
        drawn.append(
            kept.get(
                # Somebody who edits and somebody who reads may look at the same list in turns.
                (row.id, may_edit),
                made_of,
                lambda row=row, ran=ran: macros.row_of(row, _words(row, look, freshness), may_edit, ran).encode(),
            )
        )
    return drawn


class Apart:
    """Rows that go into a page after all else of it was rendered, as the bytes that they are kept as.

    A thousand of them in one text would be copied from template to template, and be turned into bytes once more.
    """

    def __init__(self) -> None:
        # No text from outside can know it.
        self._mark = f"<!-- {token_hex(16)} -->"
        self._lists: list[list[bytes]] = []

    def put(
        self, rows: Sequence[Row], cut: float, freshness: Freshness, may_edit: bool, repeats: Mapping[int, Ran]
    ) -> Markup:
        """What stands in the page for the rows until they come; the same is given as to `rows_html`."""
        self._lists.append(rows_bytes(rows, cut, freshness, may_edit, repeats))
        return Markup(self._mark)

    def page(self, html: str) -> bytes:
        """The page with all rows in their places."""
        first, *others = html.encode().split(self._mark.encode())
        whole = [first]
        for rows, after in zip(self._lists, others, strict=True):
            whole += [*rows, after]
        return b"".join(whole)


def _macros() -> Any:
    """The macros of a row: called by themselves they cost a fraction of an included template."""
    return current_app.jinja_env.get_template("partials/items/_row.html").module


def _acts(row: Row, macros: Any) -> Markup:
    """The buttons of a row, which differ from another's of the same state in nothing but the id, ten times over."""
    made = current_app.extensions["acts"].get((macros, row.state), lambda: str(macros.acts_of(row.state, ID)))
    return Markup(made.replace(ID, str(row.id)))


def _words(row: Row, look: Look, freshness: Freshness) -> Words:
    parts, points = row.parts, trend_points(row.trend)
    lens = "" if row.lens_score is None else f" → {grouped(row.lens_score)}"
    return Words(
        authors=first_authors(row.authors),
        categories=row.categories[:3],
        score=grouped(row.score) + lens,
        line=line_of(points) if row.state in DRAWN else Markup(""),
        said=score_line(parts, freshness.of_item(row.id)),
        rising=rising_tag(points),
        acts=_acts(row, look.macros),
        tags=tags(row, parts, look.cut),
    )


def register(app: Flask) -> None:
    """Keep rows, and give them to every template."""
    app.extensions["rows"] = KeepNewest(KEPT)
    app.extensions["acts"] = Keep(KEPT_ACTS)
    app.jinja_env.filters["rows_html"] = rows_html
