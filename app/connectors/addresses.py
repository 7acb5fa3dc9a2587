"""Addresses before anything is asked of them: whose they are, where they may lead, and whether they are public."""

import re
import socket
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urljoin, urlsplit

from app.connectors.answers import Failure
from app.domain.sources import ConnectorError

# The ports of ordinary web sites; None stands for an address that names none.
PORTS = (None, 80, 443, 8080, 8443)
# Networks whose addresses wrap an IPv4 address, and the bits behind it: IPv4-mapped, NAT64 (RFC 6052), 6to4.
_WRAPPINGS = (
    (ip_network("::ffff:0:0/96"), 0),
    (ip_network("64:ff9b::/96"), 0),
    (ip_network("2002::/16"), 80),
)
# All of IPv6 that was ever given out for the public; the rest is reserved or for local use.
_GIVEN_OUT = ip_network("2000::/3")
# Networks for protocols, relays and documentation that not every version of Python knows to be such.
_FOR_NOBODY = (ip_network("192.0.0.0/24"), ip_network("192.88.99.0/24"), ip_network("3fff::/20"))
# What an address bar forgives and what reads differently to different parsers: spaces, control signs, a backslash.
_MISLEADING = re.compile(r"[\s\x00-\x20\x7f\\]")

# Called as socket.getaddrinfo is, and answers alike.
Resolve = Callable[..., Iterable[tuple]]


def lane_of(url: str) -> str:
    """What an address has to itself as far as politeness goes: its host, and its port where that is unusual."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return ""
    return f"{host}:{port}" if port else host


def host_name(url: str) -> str:
    """The host (and port) of an address for a message, never what else the address may carry.

    Raises ConnectorError where it is no web address.
    """
    try:
        parts = urlsplit(url)
        name = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname
    except ValueError:
        name = None
    if not name or parts.scheme not in ("http", "https"):
        raise ConnectorError("The address is not one that begins with http:// or https://.", permanent=True)
    return name


def redirect_target(home: SplitResult, url: str, location: str, *, elsewhere: bool = False) -> SplitResult:
    """Where a redirect leads. Raises Failure unless that is as well encrypted, and the same owner's or `elsewhere`."""
    try:
        target = urlsplit(urljoin(url, location))
        here, there = (home.hostname or "").lower(), (target.hostname or "").lower()
    except ValueError:
        raise Failure("sent us on to an address that makes no sense", permanent=True) from None
    downgraded = home.scheme == "https" and target.scheme == "http"
    if target.scheme not in ("http", "https") or downgraded or not (elsewhere or _same_owner(here, there)):
        raise Failure(f"sent us on to {target.scheme}://{there}, which is not its own site", permanent=True)
    return target


def check_public(url: str, resolve: Resolve = socket.getaddrinfo) -> None:
    """Raise ConnectorError, permanent, unless an address that somebody typed is an ordinary one on the public internet.

    That is http or https, no credentials, a port of PORTS, and a host of which every address is public.
    """
    host = host_name(url)
    parts = urlsplit(url)
    if "@" in parts.netloc or _MISLEADING.search(url):
        raise ConnectorError("The address holds a user name or stray characters; paste it without.", permanent=True)
    if parts.port not in PORTS:
        raise ConnectorError(f"{host} is not asked, for web pages are read on ordinary ports only.", permanent=True)
    try:
        found = [entry[4][0] for entry in resolve(parts.hostname, parts.port or parts.scheme, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        raise ConnectorError(f"{host} could not be found; check how it is spelt, or try again later.") from None
    if not found or not all(is_public(address) for address in found):
        raise ConnectorError(f"{host} is not asked, for it is not on the public internet.", permanent=True)


def is_public(address: str) -> bool:
    """Whether an IP address can be somebody's on the public internet; of one that wraps another, that one counts."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        for network, behind in _WRAPPINGS:
            if found in network:
                return is_public(str(IPv4Address(int(found) >> behind & 0xFFFFFFFF)))
        if found not in _GIVEN_OUT:
            return False
    odd = found.is_multicast or found.is_reserved or any(found in network for network in _FOR_NOBODY)
    return found.is_global and not odd


def _same_owner(here: str, there: str) -> bool:
    owner = _owner(here)
    return there == here or (owner is not None and (there == owner or there.endswith(f".{owner}")))


def _owner(host: str) -> str | None:
    """The part of a host name that one owner registers; three labels under such as co.uk. None for an address."""
    labels = host.split(".")
    if len(labels) < 2 or labels[-1].isdigit() or ":" in host:
        return None
    return ".".join(labels[-3 if len(labels[-1]) == 2 and len(labels[-2]) <= 3 else -2 :])
