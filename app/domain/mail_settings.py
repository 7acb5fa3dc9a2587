"""How the settings of the mail server are read, and what a mail address may be."""

import re
from email.utils import parseaddr

# What mail servers everywhere take; addresses in other scripts need both servers' leave.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}|\[?[0-9A-Fa-f:]{2,45}\]?")
SECURITY = ("starttls", "ssl", "none")


def host(raw: str) -> str:
    """The name of a server, without a port; may be empty."""
    if raw and not _HOST.fullmatch(raw):
        raise ValueError("must be the name of a server, such as smtp.example.org")
    return raw.strip("[]")


def port(raw: str) -> int:
    """A port's number."""
    if not (raw.isascii() and raw.isdigit() and len(raw) < 6 and 1 <= int(raw) <= 65535):
        raise ValueError("must be a number from 1 to 65535")
    return int(raw)


def security(raw: str) -> str:
    """How what is said to the server is kept secret."""
    if raw.lower() not in SECURITY:
        raise ValueError(f"must be one of: {', '.join(SECURITY)}")
    return raw.lower()


def recipient(raw: str) -> str:
    """One address; may be empty."""
    if raw and not _ADDRESS.fullmatch(raw):
        raise ValueError("must be one mail address, such as papers@lists.example.org")
    return raw


def sender(raw: str) -> str:
    """One address, with a name before it or without; may be empty."""
    _, address = parseaddr(raw)
    if raw and (not _ADDRESS.fullmatch(address) or not raw.isprintable()):
        raise ValueError("must be a mail address, such as Hot Papers <desk@example.org>")
    return raw
