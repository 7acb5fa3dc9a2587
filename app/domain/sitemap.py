"""The list of pages for search engines, in the form of sitemaps.org, and what a robot may read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from xml.etree.ElementTree import Element, SubElement, tostring

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
# More than this no reader of sitemaps takes in one file.
MOST_PAGES = 50_000


@dataclass(frozen=True, slots=True)
class SitePage:
    """The full address of a page, and when it last changed, where that is known."""

    address: str
    changed: datetime | None = None


def sitemap(pages: Iterable[SitePage]) -> bytes:
    """The list as XML, UTF-8; of more than MOST_PAGES the first ones."""
    root = Element("urlset", {"xmlns": NAMESPACE})
    for page in islice(pages, MOST_PAGES):
        url = SubElement(root, "url")
        SubElement(url, "loc").text = page.address
        if page.changed:
            SubElement(url, "lastmod").text = page.changed.isoformat(timespec="seconds")
    return tostring(root, encoding="utf-8", xml_declaration=True)


def robots(*, allowed: Iterable[str], sitemap_address: str) -> str:
    """What a robot may read: these paths and what is below them, nothing else."""
    lines = ["User-agent: *", *(f"Allow: {path}" for path in allowed), "Disallow: /", "", f"Sitemap: {sitemap_address}"]
    return "\n".join(lines) + "\n"
