"""Every setting: its HOTPAPERS_* name, its default, what it may be, and what it is for."""

import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from app.connectors import SOURCES, source_settings
from app.domain import mail_settings, target_settings
from app.domain.profiles import Profile, ProfileError, Quotes, load_profile
from app.domain.ranking import DEFAULT_CUT, QUOTE_CUT
from app.domain.settings import Setting, Unshown, names, number, text, url, whole_number, yes_or_no

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "HOTPAPERS_"
# Minutes; a post that waits for longer is better published at a time.
LONGEST_GRACE = 60
# Quotes as the profile has them.
AS_PROFILE = "profile"


class SettingError(Exception):
    """A setting that cannot be used; the message names it and says what it may be."""


def _zone(raw: str) -> ZoneInfo:
    try:
        return ZoneInfo(raw)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("must be the name of a time zone, such as UTC or Europe/Vienna") from None


def _profile(raw: str) -> Profile:
    try:
        return load_profile(raw)
    except ProfileError as error:
        raise SettingError(f"{PREFIX}PROFILE cannot be used: {error}") from error


def _quotes(raw: str) -> str:
    if raw not in (AS_PROFILE, *get_args(Quotes)):
        raise ValueError(f"must be one of: {', '.join((AS_PROFILE, *get_args(Quotes)))}")
    return raw


def _sources(raw: str) -> tuple[str, ...]:
    off = names(raw)
    if strange := [name for name in off if name not in SOURCES]:
        raise ValueError(f"must name sources among {', '.join(SOURCES)}; {strange[0]} is none")
    return off


def _minutes(raw: str) -> int:
    try:
        minutes = whole_number(raw)
    except ValueError:
        minutes = LONGEST_GRACE + 1
    if minutes > LONGEST_GRACE:
        raise ValueError(f"must be a whole number of minutes from 0 to {LONGEST_GRACE}")
    return minutes


def _site(raw: str) -> str:
    return url(raw) if raw else ""


def _path(raw: str) -> Path:
    return Path(raw).expanduser()


def _database(raw: str) -> str:
    try:
        kind = make_url(raw).drivername if raw else "sqlite"
    except (ArgumentError, ValueError):
        kind = ""
    if kind not in ("sqlite", "postgresql+psycopg"):
        raise ValueError("must be an address such as sqlite:////srv/desk.db or postgresql+psycopg://user@host/desk")
    return raw


SETTINGS = (
    Setting("DATABASE_URL", "", _database, "where the desk is kept; SQLite under the instance folder if empty"),
    Setting("SECRET_KEY", "", text, "signs sessions and forms; made and kept in the instance folder if empty", True),
    Setting("INSTANCE_DIR", "instance", _path, "the folder for the database, the secret key and locks"),
    Setting("TIMEZONE", "UTC", _zone, "the zone of every time in a post and on the desk"),
    Setting("CUT", f"{DEFAULT_CUT:g}", number, "the score from which a paper is picked by default"),
    Setting("QUOTE_CUT", f"{QUOTE_CUT:g}", number, "the score from which a mention is quoted in the post"),
    Setting(
        "PROFILE",
        "lumen",
        _profile,
        "the form of a post: lumen, hugo, jekyll, eleventy, astro, or a folder with a profile of your own",
    ),
    Setting("QUOTES", AS_PROFILE, _quotes, "quotes plain, as the network's widget, or as the profile has them"),
    Setting(
        "TIDY_TEX", "no", yes_or_no, "yes prints TeX in titles and abstracts as what it means, but for the mathematics"
    ),
    Setting(
        "TARGET_DIR", "", _path, "the folder that published posts are written to; posts in the instance folder if empty"
    ),
    Setting(
        "TARGET_GIT", "", target_settings.repository, "the git repository of your site: a path, or https or ssh address"
    ),
    Setting("TARGET_GIT_BRANCH", "main", target_settings.branch, "the branch that posts are pushed to"),
    Setting("TARGET_GIT_FOLDER", "", target_settings.folder, "the folder in it, such as content/posts"),
    Setting("TARGET_GIT_USER", "git", text, "the name that goes with the token; most hosts take any"),
    Setting("TARGET_GIT_TOKEN", "", text, "a token that may push, for https", True),
    Setting(
        "TARGET_GIT_AUTHOR",
        "Hot Papers <hot-papers@localhost>",
        target_settings.author,
        "whom commits name as their author",
    ),
    Setting("TARGET_WEBHOOK", "", target_settings.hook, "an address that is told when a post has arrived", True),
    Setting("TARGET_WEBHOOK_SECRET", "", target_settings.signing_secret, "signs what the webhook is told", True),
    Setting("SMTP_HOST", "", mail_settings.host, "the server that mails are handed to; none are sent if empty"),
    Setting("SMTP_PORT", "587", mail_settings.port, "its port; 465 is usual for ssl"),
    Setting("SMTP_SECURITY", "starttls", mail_settings.security, "starttls, ssl, or none within your own network"),
    Setting("SMTP_USER", "", text, "the name to sign in with there; nobody signs in if empty"),
    Setting("SMTP_PASSWORD", "", text, "its password", True),
    Setting("MAIL_FROM", "", mail_settings.sender, "whom mails are from, such as Hot Papers <desk@example.org>"),
    Setting("MAIL_TO", "", mail_settings.recipient, "the list or person that an edition is mailed to"),
    Setting("SITE_URL", "", _site, "where posts stand on your site, for links to earlier ones; its root if empty"),
    Setting("PUBLIC_PAGES", "yes", yes_or_no, "whether anybody may read published posts and their feeds here"),
    Setting("PUBLIC_URL", "", _site, "the address that readers have of the desk; the one they ask for if empty"),
    Setting("PUBLIC_TITLE", "Hot Papers", text, "what the pages for readers and the feeds are called"),
    Setting(
        "GRACE", "0", _minutes, "for how many minutes a post can be taken back before it goes out; not at all if 0"
    ),
    Setting("CONTACT", "", text, "an e-mail address for the User-Agent, so that a source can reach you"),
    Setting("SOURCES_OFF", "", _sources, "sources that are not asked, with commas between them, such as reddit,github"),
    Setting("COLLECT", "yes", yes_or_no, "whether the worker collects by its schedule, or only what editors ask for"),
    Setting("SESSION_COOKIE_SECURE", "no", yes_or_no, "yes where the desk is served over HTTPS"),
    *source_settings(),
)
WEIGHT = "WEIGHT_"


def read_settings(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """The settings by name without prefix, with WEIGHTS as {source: float}.

    Raises SettingError naming the first variable that cannot be used and what it may be.
    """
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        raw = environ.get(PREFIX + setting.name, "").strip() or setting.default
        values[setting.name] = _read(setting.name, raw, setting.read)
    values["WEIGHTS"] = {
        name.removeprefix(PREFIX + WEIGHT).lower(): _read(name.removeprefix(PREFIX), raw.strip(), number)
        for name, raw in environ.items()
        if name.startswith(PREFIX + WEIGHT) and raw.strip()
    }
    _settle_quotes(values)
    _settle_paths(values, environ)
    if values["TARGET_GIT_TOKEN"] and target_settings.tells_tokens(values["TARGET_GIT"]):
        raise SettingError(f"{PREFIX}TARGET_GIT must be an address of https: a token over http can be read on the way.")
    return values


def unknown_settings(environ: Mapping[str, str] = os.environ) -> list[str]:
    """The HOTPAPERS_* variables that mean nothing here, which are usually typing errors."""
    known = {PREFIX + setting.name for setting in SETTINGS}
    return sorted(
        name
        for name in environ
        if name.startswith(PREFIX) and name not in known and not name.startswith(PREFIX + WEIGHT)
    )


def _read(name: str, raw: str, read: Callable[[str], Any]) -> Any:
    try:
        return read(raw)
    except Unshown as error:
        raise SettingError(f"{PREFIX}{name} {error}.") from None
    except ValueError as error:
        raise SettingError(f"{PREFIX}{name} {error}, not {raw!r}.") from None


def _settle_quotes(values: dict[str, Any]) -> None:
    if values["QUOTES"] == AS_PROFILE:
        return
    try:
        values["PROFILE"] = values["PROFILE"].with_quotes(values["QUOTES"])
    except ProfileError as error:
        raise SettingError(f"{PREFIX}QUOTES cannot be used: {error}") from error


def _settle_paths(values: dict[str, Any], environ: Mapping[str, str]) -> None:
    if not environ.get(PREFIX + "INSTANCE_DIR", "").strip():
        # The same desk from whatever folder a command is run in.
        values["INSTANCE_DIR"] = ROOT / values["INSTANCE_DIR"]
    values["INSTANCE_DIR"] = values["INSTANCE_DIR"].absolute()
    if not environ.get(PREFIX + "TARGET_DIR", "").strip():
        values["TARGET_DIR"] = values["INSTANCE_DIR"] / "posts"
    values["TARGET_DIR"] = values["TARGET_DIR"].absolute()


def secret_key(values: Mapping[str, Any]) -> str:
    """The key that was set, or the one kept in the instance folder, made on first use for its owner only."""
    if values["SECRET_KEY"]:
        return values["SECRET_KEY"]
    kept = values["INSTANCE_DIR"] / "secret_key"
    try:
        if not kept.exists() or not kept.read_text(encoding="utf8").strip():
            _keep_secret(kept)
        return kept.read_text(encoding="utf8").strip()
    except OSError as error:
        raise SettingError(f"{kept} cannot be used ({(error.strerror or str(error)).lower()}).") from None


def _keep_secret(kept: Path) -> None:
    """Write a fresh key whole or not at all; of two processes that start at once the first one's stands."""
    handle, temporary = tempfile.mkstemp(dir=kept.parent, prefix=".secret-")
    with os.fdopen(handle, "w", encoding="utf8") as file:
        file.write(secrets.token_hex(32))
    if kept.exists() and not kept.stat().st_size:
        kept.unlink()
    with suppress(FileExistsError):
        os.link(temporary, kept)
    os.unlink(temporary)
