"""Inline SVG: what every drawing on the pages has in common."""

from collections.abc import Iterable

from markupsafe import Markup


def drawing(kind: str, parts: Iterable[Markup], *, says: str | None, view: tuple[int, int] | None = None) -> Markup:
    """An SVG of the class `kind` made of its parts.

    It is an image that `says` what it shows, or, where that is None, an ornament of words beside it. With a `view`
    (width and height) its parts are drawn in these units, without one in pixels and shares of the whole.
    """
    box = Markup(' viewBox="0 0 {} {}"').format(*view) if view else Markup("")
    said = Markup('aria-hidden="true"') if says is None else Markup('role="img" aria-label="{}"').format(says)
    return Markup('<svg class="{}"{} {}>{}</svg>').format(kind, box, said, Markup("").join(parts))


def between(start: float, end: float, share: float) -> float:
    """What lies at a share, 0 to 1, of the way from start to end."""
    return start + (end - start) * share
