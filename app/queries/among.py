"""That a column holds one of many values, in a statement that stays the same however many they are."""

from typing import Any

from sqlalchemy import JSON, ColumnElement, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class Each(FunctionElement[Any]):
    """The values of a list that is bound as one value."""

    name = "each"
    inherit_cache = True


def among(column: Any, name: str) -> ColumnElement[bool]:
    """That `column` is one of the values of the list bound as `name`; of no values at all it is none.

    `column.in_()` writes a place for every value, and so makes another statement of each number of them.
    """
    values = bindparam(name, type_=JSON().with_variant(ARRAY(column.type), "postgresql"))
    return column.bool_op("IN")(Each(values))


@compiles(Each, "sqlite")
def _on_sqlite(element: Each, compiler: SQLCompiler, **options: Any) -> str:
    return f"(SELECT value FROM json_each({compiler.process(element.clauses, **options)}))"


@compiles(Each, "postgresql")
def _on_postgresql(element: Each, compiler: SQLCompiler, **options: Any) -> str:
    return f"(SELECT unnest({compiler.process(element.clauses, **options)}))"
