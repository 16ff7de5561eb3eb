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


@pytest.fixture(scope="session")
def customers(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the pages of a folder of two customers, each with a copy of that state, and of one without."""
    folder = tmp_path_factory.mktemp("customers")
    (folder / "common.toml").touch()
    text = (filled / "config.toml").read_text("utf-8")
    for name in ("acme", "globex", "initech"):
        (folder / f"{name}.toml").write_text(text.replace('"slabridge.db"', f'"{name}.db"'), "utf-8")
    for name in ("acme", "globex"):
        shutil.copy(filled / "slabridge.db", folder / f"{name}.db")
    with served(folder) as address:
        yield address
