"""Invented posts on which a profile is tried when it is loaded: ordinary, corrected, empty, and of awkward signs."""

from datetime import UTC, date, datetime, timedelta, timezone

from app.domain.front_matter import lumen_front_matter
from app.domain.post_document import About, Correction, Entry, PostDocument, Quote

DAYS = (date(2026, 11, 20), date(2026, 11, 23))
_PUBLISHED = datetime(2026, 11, 23, 8, 30, tzinfo=timezone(timedelta(hours=1)))
_AWKWARD = "\\{\\{ x \\}\\} {% y %} \\<b> \\| \\*z\\* $a_i$ ñ \U0001f4dd “q”: # - 'w' \"v\""
_QUOTE = Quote(
    '<blockquote class="twitter-tweet"><p dir="ltr">Lanterns.</p>&mdash; Ada Fernsby</blockquote>', scripted=True
)


def trial_documents() -> list[PostDocument]:
    """Four posts that between them have every field, and lack each."""
    about = About(DAYS[0], _PUBLISHED)
    corrected = About(
        DAYS[0], _PUBLISHED, _PUBLISHED + timedelta(days=3), 2, (Correction(DAYS[1], "A name was misspelled."),)
    )
    utc = About(DAYS[1], _PUBLISHED.astimezone(UTC))
    return [
        _document(about, (_entry("Lanterns and Moss"), Entry(2, "Rivers")), "Good morning.", "Until tomorrow."),
        _document(corrected, (_entry("Lanterns and Moss"),), "", "**Correction:** A name was misspelled."),
        _document(about, (), "", ""),
        _document(utc, (_entry(_AWKWARD),), _AWKWARD, _AWKWARD),
    ]


def _document(about: About, entries: tuple[Entry, ...], introduction: str, closing: str) -> PostDocument:
    front = lumen_front_matter(about.edition_date, about.published_at)
    return PostDocument(front, introduction, entries, closing=closing, about=about)


def _entry(text: str) -> Entry:
    return Entry(
        number=1,
        title=text,
        authors="Ada Fernsby, Tomas Quill",
        metrics=("retweets: 60, favorites: 37 (11/20/2026 08:30:00)", "Bluesky: 3 likes"),
        links="[abs](https://arxiv.org/abs/2611.00001) | [pdf](https://arxiv.org/pdf/2611.00001)",
        categories="[cs.LG](https://arxiv.org/list/cs.LG/recent)",
        note=text,
        abstract=text,
        quotes=(_QUOTE,),
    )
