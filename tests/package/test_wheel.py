"""The package as people get it: the wheel in an environment of its own, away from the checkout."""

import os
import shutil
import subprocess
import sys
import venv
import zipfile
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


def ran(
    program: Path | str,
    *arguments: Path | str,
    folder: Path,
    expected: int = 0,
    variables: dict[str, str] | None = None,
) -> str:
    environment = {
        name: text for name, text in os.environ.items() if not name.startswith(("PYTHON", "SLABRIDGE", "COV"))
    }
    done = subprocess.run(  # noqa: S603 - our own program
        [program, *arguments],
        cwd=folder,
        env=environment | (variables or {}),
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE,
        check=False,
    )
    assert done.returncode == expected, done.stdout + done.stderr
    return done.stdout if expected == 0 else done.stderr


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the sdist, and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    ran(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, CHECKOUT, folder=folder)
    return folder


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    [found] = dist.glob("*.whl")
    return found


def tool(name: str) -> Path:
    """Return a program that stands beside this Python."""
    found = Path(sys.executable).with_name(name)
    if not found.exists():
        pytest.skip(f"only where `make check` installed {name}")
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


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_the_sdist_and_the_tree_build_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    ran(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, CHECKOUT, folder=tmp_path)
    [other] = tmp_path.glob("*.whl")
    assert contents(other) == contents(wheel)


def test_a_registry_would_take_both(dist: Path) -> None:
    ran(tool("twine"), "check", "--strict", *dist.iterdir(), folder=dist)


def test_other_packages_may_have_those_words_and_keep_them(installed: Installed) -> None:
    others = [installed.packages / f"{word}.py" for word in COMMON_WORDS]
    for other in others:
        other.write_text("whose = 'somebody else'\n", "utf-8")
    python = installed.environment / "bin" / "python"
    try:
        assert "is valid" in installed.does("validate", "--config", "config.toml")
        for word in COMMON_WORDS:
            code = f"import {word}; print({word}.whose)"
            assert ran(python, "-c", code, folder=installed.folder) == "somebody else\n"
    finally:
        for other in others:
            other.unlink()


def test_the_demo_runs_with_its_sandbox_and_a_state(installed: Installed) -> None:
    assert "in jira, as the agent sees it" in installed.does("demo", "--size", "100", "--days", "1", "--step", "12h")


@pytest.mark.parametrize(("program", "install"), [("uv", ("tool", "install")), ("pipx", ("install",))])
def test_installed_as_a_tool_without_extras_it_works_and_names_the_extra_that_it_needs(
    program: str, install: tuple[str, ...], wheel: Path, tmp_path: Path
) -> None:
    home, bin_ = str(tmp_path / "home"), str(tmp_path / "bin")
    places = {"UV_TOOL_DIR": home, "UV_TOOL_BIN_DIR": bin_, "PIPX_HOME": home, "PIPX_BIN_DIR": bin_}
    ran(tool(program), *install, wheel, folder=tmp_path, variables=places)
    slabridge, examples = tmp_path / "bin" / "slabridge", CHECKOUT / "docs" / "examples"
    assert "is valid" in ran(slabridge, "validate", "--config", examples / "config.toml", folder=tmp_path)
    said = ran(slabridge, "sandbox", folder=tmp_path, expected=2)
    assert said.endswith(' is not installed; for the sandbox: pip install "slabridge[sandbox]"\n')


def test_it_runs_without_being_installed(wheel: Path, tmp_path: Path) -> None:
    said = ran(tool("uv"), "tool", "run", "--from", wheel, "slabridge", "--version", folder=tmp_path)
    assert said == ran(sys.executable, "sync.py", "--version", folder=CHECKOUT)
