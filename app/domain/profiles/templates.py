"""The Jinja of profiles: sandboxed, without loaders and without chance, and its errors told by file and line."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, Undefined, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment, safe_range
from jinja2.utils import Namespace

from app.domain.front_matter import iso_date
from app.domain.profiles.profile import ProfileError

# What reaches for other files; there are none.
_REACHING = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)


class TemplateProblem(ProfileError):
    """A template that cannot be read or filled in; `line` is its line, from 1, and `said` the reason."""

    def __init__(self, said: str, line: int) -> None:
        self.said, self.line = said.rstrip("."), line
        super().__init__(f"line {line}: {self.said}.")


def printed(value: Any) -> Any:
    """What a template prints of a value: times by ISO 8601 with their offset, nothing for None."""
    if isinstance(value, datetime):
        return iso_date(value)
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else value


def _environment() -> ImmutableSandboxedEnvironment:
    found = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        finalize=printed,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    # A post is rebuilt from its record, so nothing in it may come by chance.
    found.globals.clear()
    found.globals.update(range=safe_range, namespace=Namespace)
    del found.filters["random"]
    return found


_JINJA = _environment()


def check(source: str, names: frozenset[str]) -> None:
    """Read a template without filling it in. TemplateProblem for bad syntax, unknown names and other files."""
    tree = _parsed(source)
    for node in tree.find_all(_REACHING):
        raise TemplateProblem("a template stands by itself, without include, import or extends", node.lineno)
    try:
        strange = meta.find_undeclared_variables(tree) - names
    except TemplateSyntaxError as error:
        raise TemplateProblem(error.message or "it is no template", error.lineno) from error
    if strange:
        name = min(strange)
        line = next((node.lineno for node in tree.find_all(nodes.Name) if node.name == name), 1)
        raise TemplateProblem(f"there is no {name!r}; there are {', '.join(sorted(names))}", line)


def text_of(source: str, names: Mapping[str, Any]) -> str:
    """The template filled in. TemplateProblem if that cannot be done."""
    return _run(source, names, lambda template: template.render(names))


def value_of(source: str, names: Mapping[str, Any]) -> Any:
    """What a template says: of one that is a single `{{ … }}` the value itself, of any other its text.

    TemplateProblem if it cannot be filled in.
    """
    if not _is_expression(source):
        return text_of(source, names)

    def found(template: Template) -> Any:
        value = getattr(template.make_module(dict(names)), "value")  # noqa: B009
        return str(value) if isinstance(value, Undefined) else value

    return _run(source, names, found, whole=True)


def _run(source: str, names: Mapping[str, Any], use: Any, *, whole: bool = False) -> Any:
    try:
        return use(_template(source, whole))
    except TemplateProblem:
        raise
    except Exception as error:  # A template may raise whatever Python can.
        raise TemplateProblem(_sentence(error), _line_of(error)) from error


@lru_cache(maxsize=256)
def _template(source: str, whole: bool) -> Template:
    if not whole:
        return _JINJA.from_string(_parsed(source))
    told = _parsed(source).body[0].nodes[0]  # type: ignore[attr-defined]
    kept = nodes.Assign(nodes.Name("value", "store", lineno=1), told, lineno=1)
    return _JINJA.from_string(nodes.Template([kept], lineno=1))


@lru_cache(maxsize=256)
def _is_expression(source: str) -> bool:
    body = _parsed(source).body
    if len(body) != 1 or not isinstance(body[0], nodes.Output):
        return False
    told = body[0].nodes
    return len(told) == 1 and not isinstance(told[0], nodes.TemplateData)


def _parsed(source: str) -> nodes.Template:
    try:
        return _JINJA.parse(source)
    except TemplateSyntaxError as error:
        raise TemplateProblem(error.message or "it is no template", error.lineno) from error


def _sentence(error: Exception) -> str:
    said = str(error) or type(error).__name__
    return re.sub(r"\s+", " ", said) if isinstance(error, TemplateError) else f"it cannot be filled in ({said})"


def _line_of(error: Exception) -> int:
    """The innermost line of the template that was being filled in; Jinja writes its own lines into the traceback."""
    line, trace = 1, error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename in ("<template>", "<unknown>"):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
