"""Column types that mean the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import DateTime, Dialect, String, TypeDecorator
from sqlalchemy.orm import mapped_column


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC time. SQLite forgets zones, so what it gives back is marked as UTC again."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time, store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Mark what the database gives as UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def order_key_type() -> String:
    """Text compared byte by byte; PostgreSQL would otherwise sort by its locale."""
    return String(200).with_variant(String(200, collation="C"), "postgresql")


PrimaryKey = Annotated[int, mapped_column(primary_key=True)]
