"""Why a goal is missed: the same work once more inside one process, under a profiler."""

from collections.abc import Callable

from flask import Flask

from app.connectors.arxiv_api import parse_api_answer
from app.connectors.arxiv_listing import parse_feed
from benchmarks.editor import EditorAt
from benchmarks.inside_works import previewer, publish_one
from benchmarks.laid import DAY, DRAFT_DAY, ORDERED_DAYS
from benchmarks.listing_works import answer_body, feed_body
from benchmarks.profiles import profiled
from benchmarks.servers import InsideLine
from benchmarks.web_works import again, decider, editor_at, mover, nudge, post_of, writer

# How many candidates lie between those that were picked and dropped under gunicorn and those of the profile.
BEYOND = 600
# Rounds of a profile, so that no single one decides.
TIMES = 3


class Reasons:
    """Profiles of the works of one desk, made as they are asked for."""

    def __init__(self, app: Flask, first_draft: int) -> None:
        """Editions from number `first_draft` on are not published yet."""
        self._app, self._first_draft = app, first_draft
        self._line = InsideLine(app)

    def why(self, work: str) -> str:
        """Where the time of a work goes, in words."""
        return profiled(self._repeated(getattr(self, f"_{work}")())).in_words

    def _repeated(self, side: Callable[[int], object]) -> Callable[[], None]:
        # What is made once, as the compiled templates, must not count.
        side(0)

        def repeat() -> None:
            for number in range(1, 1 + TIMES):
                side(number)

        return repeat

    def _editor(self, day: object = DAY) -> EditorAt:
        return editor_at(self._line, day)

    def _first(self) -> Callable[[int], object]:
        editor = self._editor()
        nudge(editor, 0)
        return lambda n: editor.open(str(DAY))

    def _unchanged(self) -> Callable[[int], object]:
        return again(self._editor())

    def _move(self) -> Callable[[int], object]:
        return mover(self._editor(ORDERED_DAYS[1]))

    def _large_move(self) -> Callable[[int], object]:
        return mover(self._editor(ORDERED_DAYS[2]))

    def _pick(self) -> Callable[[int], object]:
        return decider(self._editor(), "pick", BEYOND)

    def _drop(self) -> Callable[[int], object]:
        return decider(self._editor(), "drop", BEYOND + 2 * TIMES)

    def _note(self) -> Callable[[int], object]:
        return writer(self._editor())

    def _poll(self) -> Callable[[int], object]:
        editor = self._editor()
        return lambda n: editor.news()

    def _public(self) -> Callable[[int], object]:
        return lambda n: post_of(self._line)

    def _preview(self) -> Callable[[int], object]:
        return previewer(self._editor(DRAFT_DAY))

    def _publish(self) -> Callable[[int], object]:
        return lambda n: publish_one(self._app, self._first_draft + n)

    def _feed(self) -> Callable[[int], object]:
        body = feed_body(300)
        return lambda n: parse_feed(body)

    def _answer(self) -> Callable[[int], object]:
        body = answer_body(100)
        return lambda n: parse_api_answer(body)
