"""Whether a host answers at all, for a diagnosis; nothing is asked of it."""

import socket
from urllib.parse import urlsplit
from urllib.request import getproxies

SECONDS = 5.0


def unreachable(url: str) -> str | None:
    """Why the host of an address cannot be reached, as a clause; None where it can, or where a proxy stands between."""
    parts = urlsplit(url)
    if parts.scheme in getproxies():
        return None
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname or "", port), SECONDS).close()
    except socket.gaierror:
        return f"no address is known for {parts.hostname}"
    except OSError as error:
        return f"{parts.hostname} does not answer ({(error.strerror or 'in time').lower()})"
    return None
