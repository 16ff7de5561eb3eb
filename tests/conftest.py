"""What every test finds."""

import gc
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
import structlog
from hypothesis import HealthCheck, settings
from xdist.remote import Producer

from tests.slabridge.state.databases import ENGINES, empty, postgresql
from tests.slabridge.state.made import made_once
from tests.together import Together

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(  # a change is judged by what it changed, not by the draw
    "ci", settings.get_profile("any machine"), derandomize=True
)
settings.load_profile("ci" if "CI" in os.environ else "any machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--check", action="store_true", help="run also what only `make check` runs")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--check"):
        for item in items:
            if item.get_closest_marker("check"):
                item.add_marker(pytest.mark.skip(reason="only in `make check`"))


def pytest_collection_finish() -> None:
    """Let the garbage collector leave what stays to the end alone, and come more seldom: it took a sixth of the time."""
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together | None:
    return Together(config, log) if config.getoption("dist") == "loadgroup" else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests were skipped, by reason; what stands in a reason behind ":" or in brackets is left out."""
    why: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", ()):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        why[re.split(r": | \(", reason.removeprefix("Skipped: "))[0]] += 1
    counted = "; ".join(f"{count} {reason}" for reason, count in sorted(why.items(), key=lambda one: (-one[1], one[0])))
    terminalreporter.write_line(f"skipped: {counted or 'none'}")


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """Undo what a command configured: its logs go to a stream that ends with its test."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session", autouse=True)
def tables_made_once() -> Iterator[None]:
    with made_once():
        yield


@pytest.fixture(scope="session")
def database() -> Iterator[sa.URL]:
    """Give the PostgreSQL database of this process."""
    with postgresql() as url:
        yield url


@pytest.fixture
def postgres(database: sa.URL) -> Iterator[str]:
    """Give the URL of a PostgreSQL database with nothing in it."""
    yield database.render_as_string(hide_password=False)
    empty(database)


@pytest.fixture(params=ENGINES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the place of a state that is not there yet, in each kind of database."""
    if request.param == "sqlite":
        return str(tmp_path / "state.db")
    return str(request.getfixturevalue("postgres"))
