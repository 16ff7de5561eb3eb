"""Without its extras slabridge does all that needs none, and names the extra where it needs one."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tests.places import CHECKOUT

MODULES = {
    "postgres": ["psycopg"],
    "pdf": ["weasyprint"],
    "xlsx": ["xlsxwriter"],
    "sandbox": ["starlette", "uvicorn"],
    "notify": ["apprise"],
    "otel": ["opentelemetry"],
    "web": ["starlette", "uvicorn"],
    "fleet": ["celery", "redis", "distributed"],
    "predict": ["sklearn", "skops", "threadpoolctl"],
}
"""What each extra brings, by the names that are imported."""
NAMES = {
    "postgres": "PostgreSQL",
    "pdf": "PDF",
    "xlsx": "XLSX",
    "sandbox": "the sandbox",
    "notify": "messages",
    "web": "the pages",
    "fleet": "the fleet",
}
"""What each is for, as messages have it."""
EXAMPLES = CHECKOUT / "docs" / "examples"
REPORT = ("report", "--config", EXAMPLES / "measures.toml", "--tickets", EXAMPLES / "measures.jsonl", "--period")
ASKED = [
    ("postgres", ("status", "--config", "config.toml")),
    ("pdf", (*REPORT, "2026-03", "--format", "pdf", "--out", "reports")),
    ("xlsx", (*REPORT, "2026-03", "--format", "xlsx", "--out", "reports")),
    ("sandbox", ("sandbox",)),
    ("sandbox", ("demo", "--size", "10")),
    ("notify", ("run", "--config", "config.toml")),
    ("web", ("serve", "--config", "config.toml")),
    ("fleet", ("fleet", "work", "--config", ".")),
    ("fleet", ("fleet", "schedule", "--config", ".")),
]
TELLING = """
[receivers.duty]
to = { env = "DUTY" }
[[notify]]
ladder = [{ at = "breached", to = "duty" }]
"""


def program(folder: Path, lacking: str, *command: Path | str) -> "subprocess.CompletedProcess[str]":
    """Run Python, and what it starts, with what `lacking` does first."""
    (folder / "sitecustomize.py").write_text(lacking, "utf-8")
    quiet = {name: text for name, text in os.environ.items() if not name.startswith("SLABRIDGE_")}
    paths = os.pathsep.join([str(folder), str(CHECKOUT)])
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, *command],
        cwd=folder,
        env=quiet | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def without(*extras: str) -> str:
    names = [name for extra in extras for name in MODULES[extra]]
    return f"import sys\nsys.modules |= dict.fromkeys({names!r})\n"


def test_each_extra_is_tried() -> None:
    extras = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    assert {extra for extra, _ in ASKED} == set(extras) - {"otel", "predict"}  # no command needs them
    assert set(extras) == set(MODULES)


@pytest.mark.parametrize(
    ("extra", "command"), ASKED, ids=[" ".join([extra, *map(str, command[:2])]) for extra, command in ASKED]
)
def test_a_command_that_needs_an_extra_names_it(extra: str, command: tuple[Path | str, ...], tmp_path: Path) -> None:
    text = (EXAMPLES / "config.toml").read_text("utf-8")
    (tmp_path / "config.toml").write_text(f'state = "postgresql://127.0.0.1/none"\n{text}{TELLING}', "utf-8")
    done = program(tmp_path, without(extra), CHECKOUT / "sync.py", *command)
    assert (done.returncode, done.stdout.strip()) == (2, "")
    assert f'is not installed; for {NAMES[extra]}: pip install "slabridge[{extra}]"\n' in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_system_without_pango_is_told_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "weasyprint.py").write_text("raise OSError('cannot load library libpango')\n", "utf-8")
    done = program(tmp_path, "", CHECKOUT / "sync.py", *REPORT, "2026-03", "--format", "pdf", "--out", "reports")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Pango, a library of the system" in done.stderr


def test_no_module_but_those_of_the_sandbox_imports_an_extra(tmp_path: Path) -> None:
    code = """
from importlib import import_module
from pkgutil import walk_packages
import connectors, sla_engine, slabridge, sync
for package in (connectors, sla_engine, slabridge):
    for module in walk_packages(package.__path__, f"{package.__name__}."):
        if not module.name.startswith(("slabridge.state.migrations.", "slabridge.web.", "slabridge.fleet.", "slabridge.foresight.trees", "slabridge.__main__")):
            import_module(module.name)
print("all")
"""
    done = program(tmp_path, without(*MODULES), "-c", code)
    assert (done.returncode, done.stdout) == (0, "all\n"), done.stderr
