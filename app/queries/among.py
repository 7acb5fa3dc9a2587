"""That a column holds one of many values, in a statement that stays the same however many they are."""

from typing import Any

from sqlalchemy import JSON, Boolean, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class Among(FunctionElement[bool]):
    """A column, and the list of values bound beside it."""

    name = "among"
    type = Boolean()
    inherit_cache = True


def among(column: Any, name: str) -> Among:
    """That `column` is one of the values of the list bound as `name`; of no values at all it is none.

    `column.in_()` writes a place for every value, and so makes another statement of each number of them.
    """
    return Among(column, bindparam(name, type_=JSON().with_variant(ARRAY(column.type), "postgresql")))


@compiles(Among, "sqlite")
def _on_sqlite(element: Among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"


@compiles(Among, "postgresql")
def _on_postgresql(element: Among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} = ANY ({values})"
