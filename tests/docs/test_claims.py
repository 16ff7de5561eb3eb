"""What README and docs claim of the code is so."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any, get_args

import orjson
import pytest
import typer.main

from connectors.interface import CommentDelete, CommentWrite, FieldsWrite, LinkWrite, Write
from sla_engine import evaluate, read_ticket
from sla_engine.instant import parse_instant
from slabridge.cli.app import app
from slabridge.config import read_definitions
from slabridge.config.process import ProcessSettings
from slabridge.exit import Exit
from slabridge.run.actions import Reason
from slabridge.ticket.file import read_batches
from slabridge_sandbox.jira.switches import Switches
from tests.docs.pages import section, tables
from tests.places import CHECKOUT

DOCS = CHECKOUT / "docs"
README = CHECKOUT / "README.md"
COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def codes(text: str) -> dict[int, str]:
    [table] = [table for table in tables(text) if "code" in table[0]]
    return {int(row["code"]): row.get("name", "") for row in table}


@pytest.mark.parametrize(
    ("page", "heading"), [("README.md", "Commands and exit codes"), ("docs/operations.md", "Exit codes")]
)
def test_the_exit_codes_are_those_of_the_program(page: str, heading: str) -> None:
    assert codes(section(CHECKOUT / page, heading)) == {code.value: code.name.lower() for code in Exit}


def test_the_exit_codes_of_evaluate_are_among_them() -> None:
    assert codes(section(DOCS / "evaluate.md", "Exit codes")).keys() <= set(Exit)


def test_readme_names_every_command() -> None:
    table = tables(section(README, "Commands and exit codes"))[0]
    assert [row["command"].strip("`").split()[0] for row in table] == list(COMMANDS)


@pytest.mark.parametrize(
    ("command", "page", "named"),
    [
        ("evaluate", "evaluate.md", ["Options"]),
        ("run", "operations.md", ["Operations", "When a run has to end early", "A changed file"]),
        ("status", "operations.md", ["Operations", "Status and retry"]),
        ("history", "operations.md", ["Operations", "Who changed what"]),
        ("revert", "revert.md", ["Take back what a run wrote", "2. Look", "4. Put it back", "What comes of it"]),
        ("reevaluate", "operations.md", ["Operations", "Judging ended cycles anew"]),
        ("whatif", "whatif.md", ["What if?"]),
        ("report", "reports.md", ["Options"]),
        ("baseline", "baseline.md", ["Targets from history"]),
        ("forecast", "foresight.md", ["What is likely to break"]),
        ("capacity", "capacity.md", ["What teams can carry"]),
        ("faults", "faults.md", ["Options"]),
        ("advise", "advise.md", ["Options"]),
        ("agreements", "agreements.md", ["Agreements in words", "Worked examples"]),
        ("feasibility", "feasibility.md", ["Can these agreements work?"]),
        ("compare", "compare.md", ["The tool's own SLA clocks beside ours"]),
        ("import", "import.md", ["Importing native SLA definitions"]),
        ("provision", "provision.md", ["Options"]),
        ("demo", "sandbox.md", ["The demo"]),
        ("sandbox", "sandbox.md", ["The demo", "The sandbox by hand"]),
    ],
)
def test_every_option_is_explained(command: str, page: str, named: list[str]) -> None:
    explained = {text for heading in named for text in re.findall(r"--[a-z][a-z-]*", section(DOCS / page, heading))}
    options = {option for param in COMMANDS[command].params for option in param.opts if option.startswith("--")}
    assert options - {"--help"} <= explained


def test_every_key_of_the_output_is_explained() -> None:
    plain, opened = tables(section(DOCS / "evaluate.md", "Output"))
    examples = DOCS / "examples"
    [batch] = read_batches(examples / "tickets.jsonl")
    as_of = parse_instant("2026-03-02T15:00:00Z")
    result = evaluate(batch.tickets, read_definitions(examples / "config.toml"), as_of).results[0]
    without, complete = result.as_json(), result.as_json(segments=True)
    assert [key for row in plain for key in re.findall(r"`(\w+)`", row["key"])] == list(without)
    assert [row["key"].strip("`") for row in opened] == [key for key in complete if key not in without]


def test_the_example_ticket_is_one() -> None:
    block = re.search(r"^```json\n(.*?)^```", (DOCS / "tickets.md").read_text(), re.MULTILINE | re.DOTALL)
    assert block
    ticket = read_ticket(orjson.loads(block[1]))
    keys = [row["key"].strip("`") for row in tables(section(DOCS / "tickets.md", "Keys"))[0]]
    assert sorted(keys) == sorted(ticket.__struct_fields__)


def test_the_reasons_are_those_of_the_plan() -> None:
    [table] = tables(section(DOCS / "promises.md", "What is written"))
    assert [row["reason"].strip("`") for row in table] == [reason.value for reason in Reason]


def test_the_environment_variables_are_those_that_are_read() -> None:
    [table] = tables(section(DOCS / "operations.md", "Environment variables"))
    prefix = str(ProcessSettings.model_config["env_prefix"])
    assert {row["variable"].strip("`") for row in table} == {
        prefix + name.upper() for name in ProcessSettings.model_fields
    }
    for row in table:
        name = row["variable"].strip("`").removeprefix(prefix).lower()
        assert row["default"].strip("`") == str(ProcessSettings.model_fields[name].default)


def test_every_promise_says_honestly_what_shows_it() -> None:
    [table] = tables(section(DOCS / "promises.md", "The promises"))
    assert [row["promise"] for row in table] == [f"P{n}" for n in range(1, 21)]
    for row in table:
        status = re.split(r"[,:]", row["tested"])[0]
        cited = re.findall(r"`([\w/]+\.py)::(\w+)`", row["breaks when it is broken"])
        assert status in {"yes", "in parts", "not yet proven"}
        assert bool(cited) == (status in {"yes", "in parts"})
        assert row["what it says"]
        assert row["how it is kept"]


@pytest.mark.parametrize("page", ["docs/promises.md", "docs/decisions.md", "SECURITY.md"])
def test_every_test_that_is_named_is_there(page: str) -> None:
    text = (CHECKOUT / page).read_text(encoding="utf-8")
    cited = re.findall(r"`([\w/]+\.py)::(\w+)`", text)
    assert cited
    assert text.count(".py::") == len(cited)
    for path, name in cited:
        assert f"def {name}(" in (CHECKOUT / "tests" / path).read_text(encoding="utf-8"), f"{path}::{name}"


def test_every_kind_of_write_that_a_tool_is_sent_stands_in_the_table() -> None:
    [table] = tables(section(DOCS / "promises.md", "Every kind of write"))
    told = {
        FieldsWrite: "mapped fields of tickets",
        CommentWrite: "comments",
        LinkWrite: "one link on each Jira issue",
        CommentDelete: "the deletion of a comment of ours",
    }
    assert told.keys() == {*get_args(Write), CommentDelete}
    for words in told.values():
        assert any(row["what"].startswith(words) for row in table), words


def test_every_line_of_the_threat_model_names_its_test() -> None:
    text = (CHECKOUT / "SECURITY.md").read_text(encoding="utf-8")
    model = text.partition("## Threat model")[2].partition("\n## ")[0]
    lines = [row for table in tables(model) for row in table]
    assert len(lines) > 40
    for row in lines:
        said, test = row.values()
        assert re.fullmatch(r"`[\w/]+\.py::\w+`(, `[\w/]+\.py::\w+`)*", test), said


@pytest.mark.parametrize("page", ["operations.md", "troubleshooting.md", "revert.md"])
def test_the_messages_that_are_explained_are_in_the_code(page: str) -> None:
    code = " ".join(
        " ".join(path.read_text(encoding="utf-8").split())
        for top in ("connectors", "sla_engine", "slabridge")
        for path in (CHECKOUT / top).rglob("*.py")
    )
    code = re.sub(r"""["'] f?["']""", "", code).replace("\\", "")
    explained = [table for table in tables((DOCS / page).read_text(encoding="utf-8")) if "message" in table[0]]
    assert explained
    for row in (row for table in explained for row in table):
        for message in re.findall(r"`([^`]+)`", row["message"]):
            for part in re.split(r"\.\.\.|\bKEY\b:?|\bNAME\b", message):
                assert part.strip(" ;") in code, message


def test_the_switches_of_the_jira_of_the_sandbox_are_explained() -> None:
    table = next(
        table for table in tables(section(DOCS / "sandbox.md", "Switches")) if "switch of the Jira" in table[0]
    )
    named = {name for row in table for name in re.findall(r"`(\w+)`", row["switch of the Jira"])}
    assert named == {field.name for field in fields(Switches)}


def test_the_logged_events_are_explained_and_those_explained_are_logged() -> None:
    [table] = tables(section(DOCS / "operations.md", "Logs"))
    explained = {(row["event"].strip("`").removesuffix("..."), row["level"]) for row in table}
    logged = set(events())
    for event, level in explained:
        assert any(text.startswith(event) and level == said for text, said in logged), event
    for text, level in logged:
        assert any(text.startswith(event) and level == said for event, said in explained), text


def events() -> Iterator[tuple[str, str]]:
    """Yield (event, level) of what a run logs above debug."""
    for path in [
        CHECKOUT / "sync.py",
        *(CHECKOUT / "slabridge").rglob("*.py"),
        *(CHECKOUT / "connectors").rglob("*.py"),
    ]:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Constant):
                levels = re.findall(r"\blog\.(info|warning|error)\b", ast.unparse(call.func))
                yield from ((str(call.args[0].value), level) for level in levels)
