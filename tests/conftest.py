"""What every test finds."""

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """Undo what a command configured: its logs go to a stream that ends with its test."""
    yield
    structlog.reset_defaults()
