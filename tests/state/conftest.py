from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from connectors.http import Http
from slabridge import logs
from slabridge.sandbox.embedded import Sandbox
from slabridge.state import State
from tests.job.job import Job, small
from tests.state.databases import ENGINES, empty, postgresql


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


@pytest.fixture
def state(place: str) -> Iterator[State]:
    """Give a fresh state, in each kind of database."""
    opened = State.of(place)
    yield opened
    opened.close()


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Job]:
    """Give the job against the few tickets of `small`; calls are repeated without waiting."""
    defaults = {**(Http.__init__.__kwdefaults__ or {}), "sleep": lambda _: None}
    monkeypatch.setattr(Http.__init__, "__kwdefaults__", defaults)
    monkeypatch.setenv("SNOW_PASSWORD", "sandbox")
    monkeypatch.setenv("JIRA_TOKEN", "sandbox-jira-token")
    logs.configure("error", "console")
    with Sandbox(small(tmp_path), in_process=True) as sandbox:
        yield Job(tmp_path, sandbox)
