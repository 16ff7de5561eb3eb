import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.slabridge.web.full import full
from tests.slabridge.web.served import served

CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium."""
    driver = pytest.importorskip("playwright.sync_api", reason="only where `make check` installed playwright")
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine")
    with driver.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a configuration and a state that has one of everything; who changes them takes a copy."""
    folder = tmp_path_factory.mktemp("filled")
    with full(folder):
        return folder


@pytest.fixture(scope="session")
def pages(filled: Path) -> Iterator[str]:
    """The address of the pages of that state."""
    with served(filled / "config.toml") as address:
        yield address
