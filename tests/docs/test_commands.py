"""The commands of README and docs run, or at least mean something."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer.main

from slabridge.cli.app import app
from slabridge.config import warnings_of
from slabridge.config.config import config_of
from tests.docs.pages import PAGES, blocks, walked
from tests.places import CHECKOUT
from tests.slabridge.cli.conftest import Call
from tests.slabridge.cli.conftest import call as called

call = called

PROGRAM = (
    f'slabridge() {{ "{sys.executable}" sync.py "$@"; }}; python() {{ "{sys.executable}" "$@"; }}; set -o pipefail\n'
)
COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
WALKED = {page.name for page in PAGES if walked(page)}
"""Their commands follow on each other: tests/docs/walk.py."""
CONSOLE = [
    (page, command, output)
    for page, block in blocks("console")
    if page not in WALKED
    for command, output in re.findall(r"^\$ (.*)\n((?:[^$].*\n)*)", block, re.MULTILINE)
]
LINES = [
    (page, part.strip())
    for page, block in [*blocks("sh"), *blocks("text"), *blocks("ini")]
    for line in block.splitlines()
    for part in re.split(r"  #|&&|>>", line)
]
OURS = [(page, found[1]) for page, line in LINES if (found := re.search(r"(?:^|/)slabridge ([a-z].*)", line))]


@pytest.mark.parametrize(
    ("page", "command", "output"), CONSOLE, ids=[f"{page} {n}" for n, (page, _, _) in enumerate(CONSOLE)]
)
def test_a_console_block_shows_what_its_command_prints(
    page: str, command: str, output: str, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(CHECKOUT)
    for name in [name for name in os.environ if name.startswith("SLABRIDGE_")]:
        monkeypatch.delenv(name)
    ours, pipe, others = command.partition(" | ")
    if ours.startswith("slabridge ") and not re.search("[|<>&]", ours):
        code, printed, err = call(*shlex.split(ours)[1:])
        assert (code, err) == (0, ""), page
        command = f"cat{pipe}{others}"
    else:
        printed = ""
    bash = ["/bin/bash", "-c", PROGRAM + command]
    done = subprocess.run(bash, input=printed, capture_output=True, text=True, check=False)  # noqa: S603 - our own pages
    assert (done.returncode, done.stderr) == (0, ""), page
    assert done.stdout == output


@pytest.mark.parametrize(("page", "line"), OURS, ids=[f"{n} {page}" for n, (page, _) in enumerate(OURS)])
def test_a_line_with_slabridge_parses(page: str, line: str) -> None:
    command, *arguments = shlex.split(line)
    assert command in COMMANDS, page
    COMMANDS[command].make_context(command, arguments)


def test_every_make_target_is_there() -> None:
    named = {name for page in PAGES for name in re.findall(r"(?:^|`)make ([a-z]+)", page.read_text(), re.MULTILINE)}
    targets = set(re.findall(r"^([a-z]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE))
    assert {"demo", "test", "check", "faults", "lint"} <= named
    assert named <= targets


def test_every_extra_is_there() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    named = {
        extra
        for _, line in LINES
        for found in re.findall(r'"(?:slabridge|\.)\[([\w,]+)\]"', line)
        for extra in found.split(",")
    }
    assert named == set(project["optional-dependencies"])


def test_every_example_of_a_configuration_loads() -> None:
    [readme] = [block for page, block in blocks("toml") if page == "README.md"]
    example = CHECKOUT / "docs" / "examples" / "config.toml"
    assert readme == example.read_text()
    assert warnings_of(config_of(tomllib.loads(readme), Path("config.toml"))) == ()
    for page, block in blocks("toml"):
        assert tomllib.loads(block), page


def test_the_page_of_customers_shows_the_folder_that_lies_there() -> None:
    shown = [block for page, block in blocks("toml") if page == "customers.md"]
    folder = CHECKOUT / "docs" / "examples" / "customers"
    assert shown == [(folder / f"{name}.toml").read_text("utf-8") for name in ("common", "acme", "globex")]
