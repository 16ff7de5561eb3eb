"""Arrows that import-linter cannot see: of sync.py, which is a module and no package, and those drawn as a command runs."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tests.places import CHECKOUT

PACKAGES = ("connectors", "sla_engine", "slabridge", "slabridge_sandbox")

LIGHT = {"typer", "rich", "click", "pydantic"}  # which typer loads itself
JUDGING = LIGHT | {"pydantic_settings", "numpy", "holidays", "orjson"}
STATE = JUDGING | {"structlog", "sqlalchemy", "alembic"}
TOOLS = STATE | {"requests", "tenacity", "pysnow", "jira"}
SANDBOX = TOOLS | {"starlette", "uvicorn"}
WATCHED = SANDBOX | {"psycopg"}
"""Libraries whose loading takes a while; a command may load those that it needs and no other."""


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_the_job_is_an_order_of_steps_and_knows_nothing_above_them() -> None:
    found = set(imported(CHECKOUT / "sync.py"))
    above = ("slabridge.cli", "slabridge.show", "slabridge.app", "slabridge.__main__", "slabridge_sandbox")
    assert "slabridge.run.pull" in found
    assert not {name for name in found if name.startswith((*above, "connectors.http", "sqlalchemy"))}


def test_nobody_imports_the_job() -> None:
    everywhere = [path for package in PACKAGES for path in (CHECKOUT / package).rglob("*.py")]
    assert len(everywhere) > 200
    assert [path.name for path in everywhere if "sync" in set(imported(path))] == []


def loaded(*arguments: str) -> set[str]:
    """Run the program in a process of its own; return which of the libraries watched it has loaded at its end."""
    program = f"""
import sys
from slabridge.__main__ import main
sys.argv = ["slabridge", *{arguments!r}]
try:
    main()
except SystemExit as ended:
    assert ended.code in (0, None), ended.code
finally:
    print("LOADED", *({WATCHED!r} & set(sys.modules)))
"""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=CHECKOUT, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.rpartition("LOADED")[2].split())


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (("--help",), LIGHT),
        (("--version",), LIGHT),
        (("run", "--help"), LIGHT),
        (("sandbox", "--help"), LIGHT),
        (("validate", "--config", "config.example.toml"), JUDGING),
        (
            (
                *("evaluate", "--config", "docs/examples/config.toml", "--tickets", "docs/examples/tickets.jsonl"),
                *("--as-of", "2026-03-02T15:00:00Z"),
            ),
            JUDGING,
        ),
        (("status", "--config", "config.example.toml"), STATE),
    ],
    ids=lambda given: " ".join(given[:2]) if isinstance(given, tuple) else "",
)
def test_a_command_loads_what_it_needs_and_no_more(arguments: tuple[str, ...], needed: set[str]) -> None:
    assert loaded(*arguments) <= needed
