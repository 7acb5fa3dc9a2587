"""A post in the form of a profile: its fields spelled for the generator, then front matter and body filled in."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from app.domain.dialects import quote_html_plain, quote_markdown, respelled, respelled_html
from app.domain.front_matter import slug
from app.domain.post_document import SCRIPT, About, Entry, PostDocument, Quote
from app.domain.profiles.profile import Profile, ProfileError, Value
from app.domain.profiles.templates import TemplateProblem, text_of, value_of
from app.domain.profiles.yaml_head import head_of

BODY_FILE = "body.md.jinja"
PROFILE_FILE = "profile.toml"
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")

# What templates may name; docs/profiles.md says what each is.
NAMES_OF_FILE = frozenset({"edition_date", "slug"})
NAMES_OF_HEAD = NAMES_OF_FILE | frozenset(
    "title category tags description published_at revised_at revision corrections".split()
)
NAMES_OF_BODY = NAMES_OF_HEAD | frozenset({"introduction", "entries", "closing"})


class KeyProblem(ProfileError):
    """A line of profile.toml that cannot be filled in; `table` is empty outside of any."""

    def __init__(self, table: str, key: str, said: str) -> None:
        self.table, self.key, self.said = table, key, said
        super().__init__(f"{PROFILE_FILE}, {f'{table}.' if table else ''}{key}: {said}.")


def composed(document: PostDocument, profile: Profile) -> bytes:
    """The bytes of a post in the form of a profile that has a body.

    ProfileError if it cannot be filled in with this post, FrontMatterError if the front matter would not read back.
    """
    if document.about is None:
        raise ProfileError("A post that was read in from a file keeps the form that it has.")
    names = _names_of_head(document, document.about)
    values = {key: _said(key, value, names) for key, value in profile.front_matter}
    head = head_of({key: value for key, value in values.items() if value is not None})
    try:
        body = text_of(profile.body or "", names | _names_of_body(document, profile))
    except TemplateProblem as problem:
        raise ProfileError(f"{BODY_FILE}, {problem}") from problem
    body = body.strip("\n")
    return f"{head}\n{body}\n".encode() if body else head.encode()


def named(edition_date: date, profile: Profile) -> str:
    """The name of an edition's file. ProfileError if it is none that every system takes."""
    try:
        name = text_of(profile.file_name, {"edition_date": edition_date, "slug": slug(edition_date)})
    except TemplateProblem as problem:
        raise KeyProblem("", "file_name", problem.said) from problem
    if not _FILE_NAME.fullmatch(name):
        raise KeyProblem("", "file_name", f"{name!r} must be letters, digits, points, dashes and underscores only")
    return name


def quoted_plainly(document: PostDocument) -> PostDocument:
    """The document with its quotes as blockquotes without class and script."""
    return replace(document, entries=tuple(_quoted_plainly(entry) for entry in document.entries))


def _quoted_plainly(entry: Entry) -> Entry:
    return replace(entry, quotes=tuple(Quote(quote_html_plain(quote.html)) for quote in entry.quotes))


def _said(key: str, value: Value, names: Mapping[str, Any]) -> Any:
    """What a line of the front matter says; None leaves it out, of a list too."""
    if isinstance(value, tuple):
        parts = [_said(key, part, names) for part in value]
        return [part for part in parts if part is not None]
    if not isinstance(value, str):
        return value
    try:
        return value_of(value, names)
    except TemplateProblem as problem:
        raise KeyProblem("front_matter", key, problem.said) from problem


def _names_of_head(document: PostDocument, about: About) -> dict[str, Any]:
    front = document.front
    return {
        "title": front.title,
        "slug": front.slug,
        "category": front.category,
        "tags": list(front.tags),
        "description": front.description,
        "edition_date": about.edition_date,
        "published_at": about.published_at,
        "revised_at": about.revised_at,
        "revision": about.revision,
        "corrections": [{"day": each.day, "note": each.note} for each in about.corrections],
    }


def _names_of_body(document: PostDocument, profile: Profile) -> dict[str, Any]:
    return {
        "introduction": respelled(document.introduction, profile.dialect),
        "entries": [_shown(entry, profile) for entry in document.entries],
        "closing": respelled(document.closing, profile.dialect),
    }


def _shown(entry: Entry, profile: Profile) -> dict[str, Any]:
    """An entry with every field spelled for the generator; what goes on in a line begins no block."""
    dialect = profile.dialect
    return {
        "number": entry.number,
        "arxiv_id": entry.arxiv_id or "",
        "title": respelled(entry.title, dialect, inline_start=True),
        "authors": respelled(entry.authors, dialect),
        "metrics": [respelled(line, dialect, inline_start=True) for line in entry.metrics],
        "links": respelled(entry.links, dialect, inline_start=True),
        "categories": respelled(entry.categories, dialect, inline_start=True),
        "note": respelled(entry.note, dialect),
        "abstract": respelled(entry.abstract, dialect),
        "quotes": [_quote(quote, profile) for quote in entry.quotes],
    }


def _quote(quote: Quote, profile: Profile) -> str:
    if not profile.dialect.html:
        return quote_markdown(quote.html, profile.dialect)
    if profile.quotes == "plain":
        return respelled_html(quote_html_plain(quote.html), profile.dialect)
    html = respelled_html(quote.html, profile.dialect)
    return f"{html}\n{SCRIPT}" if quote.scripted else html
