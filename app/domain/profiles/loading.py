"""Profiles read from their folders, and everything about them checked before the first post is written."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.domain.front_matter import FrontMatterError
from app.domain.profiles.built_in import BUILT_IN, FOLDER, LUMEN
from app.domain.profiles.composing import (
    BODY_FILE,
    NAMES_OF_BODY,
    NAMES_OF_FILE,
    NAMES_OF_HEAD,
    PROFILE_FILE,
    KeyProblem,
    composed,
    named,
)
from app.domain.profiles.profile import Profile, ProfileError, Value, profile_from
from app.domain.profiles.templates import TemplateProblem, check
from app.domain.profiles.trial import DAYS, trial_documents

_KEYS = ("name", "version", "file_name", "quotes", "dialect", "front_matter")
_DIALECT = {"templates": [], "mathematics": "escaped", "html": True, "kramdown": False}
LONGEST = 100_000


def load_profile(name_or_folder: str | Path) -> Profile:
    """The built-in profile of a name, or the one that a folder holds, checked whole by trial posts.

    ProfileError, one plain sentence that names file and line, if there is none or it cannot be used.
    """
    asked = str(name_or_folder)
    if asked == LUMEN.name:
        return LUMEN
    folder = FOLDER / asked if asked in BUILT_IN else Path(asked).expanduser()
    if not folder.is_dir():
        raise ProfileError(f"{asked!r} is neither one of {', '.join(BUILT_IN)} nor a folder with {PROFILE_FILE}.")
    own = folder / BODY_FILE
    # Most generators differ in the front matter alone; the usual body lies beside this module.
    source, body = _read(folder / PROFILE_FILE), _read(own if own.exists() else FOLDER / BODY_FILE)
    try:
        profile = _profile(source, body)
        _check(profile)
    except KeyProblem as problem:
        raise ProfileError(f"{folder / PROFILE_FILE}, {_told(problem, source)}") from problem
    except (ProfileError, FrontMatterError) as problem:
        raise ProfileError(f"{folder}/{problem}" if _names_file(problem) else f"{folder}: {problem}") from problem
    return profile


def _names_file(problem: Exception) -> bool:
    return str(problem).startswith((BODY_FILE, PROFILE_FILE))


def _read(path: Path) -> str:
    try:
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise ProfileError(f"{path} cannot be read ({(error.strerror or str(error)).lower()}).") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ProfileError(f"{path}, line {line}: this is not UTF-8 text.") from error
    if len(text) > LONGEST:
        raise ProfileError(f"{path} is longer than {LONGEST:,} signs; a profile is short.")
    return text


def _profile(source: str, body: str) -> Profile:
    """The profile of the two files' texts, its keys checked one by one."""
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        line = found[1] if (found := re.search(r"at line (\d+)", str(error))) else source.count("\n") + 1
        raise ProfileError(f"{PROFILE_FILE}, line {line}: {re.sub(r' [(]at .*', '', str(error))}.") from error
    _refuse_strange("", data, _KEYS)
    for key in ("name", "version", "file_name", "front_matter"):
        if key not in data:
            raise ProfileError(f"{PROFILE_FILE} lacks {key}.")
    for table in ("dialect", "front_matter"):
        if not isinstance(data.get(table, {}), dict):
            raise KeyProblem("", table, f"it must be a table, [{table}]")
    _refuse_strange("dialect", data.get("dialect", {}), tuple(_DIALECT))
    front_matter = [[key, _value(key, value)] for key, value in data["front_matter"].items()]
    made = {"quotes": "plain", **data, "body": body, "front_matter": front_matter}
    return _settled(made, data.get("dialect", {}))


def _settled(made: dict[str, Any], dialect: dict[str, Any]) -> Profile:
    """The profile of checked keys; what is wrong with a value is said with its key."""
    try:
        return profile_from({**made, "dialect": {**_DIALECT, **dialect}})
    except ProfileError as error:
        key = str(error).split(" ", 1)[0]
        table = "dialect" if key in _DIALECT else ""
        if key not in (*_KEYS, *_DIALECT):
            raise
        raise KeyProblem(table, key, str(error).split(" ", 1)[1].rstrip(".")) from error


def _refuse_strange(table: str, data: dict[str, Any], known: tuple[str, ...]) -> None:
    for key in data:
        if key not in known:
            raise KeyProblem(table, key, f"there is no such key; there are {', '.join(known)}")


def _value(key: str, value: Any) -> Value:
    if isinstance(value, list):
        return tuple(_value(key, part) for part in value)
    if not isinstance(value, str | bool | int | float):
        raise KeyProblem("front_matter", key, "it must be a text, a number, true or false, or a list of these")
    return value


def _check(profile: Profile) -> None:
    """Read every template, then compose trial posts: ordinary, corrected, empty, and of awkward signs."""
    for key, source, names in _texts(profile):
        try:
            check(source, names)
        except TemplateProblem as problem:
            raise KeyProblem("" if key == "file_name" else "front_matter", key, problem.said) from problem
    try:
        check(profile.body or "", NAMES_OF_BODY)
    except TemplateProblem as problem:
        raise ProfileError(f"{BODY_FILE}, {problem}") from problem
    if len({named(day, profile) for day in DAYS}) < len(DAYS):
        raise KeyProblem("", "file_name", "two editions would have the same name; put {{ edition_date }} into it")
    forms = (profile, replace(profile, quotes="plain"))
    for form in forms:
        for document in trial_documents():
            composed(document, form)


def _texts(profile: Profile) -> list[tuple[str, str, frozenset[str]]]:
    """Every template of the front matter with its key, and that of the file's name."""
    found = [("file_name", profile.file_name, NAMES_OF_FILE)]
    for key, value in profile.front_matter:
        found += [(key, text, NAMES_OF_HEAD) for text in _flat(value)]
    return found


def _flat(value: Value) -> list[str]:
    if isinstance(value, tuple):
        return [text for part in value for text in _flat(part)]
    return [value] if isinstance(value, str) else []


def _told(problem: KeyProblem, source: str) -> str:
    """The problem with the line on which its key stands."""
    table, line = "", 0
    key = re.compile(rf"[ \t]*[\"']?{re.escape(problem.key)}[\"']?[ \t]*=")
    for number, text in enumerate(source.split("\n"), start=1):
        if found := re.match(r"[ \t]*\[[ \t]*([\w.-]+)[ \t]*\]", text):
            table = found[1]
            line = line or (number if (table, "") == (problem.key, problem.table) else 0)
        elif table == problem.table and key.match(text):
            line = line or number
    return f"line {line or 1}: {problem.key}: {problem.said}."
