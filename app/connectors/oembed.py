"""Asks a network for the embed markup of one post, as oEmbed endpoints give it; no embed is never a failure."""

import json

from app.connectors.fields import writable
from app.connectors.http import HttpClient
from app.domain.quotes import LONGEST_EMBED
from app.domain.sources import ConnectorError

# JSON may spell one letter of the markup in six signs.
LONGEST_ANSWER = 10 * LONGEST_EMBED


def embed_html(client: HttpClient, endpoint: str, url: str, **params: str) -> str | None:
    """The embed markup of the post at `url` as it came, which is hostile HTML; None where there is none to be had.

    `endpoint` is the whole address of the oEmbed service and `params` are what its network takes beside `url`. Posts
    that are deleted (404, 410) or not public (403), errors as plain text, pages instead of JSON and hosts that do not
    answer all mean that there is no embed: the post is then shown by its own words. An embed is an ornament, and not
    waited for.
    """
    try:
        answer = client.get(endpoint, params={"url": url, **params}, max_bytes=LONGEST_ANSWER, brief=True)
        told = json.loads(answer.body)
    except (ConnectorError, ValueError, RecursionError):
        return None
    html = told.get("html") if isinstance(told, dict) else None
    html = writable(html) if isinstance(html, str) else ""
    return html if html.strip() and len(html) <= LONGEST_EMBED else None
