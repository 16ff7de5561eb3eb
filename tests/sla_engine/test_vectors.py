"""The test vectors of other projects, kept beside the checkout, agree."""

import importlib.util
import json
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.places import CHECKOUT, SHARED, absent
from tests.sla_engine.judging import Judge

VECTORS = SHARED / "vectors"
AS_OF = "2040-01-01T00:00:00Z"

pytestmark = pytest.mark.skipif(not VECTORS.is_dir(), reason=absent(VECTORS))


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with the vectors as one job: config.toml, tickets.jsonl and expected.json."""
    made = to_evaluate().Job()
    for path in sorted(VECTORS.glob("*.json")):
        for case in json.loads(path.read_text())["cases"]:
            made.add(case, path.stem)
    directory = tmp_path_factory.mktemp("vectors")
    made.write(directory)
    return directory


def to_evaluate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("to_evaluate", VECTORS / "to_evaluate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def differences(job: Path, rows: list[dict[str, Any]]) -> list[str]:
    expected = json.loads((job / "expected.json").read_text())
    assert len(expected) > 100
    got = {row["ticket"]: row for row in rows}
    return [
        f"{key} {wanted['name']}: {field} is {got[key][field]}, expected {value}"
        for key, wanted in expected.items()
        for field, value in wanted.items()
        if field != "name" and got[key][field] != value
    ]


def test_all_vectors_agree(judge: Judge, job: Path) -> None:
    document = tomllib.loads((job / "config.toml").read_text())
    tickets = lines((job / "tickets.jsonl").read_text())
    soon = "2024-01-01T00:00:00Z"  # after the last event; the reference would walk day by day to 2040
    assert differences(job, judge(document, tickets, soon).rows) == []


def test_all_vectors_agree_through_the_command_line(job: Path) -> None:
    command = [sys.executable, "-m", "slabridge", "evaluate", "--config", "config.toml", "--tickets", "tickets.jsonl"]
    options = ["--as-of", AS_OF, "--format", "jsonl"]
    checkout = CHECKOUT
    done = subprocess.run(  # noqa: S603 - our own command, nothing of it comes from outside
        [*command, *options], cwd=job, env={"PYTHONPATH": str(checkout)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert differences(job, lines(done.stdout)) == []
