"""Asks one host of the Bluesky network, and tells a failing request from a host that will hear no more of us."""

from typing import Any
from urllib.parse import urlsplit

from app.connectors.answers import MEGABYTE, HttpResponse
from app.connectors.http import HttpClient, Params
from app.domain.sources import ConnectorError

# A hundred posts with everything that they embed.
LONGEST_ANSWER = 10 * MEGABYTE


class Refused(ConnectorError):
    """The host refuses us or found us too fast: the next request of this run would fare no better."""


def ask(
    client: HttpClient,
    url: str,
    params: Params,
    headers: dict[str, str] | None = None,
    statuses: tuple[int, ...] = (200,),
) -> HttpResponse:
    """One answer whose status is in `statuses`. Raises Refused where all hope is lost, else ConnectorError."""
    refusals: list[int] = []
    sent = {"Accept": "application/json"} | (headers or {})
    try:
        return client.get(
            url,
            params=params,
            headers=sent,
            statuses=statuses,
            max_bytes=LONGEST_ANSWER,
            final=lambda answer: refusals.append(answer.status),
        )
    except ConnectorError as error:
        status = refusals[-1] if refusals else None
        if status == 429 or (error.permanent and status != 400):
            raise Refused(str(error), permanent=error.permanent) from None
        raise


def told(client: HttpClient, answer: HttpResponse) -> dict[str, Any]:
    """The JSON object of an answer. Raises ConnectorError where it is none."""
    found = client.parse_json(answer)
    if not isinstance(found, dict):
        host = urlsplit(answer.url).hostname
        raise ConnectorError(f"{host} sent something that is no answer to the question; the next run tries again.")
    return found
