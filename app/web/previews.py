"""Previews: the draft as the page a reader would see and as raw Markdown, made by the code that publishes."""

import hashlib
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request
from flask_login import current_user, login_required

from app.domain.posts import FrontMatterError, ProfileError
from app.domain.records import fingerprint, in_lumen, rebuilt
from app.extensions import db
from app.queries.drafts import DraftedEdition, drafted_edition
from app.queries.posts import post_on
from app.web.auth import acting
from app.web.documents import BARE_HEADERS, Reading, reading_of
from app.web.drafts import Draft, draft_of
from app.web.htmx import is_htmx
from app.web.readers import ReadingLinkShown, shown_reading_link
from app.web.urls import date_or_404

bp = Blueprint("previews", __name__)

# How the preview is shown, and how wide its page is laid out; the first of each where nothing is asked for.
KINDS = ("page", "markdown", "both")
WIDTHS = ("desktop", "phone")
NOTHING_PICKED = "No paper is picked yet. What you pick stands here at once, as it will be published."


@dataclass(frozen=True, slots=True)
class _Frozen:
    """What was published, asked as a draft is."""

    record: dict[str, Any]

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.record)

    def page(self, *, empty: str) -> str:
        return reading_of(in_lumen(self.record), empty=empty).document

    def markdown(self) -> bytes:
        return rebuilt(self.record)


def _edition_or_404(day: str) -> DraftedEdition:
    date = date_or_404(day)
    return drafted_edition(db.session, date) or abort(404, f"There is no edition for {date}.")


def _shown(edition: DraftedEdition) -> Draft | _Frozen:
    """What publishing would freeze now, or what it froze."""
    post = post_on(db.session, edition.date) if edition.status == "published" else None
    who = acting()
    return _Frozen(post.record) if post else draft_of(edition, who.now, who.rules)


def _bytes_of(shown: Draft | _Frozen) -> bytes:
    """The post in the house's profile, or why it cannot be filled in with this one, which publishing will say too."""
    try:
        return shown.markdown()
    except (FrontMatterError, ProfileError) as error:
        return str(error).encode()


def _reading_of(shown: Draft | _Frozen, kind: str) -> Reading:
    """What a panel shows of it; what it does not show is not made."""
    markdown = _bytes_of(shown).decode("utf8", "replace") if kind != "page" else ""
    return Reading(markdown, shown.page(empty=NOTHING_PICKED) if kind != "markdown" else "")


@bp.get("/editions/<day>/preview")
@login_required
def show(day: str) -> Response:
    """The preview as a page; to the panels that keep themselves fresh its sheets alone, or 304 where they are the same.

    `as` is page, markdown or both, `width` that at which the page is laid out.
    """
    edition = _edition_or_404(day)
    kind, width = _chosen("as", KINDS), _chosen("width", WIDTHS)
    shown, link = _shown(edition), shown_reading_link(edition)
    digest = _digest(edition, shown, kind, link)
    # What compresses an answer adds to its tag, so it is looked for as a part.
    if is_htmx() and digest in request.headers.get("If-None-Match", ""):
        return _tagged(Response(status=304), digest)
    context = {
        "day": edition.date.isoformat(),
        "edition": edition,
        "kind": kind,
        "width": width,
        "is_draft": edition.status == "draft",
        "reading": _reading_of(shown, kind),
        "reading_link": link,
    }
    template = "partials/previews/_answer.html" if is_htmx() else "pages/previews/show.html"
    return _tagged(make_response(render_template(template, **context)), digest)


def _chosen(name: str, choices: tuple[str, ...]) -> str:
    asked = request.args.get(name, "")
    return asked if asked in choices else choices[0]


def _digest(edition: DraftedEdition, shown: Draft | _Frozen, kind: str, link: ReadingLinkShown | None) -> str:
    """The short name of what a panel shows; the time of publishing, which goes on by itself, does not count."""
    may_make_link = edition.status == "draft" and current_user.may_edit
    told = f"{shown.fingerprint}\0{kind}\0{link}\0{may_make_link}"
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _tagged(response: Response, digest: str) -> Response:
    # Only the sheets are asked for by what they were; the page around them has a token in it.
    if is_htmx():
        response.set_etag(digest)
    return response


@bp.get("/editions/<day>/preview.html")
@login_required
def page(day: str) -> Response:
    """The preview by itself, as a reader sees it: to be printed, or looked at in the browser's own width."""
    response = make_response(_shown(_edition_or_404(day)).page(empty=NOTHING_PICKED))
    response.headers.update(BARE_HEADERS)
    return response


@bp.get("/editions/<day>/preview.md")
@login_required
def markdown(day: str) -> Response:
    """The preview's very bytes."""
    return Response(_bytes_of(_shown(_edition_or_404(day))), mimetype="text/markdown")
