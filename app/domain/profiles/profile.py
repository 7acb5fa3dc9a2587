"""A profile: the form that a site generator expects of a post, as a value that a record can hold whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from app.domain.dialects import Dialect, Mathematics

Quotes = Literal["plain", "widget"]
# What a line of the front matter is made of: a Jinja text, a list of such, or a value as it stands.
Value = str | bool | int | float | tuple["Value", ...]

TEMPLATES = ("liquid", "go", "jsx", "nunjucks")


class ProfileError(ValueError):
    """A profile that cannot be used; one plain sentence that names the place and what may stand there."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How a post looks and what its file is called.

    `front_matter` maps keys, in their order, to what is made of each; `body` is a Jinja text, None for the form that
    is written by code (lumen's). `file_name` is a Jinja text. `quotes` is plain (a blockquote) or widget (the
    network's own HTML, with its script).
    """

    name: str
    version: int
    file_name: str
    front_matter: tuple[tuple[str, Value], ...] = ()
    body: str | None = None
    quotes: Quotes = "plain"
    dialect: Dialect = field(default_factory=Dialect)

    def __post_init__(self) -> None:
        if self.quotes == "widget" and not self.dialect.html:
            raise ProfileError(
                f"The profile {self.name} has no raw HTML, so its quotes must be plain; "
                "a profile of your own with html = true may have widgets."
            )

    def with_quotes(self, quotes: Quotes) -> "Profile":
        """The same profile with other quotes. ProfileError where its generator would not show them."""
        return replace(self, quotes=quotes)

    def to_data(self) -> dict[str, Any]:
        """The whole profile as JSON-able data, the order of the front matter kept whatever sorts the keys."""
        return {
            "name": self.name,
            "version": self.version,
            "file_name": self.file_name,
            "front_matter": [[key, _listed(value)] for key, value in self.front_matter],
            "body": self.body,
            "quotes": self.quotes,
            "dialect": {
                "templates": sorted(self.dialect.templates),
                "mathematics": self.dialect.mathematics,
                "html": self.dialect.html,
                "kramdown": self.dialect.kramdown,
            },
        }


def profile_from(data: Mapping[str, Any]) -> Profile:
    """The profile that `to_data` wrote. ProfileError for data of another shape."""
    try:
        return Profile(
            name=_of(data, "name", str),
            version=_of(data, "version", int),
            file_name=_of(data, "file_name", str),
            front_matter=tuple((key, tupled(value)) for key, value in data["front_matter"]),
            body=_of(data, "body", str | None),
            quotes=_among(data, "quotes", get_args(Quotes)),
            dialect=dialect_from(data["dialect"]),
        )
    except KeyError as error:
        raise ProfileError(f"The profile lacks {error.args[0]!r}.") from error
    except (TypeError, ValueError) as error:
        raise ProfileError(str(error)) from error


def dialect_from(data: Mapping[str, Any]) -> Dialect:
    """The dialect of a profile's data. ProfileError for a value that it may not have, KeyError for one it lacks."""
    templates = data["templates"]
    if not isinstance(templates, list) or (strange := [name for name in templates if name not in TEMPLATES]):
        told = f"; {strange[0]!r} is none" if isinstance(templates, list) else ""
        raise ProfileError(f"templates must be a list of {', '.join(TEMPLATES)}{told}.")
    return Dialect(
        templates=frozenset(templates),
        mathematics=_among(data, "mathematics", get_args(Mathematics)),
        html=_of(data, "html", bool),
        kramdown=_of(data, "kramdown", bool),
    )


def tupled(value: Any) -> Value:
    """A value of a front matter as a profile keeps it; lists become tuples.

    ProfileError for anything but texts, numbers, truth values and lists of these.
    """
    if isinstance(value, list | tuple):
        return tuple(tupled(part) for part in value)
    if not isinstance(value, str | bool | int | float):
        raise ProfileError("it must be a text, a number, true or false, or a list of these.")
    return value


def _listed(value: Value) -> Any:
    return [_listed(part) for part in value] if isinstance(value, tuple) else value


def _of(data: Mapping[str, Any], key: str, kind: Any) -> Any:
    value = data[key]
    # True is an int to Python and nobody else.
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        names = {str: "a text", int: "a whole number", bool: "true or false"}
        raise ProfileError(f"{key} must be {names.get(kind, 'a text')}.")
    return value


def _among(data: Mapping[str, Any], key: str, choices: Sequence[str]) -> Any:
    if data[key] not in choices:
        raise ProfileError(f"{key} must be one of: {', '.join(choices)}.")
    return data[key]
