"""What every test finds."""

import os
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

settings.register_profile("ci", derandomize=True)  # a change is judged by what it changed, not by the draw
if "CI" in os.environ:
    settings.load_profile("ci")


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """Undo what a command configured: its logs go to a stream that ends with its test."""
    yield
    structlog.reset_defaults()
