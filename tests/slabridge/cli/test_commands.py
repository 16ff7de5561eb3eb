"""The commands as people and scripts use them: what they print, and how they end."""

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import requests

from slabridge import __version__
from slabridge.app.demo import example
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import SandboxOptions
from tests.patience import PATIENCE
from tests.places import CHECKOUT
from tests.slabridge.cli.conftest import Call
from tests.slabridge.state.released import FIXTURES, load

AS_OF = "2026-03-03T12:00:00Z"
TICKETS = [
    {
        "source": "snow",
        "key": "INC1",
        "created": "2026-03-03T08:00:00Z",
        "fields": {"status": "active", "priority": "P1", "team": "Web"},
        "history": [
            {"at": "2026-03-03T08:10:00Z", "changes": {"status": ["new", "active"]}},
            {"at": "2026-03-03T09:00:00Z", "changes": {"team": ["Desk", "Web"]}},
        ],
    },
    {
        "source": "snow",
        "key": "=INC2",
        "created": "2026-03-03T11:00:00Z",
        "fields": {"status": "new", "priority": "P4", "team": "@Desk"},
    },
]


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in {"SNOW_PASSWORD": "sandbox", "JIRA_TOKEN": "sandbox-jira-token", "COLUMNS": "300"}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def tickets(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_text(example(), "utf-8")
    path = tmp_path / "tickets.jsonl"
    path.write_text("".join(json.dumps(ticket) + "\n" for ticket in TICKETS), "utf-8")
    return path


def process(*arguments: object, **options: Any) -> "subprocess.CompletedProcess[str]":  # noqa: ANN401 - of subprocess
    command = [sys.executable, str(CHECKOUT / "sync.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False, **options)  # noqa: S603 - our own program


# evaluate


def test_evaluate_prints_one_line_of_json_per_cycle(call: Call, tickets: Path) -> None:
    code, out, err = call("evaluate", "--tickets", tickets, "--as-of", AS_OF, "--format", "jsonl")
    rows = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert [(row["ticket"], row["agreement"], row["objective"], row["cycle"], row["status"]) for row in rows] == [
        ("INC1", "standard", "response", 1, "met"),
        ("INC1", "standard", "resolution", 1, "at_risk"),  # due at this very instant: met if it ends now
        ("INC1", "teams", "handling", 1, "met"),
        ("INC1", "teams", "handling", 2, "on_track"),
        ("=INC2", "standard", "response", 1, "on_track"),
        ("=INC2", "standard", "resolution", 1, "on_track"),
        ("=INC2", "teams", "handling", 1, "on_track"),
    ]
    assert "segments" not in rows[0]


def test_json_is_short_for_the_format_and_segments_open_each_cycle(call: Call, tickets: Path) -> None:
    _, out, _ = call("evaluate", "--tickets", tickets, "--as-of", AS_OF, "--format", "jsonl")
    code, same, _ = call("evaluate", "--tickets", tickets, "--as-of", AS_OF, "--json")
    assert (code, same) == (0, out)
    code, opened, _ = call("evaluate", "--tickets", tickets, "--as-of", AS_OF, "--json", "--segments")
    rows = [json.loads(line) for line in opened.splitlines()]
    assert code == 0
    for row, plain in zip(rows, map(json.loads, out.splitlines()), strict=True):
        counted = sum(piece["seconds"] for piece in row["segments"] if piece["mode"] == "counted")
        assert counted == row["elapsed_seconds"] == sum(row["shares"].values())
        assert {name: row[name] for name in plain} == plain


def test_segments_need_the_format_that_has_room_for_them(call: Call, tickets: Path) -> None:
    code, out, err = call("evaluate", "--tickets", tickets, "--as-of", AS_OF, "--segments")
    assert (code, out) == (2, "")
    assert "--format jsonl" in err


def test_a_table_has_a_row_per_cycle(call: Call, tickets: Path) -> None:
    code, out, _ = call("evaluate", "--tickets", tickets, "--as-of", AS_OF)
    assert code == 0
    assert sum("INC1" in line for line in out.splitlines()) == 4
    assert "resolution" in out


def test_csv_has_the_same_values_and_no_cell_is_a_formula(call: Call, tickets: Path) -> None:
    _, lines, _ = call("evaluate", "--tickets", tickets, "--as-of", AS_OF, "--json")
    code, out, _ = call("evaluate", "--tickets", tickets, "--as-of", AS_OF, "--format", "csv")
    rows = list(csv.DictReader(StringIO(out)))
    expected = [json.loads(line) for line in lines.splitlines()]
    assert code == 0
    assert [list(row) for row in rows] == [list(row) for row in expected]
    assert [float(row["elapsed_seconds"]) for row in rows] == [row["elapsed_seconds"] for row in expected]
    assert {row["ticket"] for row in rows} == {"INC1", "'=INC2"}
    assert {row["holder"] for row in rows} >= {"'@Desk"}


def test_evaluate_says_which_field_no_ticket_has(call: Call, tickets: Path) -> None:
    tickets.write_text('{"source":"x","key":"A","created":"2026-03-03T08:00:00Z","fields":{"status":"new"}}\n', "utf-8")
    code, _, err = call("evaluate", "--tickets", tickets, "--as-of", AS_OF, "--json")
    assert code == 0
    assert sorted(err.splitlines()) == [
        "warning: no ticket has the field 'priority', which the agreements read",
        "warning: no ticket has the field 'team', which the agreements read",
    ]


def test_evaluate_needs_no_connection_and_no_secret(call: Call, tickets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SNOW_PASSWORD")
    definitions = example().partition("# Connections")[0]
    (tickets.parent / "config.toml").write_text(definitions, "utf-8")
    assert call("evaluate", "--tickets", tickets, "--as-of", AS_OF, "--json")[0] == 0


# validate


def test_validate_says_what_a_good_file_holds(call: Call, tickets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SNOW_PASSWORD")
    code, out, err = call("validate")
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "config.toml is valid: 2 connections, 3 calendars, 4 agreements, 5 objectives"
    monkeypatch.setenv("SLABRIDGE_CONFIG", str(tickets.parent / "config.toml"))
    assert str(tickets.parent) in call("validate")[1]


@pytest.mark.usefixtures("tickets")
def test_validate_prints_json_with_the_identity_of_each_definition(call: Call) -> None:
    code, out, _ = call("validate", "--json")
    document = json.loads(out)
    assert code == 0
    resolution = "agreements.standard.objectives.resolution"  # round the clock for P1, and beneath it nobody at night
    assert {warning["path"] for warning in document["warnings"]} == {resolution}
    assert set(document["definitions"]) == {
        "standard.response",
        "standard.resolution",
        "teams.handling",
        "first-line.handling",
        "integration.fix",
    }


# run, plan, explain: over a sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(size=60), in_process=True) as served:
        yield served


@pytest.fixture
def configured(tmp_path: Path, sandbox: Sandbox) -> Path:
    text = example().replace("https://acme.service-now.com", sandbox.servicenow.url)
    path = tmp_path / "config.toml"
    path.write_text(text.replace("https://acme.atlassian.net", sandbox.jira.url), "utf-8")
    return path


def test_plan_prints_what_run_then_does_and_a_second_time_nothing(
    call: Call, configured: Path, sandbox: Sandbox
) -> None:
    state = configured.parent / "slabridge.db"
    code, diff, err = call("plan")
    assert code == 0
    # Of sixty tickets none has ever waited for evidence.
    assert {line.partition("event=")[2].partition(" place")[0] for line in err.splitlines()} == {"value never seen"}
    code, out, _ = call("plan", "--json")
    assert code == 0
    assert not state.exists()
    planned = [json.loads(line) for line in out.splitlines()]
    changes = [change for write in planned for change in write.get("fields", ())]
    assert {change["reason"] for change in changes} == {"first"}
    assert diff.splitlines()[-1] == f"{len(planned)} writes on {len({write['id'] for write in planned})} tickets"
    assert diff.count("(first)") == len(changes) > 0

    sandbox.requests(reset=True)
    code, out, err = call("run", "--json")
    document = json.loads(out)
    assert (code, document["exit_code"]) == (0, 0)
    assert "Traceback" not in err
    done = document["connections"]
    assert [one["connection"] for one in done] == ["snow", "jira"]
    assert sum(one["fields_written"] for one in done) == len(changes)
    assert sum(one["comments_written"] for one in done) == sum("comment" in write for write in planned)
    assert sum(one["calls"] for one in done) == sum(sandbox.requests().values())

    assert call("plan", "--json")[:2] == (0, "")
    code, table, _ = call("run")
    assert code == 0
    assert "fields written" in table


def test_a_run_writes_the_report_of_the_period_that_is_over_where_that_is_asked_for(
    call: Call, configured: Path
) -> None:
    configured.write_text(configured.read_text("utf-8") + '\n[reports]\nsend = { folder = "reports" }\n', "utf-8")
    code, _, err = call("run")
    (page,) = (configured.parent / "reports").glob("*.html")
    assert (code, str(page) in err) == (0, True)
    assert page.with_suffix(".json").exists()
    code, _, err = call("run")
    assert (code, str(page) in err) == (0, False)
    page.unlink()
    page.parent.rename(configured.parent / "elsewhere")
    page.parent.write_text("no folder", "utf-8")
    code, _, err = call("run")
    assert (code, "was not written into" in err) == (3, True)


def test_explain_shows_where_the_time_of_a_ticket_went(call: Call, configured: Path, sandbox: Sandbox) -> None:
    call("run")
    assert configured.exists()
    query = {"sysparm_query": "state=2^ORDERBYsys_created_on", "sysparm_limit": "1"}
    auth = (sandbox.servicenow.user, sandbox.servicenow.secret)
    url = f"{sandbox.servicenow.url}/api/now/table/incident"
    (record,) = requests.get(url, params=query, auth=auth, timeout=PATIENCE).json()["result"]
    code, text, err = call("explain", record["number"])
    assert (code, err) == (0, "")
    assert "SLA standard.resolution cycle 1: " in text
    assert "used by: " in text
    code, out, _ = call("explain", record["sys_id"], "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert {row["ticket"] for row in rows} == {record["number"]}
    assert all(row["segments"] for row in rows if row["elapsed_seconds"])
    assert all(row["chain"]["segments"] for row in rows if row["elapsed_seconds"])
    code, out, _ = call("explain", record["number"], "--svg", "one.svg", "--html", "all.html", "--json")
    assert code == 0
    assert f"of {record['number']}: " in Path("one.svg").read_text("utf-8")
    assert Path("all.html").read_text("utf-8").count("<figure") == len(out.splitlines())
    code, text, _ = call("explain", record["number"], "--language", "sv")
    assert code == 0
    assert "SLA standard.resolution mätning 1: " in text
    assert "förbrukat av: " in text
    code, out, _ = call("explain", record["number"], "--json", "--as-of", f"{record['opened_at'].replace(' ', 'T')}Z")
    assert code == 0
    assert all(row["elapsed_seconds"] == 0 for row in map(json.loads, out.splitlines()))
    code, _, err = call("explain", record["number"], "--svg", "none.svg", "--as-of", "2001-01-01T00:00:00Z")
    assert (code, err) == (2, "there is no cycle that could be drawn\n")


@pytest.mark.usefixtures("tickets")
def test_explain_knows_no_ticket_that_was_never_pulled(call: Call) -> None:
    code, out, err = call("explain", "INC404")
    assert (code, out) == (2, "")
    assert err == "no ticket 'INC404' in the state; has `slabridge run` pulled it?\n"


# demo and sandbox


def test_the_demo_runs_through_and_shows_a_ticket_that_waits_in_both_tools_and_drawn(tmp_path: Path) -> None:
    svg = tmp_path / "demo.svg"
    done = process("demo", "--size", 200, "--days", 1, "--step", "3h", "--svg", svg)
    assert (done.returncode, done.stderr) == (0, "")
    assert "in servicenow, as the agent sees it" in done.stdout
    assert "in jira, as the agent sees it" in done.stdout
    assert "why (slabridge explain)" in done.stdout
    assert "9 runs in " in done.stdout
    assert "INC9000099 in servicenow" in done.stdout
    assert "SLA breached on INC9000099" in done.stdout
    assert "late" in svg.read_text("utf-8")


def test_a_step_that_is_no_duration_is_refused(call: Call) -> None:
    code, _, err = call("demo", "--size", 10, "--step", "2d")
    assert code == 2
    assert "--step" in err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_sandbox_says_where_it_is_answers_and_ends_on_a_signal(number: signal.Signals) -> None:
    command = [sys.executable, str(CHECKOUT / "sync.py"), "sandbox", "--size", "10"]
    command += ["--servicenow-port", "0", "--jira-port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as served:  # noqa: S603 - our own program
        assert served.stdout is not None
        lines = [served.stdout.readline().split() for _ in range(2)]
        for (name, url, _, user, _, secret), path in zip(lines, ("now/table/incident", "x"), strict=True):
            answer = requests.get(f"{url}/api/{path}", auth=(user, secret), timeout=PATIENCE)
            assert answer.status_code == (200 if name == "servicenow:" else 404)
        served.send_signal(number)
        _, err = served.communicate(timeout=PATIENCE)
    assert (served.returncode, err) == (0, "")


def test_a_port_that_is_taken_and_a_log_that_is_none_are_named(call: Call, sandbox: Sandbox, tmp_path: Path) -> None:
    port = sandbox.servicenow.url.rpartition(":")[2]
    code, _, err = call("sandbox", "--size", 1, "--servicenow-port", port)
    assert code == 2
    assert port in err
    code, _, err = call("sandbox", "--log", tmp_path / "nowhere.csv", "--servicenow-port", 0, "--jira-port", 0)
    assert code == 2
    assert "nowhere.csv" in err


def test_the_demo_sends_a_log_of_issues_to_the_sandbox(call: Call) -> None:
    code, _, err = call("demo", "--log", "issues.jsonl.gz")
    assert code == 2
    assert "slabridge sandbox --log" in " ".join(err.replace("│", " ").split())


def test_the_demo_shows_no_ticket_of_a_tool_that_has_none() -> None:
    done = process("demo", "--size", 100, "--share", 1, "--days", 1, "--step", "12h")
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 runs in" in done.stdout


# The program


def test_sync_py_is_the_program() -> None:
    assert process("--version").stdout.strip() == __version__


def test_help_lists_the_commands_and_the_exit_codes(call: Call) -> None:
    code, out, _ = call("--help")
    text = " ".join(out.replace("│", " ").split())
    assert code == 0
    for meaning in ("0 complete", "1 bug", "2 usage or configuration", "3 partial", "4 deferred", "5 busy"):
        assert meaning in text
    for command in ("run", "plan", "explain", "evaluate", "validate", "demo", "sandbox"):
        assert command in text


@pytest.mark.parametrize("arguments", [["nonsense"], ["run", "--nonsense"], ["evaluate"], ["explain"]])
def test_a_command_line_that_means_nothing_is_usage(call: Call, arguments: list[str]) -> None:
    code, out, err = call(*arguments)
    assert (code, out) == (2, "")
    assert "Usage" in err


@pytest.mark.parametrize(("form", "times", "enough"), [("table", 200, 10), ("jsonl", 300, 10), ("jsonl", 1, 0)])
def test_a_reader_that_has_enough_ends_it_quietly(tickets: Path, form: str, times: int, enough: int) -> None:
    tickets.write_text(tickets.read_text("utf-8") * times, "utf-8")
    read, write = os.pipe()
    command = [sys.executable, str(CHECKOUT / "sync.py"), "evaluate", "--tickets", str(tickets)]
    command += ["--as-of", AS_OF, "--format", form]
    with subprocess.Popen(command, stdout=write, stderr=subprocess.PIPE, text=True) as running:  # noqa: S603 - our own program
        os.close(write)
        os.read(read, enough)
        os.close(read)
        _, err = running.communicate(timeout=PATIENCE)
    assert (running.returncode, err) == (0, "")


def test_plan_leaves_a_state_of_an_earlier_schema_as_it_is(call: Call, configured: Path) -> None:
    state = configured.parent / "slabridge.db"
    load(FIXTURES[0], str(state))
    before = state.read_bytes()
    _, out, _ = call("plan")
    assert "writes on" in out
    assert {path.name: path.read_bytes() for path in state.parent.glob("slabridge.db*")} == {state.name: before}
