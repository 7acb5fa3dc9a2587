"""How the settings of targets are read: repositories, branches, folders, people, and secrets that sign."""

import base64
import binascii
import re
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from app.domain.settings import Unshown, url

# user@host:path, which git takes as an address of ssh.
_SCP = re.compile(r"(?:[\w.-]+@)?[\w.\[\]-]+:[^:]+", re.ASCII)
_SAFE = re.compile(r"[\w.+-]+(?:/[\w.+-]+)*")
_AUTHOR = re.compile(r"([^<>\x00-\x1f\x7f]*[^<>\s\x00-\x1f\x7f])\s*<([^<>\s]+@[^<>\s]+)>")
_WEB = ("http", "https")
_SIGNED_BY = "whsec_"


def repository(raw: str) -> str:
    """A git repository, "" for none: a path made absolute, or an address of https or ssh without any secret in it."""
    if not raw:
        return ""
    if "://" in raw:
        return _git_url(raw)
    if ":" in raw.partition("/")[0]:
        if not _SCP.fullmatch(raw) or raw.startswith("-"):
            raise Unshown("must be a path, or an address such as https://host/site.git or git@host:site.git")
        return raw
    return str(Path(raw).expanduser().absolute())


def _git_url(raw: str) -> str:
    try:
        parts = urlsplit(raw)
        is_good = parts.scheme in (*_WEB, "ssh") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        is_good = False
    if not is_good or parts.netloc.startswith("-") or re.search(r"[\s\x00-\x1f]", raw):
        raise Unshown("must be a path, or an address such as https://host/site.git or git@host:site.git")
    # Tokens stand before the @ as names just as often as behind a colon.
    if parts.password is not None or (parts.username is not None and parts.scheme in _WEB):
        raise Unshown(
            "must be an address without a name or password in it; put them into HOTPAPERS_TARGET_GIT_USER and "
            "HOTPAPERS_TARGET_GIT_TOKEN"
        )
    return raw


def tells_tokens(address: str) -> bool:
    """Whether a token sent to this address could be read on the way: plain http that leaves the machine."""
    parts = urlsplit(address) if "://" in address else None
    if parts is None or parts.scheme != "http":
        return False
    try:
        return not ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.hostname != "localhost"


def branch(raw: str) -> str:
    """The name of a branch."""
    parts = raw.split("/")
    is_good = _SAFE.fullmatch(raw) and ".." not in raw and not raw.startswith("-")
    if not is_good or any(part.startswith(".") or part.endswith((".", ".lock")) for part in parts):
        raise ValueError("must be the name of a branch, such as main")
    return raw


def folder(raw: str) -> str:
    """A folder inside a repository, such as content/posts, without a slash at its ends; "" is the repository itself."""
    inner = raw.strip("/")
    parts = inner.split("/")
    if raw.startswith("/") or "\\" in raw or re.search(r"[\x00-\x1f\x7f]", raw):
        raise ValueError("must be a folder inside the repository, such as content/posts")
    if inner and any(part in ("", ".", "..") or part.lower() == ".git" for part in parts):
        raise ValueError("must be a folder inside the repository, such as content/posts")
    return inner


def author(raw: str) -> str:
    """A name and a mail address, written as Name <name@host>."""
    found = _AUTHOR.fullmatch(raw)
    if not found:
        raise ValueError("must be a name and a mail address, such as Hot Papers <papers@blog.example>")
    return f"{found[1].strip()} <{found[2]}>"


def hook(raw: str) -> str:
    """The address of a webhook as it stands, "" for none. Often it is itself the secret, so it is not shown."""
    if not raw:
        return ""
    try:
        url(raw)
    except ValueError as error:
        raise Unshown(str(error)) from None
    return raw


def signing_secret(raw: str) -> bytes:
    """The key of a webhook's signature: what stands in base64 behind whsec_, or the bytes of any other text."""
    if not raw.startswith(_SIGNED_BY):
        return raw.encode()
    try:
        key = base64.b64decode(raw.removeprefix(_SIGNED_BY), validate=True)
    except binascii.Error:
        key = b""
    if not key:
        raise Unshown("must be base64 behind whsec_, or any text without it")
    return key
