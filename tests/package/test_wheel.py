"""The package as people get it: the wheel in an environment of its own, away from the checkout."""

import os
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tests.places import CHECKOUT

pytestmark = [pytest.mark.check, pytest.mark.xdist_group("wheel")]

EXAMPLES = ("config.toml", "tickets.jsonl")
COMMON_WORDS = ("connectors", "sla_engine", "sync")


@dataclass(frozen=True)
class Installed:
    """An environment that has the wheel, and a folder to work in."""

    environment: Path
    folder: Path

    @property
    def packages(self) -> Path:
        [found] = self.environment.glob("lib/python*/site-packages")
        return found

    def does(self, *arguments: str) -> str:
        """Run the command `slabridge` and return what it printed."""
        return ran(self.environment / "bin" / "slabridge", *arguments, folder=self.folder)


def ran(program: Path | str, *arguments: Path | str, folder: Path) -> str:
    environment = {
        name: text for name, text in os.environ.items() if not name.startswith(("PYTHON", "SLABRIDGE", "COV"))
    }
    done = subprocess.run(  # noqa: S603 - our own program
        [program, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    ran(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, CHECKOUT, folder=folder)
    [found] = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    made = Installed(tmp_path_factory.mktemp("environment"), tmp_path_factory.mktemp("away"))
    venv.create(made.environment, with_pip=True)
    pip = made.environment / "bin" / "pip"
    ran(
        pip,
        "install",
        "--no-deps",
        "--require-hashes",
        "--requirement",
        CHECKOUT / "requirements.txt",
        folder=made.folder,
    )
    ran(pip, "install", "--no-deps", wheel, folder=made.folder)
    for name in EXAMPLES:
        shutil.copy(CHECKOUT / "docs" / "examples" / name, made.folder)
    return made


def test_it_brings_two_names_and_no_common_word(installed: Installed) -> None:
    record = next(installed.packages.glob("slabridge-*.dist-info")) / "RECORD"
    names = {line.split(",")[0].split("/")[0] for line in record.read_text("utf-8").splitlines()}
    assert {name for name in names if name != ".." and not name.endswith(".dist-info")} == {
        "slabridge",
        "slabridge_sandbox",
    }


def test_it_knows_its_version(installed: Installed) -> None:
    assert installed.does("--version") == ran(sys.executable, "sync.py", "--version", folder=CHECKOUT)


def test_it_does_what_the_checkout_does(installed: Installed) -> None:
    examples = CHECKOUT / "docs" / "examples"
    for command in (
        ("validate", "--config", "config.toml"),
        ("evaluate", "--config", "config.toml", "--tickets", "tickets.jsonl", "--as-of", "2026-03-02T15:00:00Z"),
    ):
        assert installed.does(*command) == ran(sys.executable, CHECKOUT / "sync.py", *command, folder=examples)


def test_other_packages_may_have_those_words(installed: Installed) -> None:
    others = [installed.packages / f"{word}.py" for word in COMMON_WORDS]
    for other in others:
        other.write_text("raise ImportError('somebody else')\n", "utf-8")
    try:
        assert "is valid" in installed.does("validate", "--config", "config.toml")
    finally:
        for other in others:
            other.unlink()


def test_the_demo_runs_with_its_sandbox_and_a_state(installed: Installed) -> None:
    assert "in jira, as the agent sees it" in installed.does("demo", "--size", "100", "--days", "1", "--step", "12h")
