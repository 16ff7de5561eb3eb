import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from connectors.http.session import Http
from slabridge.state import State
from tests.slabridge.compare.shop import Shop, opened

Open = Callable[..., Shop]


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Wait for nothing, and log nothing that is not grave."""
    defaults = {**(Http.__init__.__kwdefaults__ or {}), "sleep": lambda _: None}
    monkeypatch.setattr(Http.__init__, "__kwdefaults__", defaults)
    monkeypatch.chdir(tmp_path)
    values = {"SNOW_PASSWORD": "sandbox", "JIRA_TOKEN": "sandbox-jira-token", "SLABRIDGE_LOG_LEVEL": "error"}
    for name, value in {**values, "COLUMNS": "80"}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def empty_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a new state, to be copied: to make one takes longer than a test."""
    path = tmp_path_factory.mktemp("state") / "slabridge.db"
    State.of(str(path)).close()
    return path


@pytest.fixture
def shop(tmp_path: Path, empty_state: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Iterator[Open]:
    """Give what opens a tool with an incident."""
    shutil.copy(empty_state, tmp_path)
    with ExitStack() as stack:

        def begin(tool: str, *updates: tuple[str, dict[str, str]], **first: str) -> Shop:
            return stack.enter_context(opened(tool, tmp_path, capfdbinary, *updates, **first))

        yield begin
