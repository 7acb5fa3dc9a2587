"""Connections for addresses that somebody typed: only ever to a public address, whatever a name server says."""

import socket
from collections.abc import Callable
from typing import Any

import requests
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool

from app.connectors.addresses import is_public
from app.connectors.deadline import Deadline, TimedAdapter
from app.domain.sources import ConnectorError


class PublicAdapter(TimedAdapter):
    """Speaks with public addresses only; `may_reach` says of an IP address whether it is one.

    A name may lead elsewhere a moment after it was checked (DNS rebinding), so the address at the other end counts: a
    connection to one that is not public is closed before a byte is sent on it, those of TLS included. Proxies are left
    out, for through one nobody sees where a request ends up. Raises ConnectorError, permanent.
    """

    def __init__(self, deadline: Deadline, may_reach: Callable[[str], bool] = is_public) -> None:
        super().__init__(deadline)
        self.poolmanager.pool_classes_by_scheme = {
            "http": _looking_first(HTTPConnectionPool, may_reach),
            "https": _looking_first(HTTPSConnectionPool, may_reach),
        }

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """As in requests, never through a proxy."""
        return super().send(request, **options | {"proxies": None})


def _looking_first(pool: type[HTTPConnectionPool], may_reach: Callable[[str], bool]) -> type[HTTPConnectionPool]:
    """The same kind of pool with connections that look whom they reached before they say anything."""

    class Connection(pool.ConnectionCls):
        def _new_conn(self) -> socket.socket:
            connected = super()._new_conn()
            if may_reach(connected.getpeername()[0]):
                return connected
            connected.close()
            raise ConnectorError(f"{self.host} is not asked, for it is not on the public internet.", permanent=True)

    return type(pool.__name__, (pool,), {"ConnectionCls": Connection})
