"""The headers of every answer: a Content-Security-Policy without exceptions, and what may be cached."""

from flask import Flask, Response, request

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_NAMES = {name.lower(): (name, value) for name, value in HEADERS.items()}
# No page is shown again without asking the desk.
UNKEPT = "private, no-cache"
# What an answer depends on: who asks, whether htmx does, and how it may be packed.
VARY = "Cookie, HX-Request, Accept-Encoding"
YEAR = 365 * 24 * 3600


def register(app: Flask) -> None:
    """Add the headers to whatever is answered, errors included."""
    app.after_request(add_headers)


def add_headers(response: Response) -> Response:
    """Pages are never cached, but for those for anybody, which say so themselves; a static file or script whose address
    carries its hash is kept for a year."""
    headers = response.headers
    # Looked through once: an answer's headers are a list, and each question for one of them goes through all of it.
    there = {name.lower() for name, _ in headers}
    headers.extend([header for name, header in _NAMES.items() if name not in there])
    if request.endpoint in ("static", "scripts.show", "styles.show"):
        if "v" in request.args and response.status_code == 200:
            response.cache_control.no_cache = None
            response.cache_control.public = True
            response.cache_control.immutable = True
            response.cache_control.max_age = YEAR
    elif "cache-control" not in there:
        headers.add("Cache-Control", "no-store" if response.status_code >= 400 else UNKEPT)
        _vary(response, there)
    elif not response.cache_control.public:
        _vary(response, there)
    return response


def _vary(response: Response, there: set[str]) -> None:
    if "vary" in there:
        response.vary.update(VARY.split(", "))
    else:
        response.headers.add("Vary", VARY)
