"""The pages that lead through a task show what their commands print."""

from pathlib import Path

import pytest

from tests.docs.walk import ENVIRONMENT, WALKED, lacking, walk
from tests.slabridge.cli.conftest import Call
from tests.slabridge.cli.conftest import call as called

call = called


@pytest.mark.parametrize("page", WALKED, ids=lambda page: page.name)
def test_each_command_prints_what_the_page_shows(
    page: Path, tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    if missing := lacking(page):
        pytest.skip(f"no {', '.join(missing)}")
    monkeypatch.chdir(tmp_path)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    if "$DATABASE" in page.read_text("utf-8"):
        monkeypatch.setenv("DATABASE", request.getfixturevalue("postgres"))
    for printed, shown in walk(page, call):
        assert printed == shown, "`make pages` writes it anew"
