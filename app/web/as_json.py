"""What a text that saves itself is told, as JSON: a state and a sentence, whatever went well or wrong."""

from typing import Any

from flask import Response, jsonify, request


def wants_json() -> bool:
    """Whether a page's own script asks, and takes no page for an answer."""
    return request.accept_mimetypes.best == "application/json"


def told(state: str, said: str, status: int = 200, **more: Any) -> Response:
    """A state (saved, stale, refused, expired or signed-out), a sentence, and what else goes with it."""
    response = jsonify(state=state, said=said, **more)
    response.status_code = status
    return response
