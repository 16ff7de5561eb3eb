"""The Forge app: what can be known of it without a site."""

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from sla_engine import evaluate
from sla_engine.instant import parse_instant
from slabridge.config import read_definitions
from slabridge.config.agreements.result import WORDS
from slabridge.ticket.file import read_batches
from tests.deploy.files import DEPLOY, ended, program
from tests.patience import PATIENCE
from tests.places import CHECKOUT

APP = DEPLOY / "forge"
MANIFEST = yaml.safe_load((APP / "manifest.yml").read_text("utf-8"))
SOURCES = sorted(path for path in (APP / "src").rglob("*") if path.is_file())


def _node(script: str, given: object) -> str:
    """Return what a script says that imports `cycles` and is given something as JSON."""
    cycles = json.dumps((APP / "src" / "cycles.mjs").as_uri())
    whole = f"import * as cycles from {cycles};\nconst given = {json.dumps(given)};\n{script}"
    done = ended(program("node"), "--input-type=module", "--eval", whole)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_asks_for_no_scope_and_one_host_alone() -> None:
    assert MANIFEST["permissions"]["scopes"] == []
    assert MANIFEST["permissions"].keys() == {"scopes", "external"}
    ((kind, fetched),) = MANIFEST["permissions"]["external"].items()
    assert (kind, [one["address"] for one in fetched["backend"]]) == ("fetch", ["https://sla.acme.com"])
    assert fetched.keys() == {"backend"}


def test_what_the_manifest_names_is_there() -> None:
    resources = {one["key"]: APP / one["path"] for one in MANIFEST["resources"]}
    assert all(path.exists() for path in resources.values())
    ((panel,), (function,)) = MANIFEST["modules"].values()
    assert panel["resource"] in resources
    assert panel["resolver"]["function"] == function["key"]
    folder, name = panel["icon"].removeprefix("resource:").split(";")
    assert (resources[folder] / name).exists()
    file, _, handler = function["handler"].partition(".")
    assert f"export const {handler} " in (APP / "src" / f"{file}.js").read_text("utf-8")


def test_the_token_stays_where_it_is_not_shown() -> None:
    assert {path.name for path in SOURCES if "SLABRIDGE_TOKEN" in path.read_text("utf-8")} == {"cycles.mjs", "index.js"}
    answered = (APP / "src" / "index.js").read_text("utf-8").split("await fetch")[1]
    assert "SLABRIDGE_TOKEN" not in answered
    assert "process.env" not in (APP / "src" / "frontend" / "index.jsx").read_text("utf-8")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_each_file_parses(path: Path) -> None:
    command = [program("node"), "--input-type=module", "--check"]
    with path.open("rb") as source:
        done = subprocess.run(command, stdin=source, capture_output=True, check=False, timeout=PATIENCE)  # noqa: S603 - our own files
    assert done.returncode == 0, done.stderr


def test_its_own_tests_pass() -> None:
    done = ended(program("node"), "--test", APP / "test" / "cycles.test.mjs")
    assert done.returncode == 0, done.stdout


def test_results_of_the_engine_are_shown_each_with_what_people_read() -> None:
    examples = CHECKOUT / "docs" / "examples"
    [batch] = read_batches(examples / "tickets.jsonl")
    as_of = parse_instant("2026-03-02T15:00:00Z")
    results = evaluate(batch.tickets, read_definitions(examples / "config.toml"), as_of).results
    answer = {"results": [result.as_json(segments=True) for result in results]}
    shown = json.loads(_node("console.log(JSON.stringify(cycles.rows(given)))", answer))
    told = [result for result in results if not result.excluded and result.stage != "cancelled"]
    assert sorted(row["key"] for row in shown) == sorted(f"{r.agreement}.{r.objective}#{r.cycle}" for r in told)
    assert all(row["at"] or row["label"] == "Paused" for row in shown)


def test_every_status_has_its_word() -> None:
    statuses = [status for status in WORDS["status"] if status != "cancelled"]
    cycle = {"agreement": "a", "objective": "o", "cycle": 1, "stage": "running", "breached": False, "excluded": False}
    answer = {"results": [{**cycle, "status": one, "stopped_at": None, "due_at": None} for one in statuses]}
    labels = json.loads(_node("console.log(JSON.stringify(cycles.rows(given).map((row) => row.label)))", answer))
    assert not set(labels) & set(statuses)
    assert len(set(labels)) == len(statuses)
