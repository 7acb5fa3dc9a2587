"""The services are tested on both databases."""

import pytest


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """SQLite, then PostgreSQL."""
    return request.param
