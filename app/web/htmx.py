"""The one helper over htmx-flask: a page or its fragment, and answers that change several regions at once."""

from typing import Any

from flask import Request, Response, make_response, redirect, render_template, request
from htmx_flask import make_response as make_htmx_response
from markupsafe import Markup


def is_htmx() -> bool:
    """Whether htmx asks, and so takes fragments."""
    return is_asked_by_htmx(request)


def is_asked_by_htmx(asked: Request) -> bool:
    """Whether a request is one of htmx, and so takes fragments."""
    return bool(asked.htmx) and not asked.htmx.history_restore_request


def render(page: str, *, fragment: str | None = None, status: int = 200, **context: Any) -> Response:
    """Answer with a page, or under htmx with the fragment that the page is built from."""
    template = fragment if fragment and is_htmx() else page
    return make_response(render_template(template, **context), status)


def region(target: str, template: str | None = None, *, swap: str = "outerMorph", **context: Any) -> Markup:
    """One changed region: the partial for `target` (a selector), swapped in as `swap` says; no partial removes it."""
    # htmx takes the element itself for the content of an outer swap, so a partial's root is the region.
    content = Markup(render_template(template, **context)) if template else Markup("")
    return Markup('<hx-partial hx-target="{}" hx-swap="{}">{}</hx-partial>').format(target, swap, content)


def go_to(address: str) -> Response:
    """Send the browser to another page, also where htmx asks."""
    if not is_htmx():
        return redirect(address, 303)
    response = Response(status=204)
    response.headers["HX-Redirect"] = address
    return response


def answer(
    *regions: Markup, status: int = 200, trigger: str | dict[str, Any] | None = None, version: int | None = None
) -> Response:
    """Answer htmx with changed regions; `trigger` is an event for the page's scripts.

    `version` is that of the edition which the answer shows, so that a page which knows a later one can let it be.
    """
    return as_of(make_htmx_response(Markup("").join(regions), status, trigger=trigger), version)


def as_of(response: Response, version: int | None) -> Response:
    """The same answer, saying which version of its edition it shows."""
    if version is not None:
        response.headers["Edition-Version"] = str(version)
    return response
