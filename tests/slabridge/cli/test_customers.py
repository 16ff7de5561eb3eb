"""Commands over a folder of customers: all of them in one process, each with a state and a lease of its own."""

import json
import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from connectors.http.session import Http
from slabridge.app import run as runs
from slabridge.config import Config, Problem
from slabridge.run.tally import Report
from slabridge.state import State, lease
from slabridge_sandbox.embedded import Sandbox
from tests.places import CHECKOUT
from tests.slabridge.cli.conftest import Call
from tests.slabridge.run.job import NOON, number_of, small

EXAMPLE = CHECKOUT / "docs" / "examples" / "customers"
NUMBERS = {name: number_of("servicenow", n) for n, name in enumerate(("acme", "globex", "initech"))}
"""Each customer has one ticket."""
KEPT = '[connections.desk]\nunmapped = "keep"\n'
"""The sandbox has more statuses than the page."""


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(small(tmp_path_factory.mktemp("log")), in_process=True) as opened:
        opened.move_to(NOON)
        yield opened


@pytest.fixture
def folder(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder of the page's example, with three customers on one instance."""
    defaults = {**(Http.__init__.__kwdefaults__ or {}), "sleep": lambda _: None}
    monkeypatch.setattr(Http.__init__, "__kwdefaults__", defaults)
    monkeypatch.setenv("SNOW_PASSWORD", sandbox.servicenow.secret)
    monkeypatch.setenv("COLUMNS", "300")
    text = (EXAMPLE / "common.toml").read_text("utf-8")
    text = text.replace("https://provider.service-now.com", sandbox.servicenow.url)
    (tmp_path / "common.toml").write_text(text.replace("[connections.desk]\n", KEPT), "utf-8")
    for name, number in NUMBERS.items():
        write(tmp_path, name, f'[connections.{name}]\nlike = "desk"\nfilter = "number={number}"\n')
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.toml").write_text(text, "utf-8")


def known(folder: Path) -> dict[str, list[str]]:
    """Return the keys of the tickets that each state knows, past the program."""
    found = {}
    for path in sorted(folder.glob("*.db")):
        with closing(sqlite3.connect(path)) as db:
            found[path.stem] = [key for (key,) in db.execute("SELECT key FROM ticket")]
    return found


def documents(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_one_run_is_of_all_customers_each_with_its_own_tickets_and_state(call: Call, folder: Path) -> None:
    code, out, err = call("run", "--config", folder)
    assert (code, "refused" in err) == (0, False)
    assert known(folder) == {name: [number] for name, number in NUMBERS.items()}
    assert [line.strip() for line in out.splitlines() if line.strip() in NUMBERS] == list(NUMBERS)
    code, out, _ = call("run", "--config", folder, "--json")
    assert code == 0
    assert [(one["customer"], one["exit_code"]) for one in documents(out)] == [(name, 0) for name in NUMBERS]


def test_only_one_customer_is_run_by_name_or_by_its_file(call: Call, folder: Path) -> None:
    assert call("run", "--config", folder, "--only", "globex")[0] == 0
    assert list(known(folder)) == ["globex"]
    assert call("run", "--config", folder / "acme.toml")[0] == 0
    assert list(known(folder)) == ["acme", "globex"]
    code, _, err = call("run", "--config", folder, "--only", "glbex")
    assert code == 2
    assert 'the nearest is "globex"' in err
    code, _, err = call("run", "--config", folder / "acme.toml", "--only", "acme")
    assert code == 2
    assert "is no folder of customers" in err


def test_a_broken_file_is_shown_and_the_other_customers_are_run(call: Call, folder: Path) -> None:
    write(folder, "globex", "[connections.globex]\nlike = 'dsek'\n")
    code, _, err = call("run", "--config", folder)
    assert code == 2
    assert f'{folder / "globex.toml"}: connections.globex.like: "dsek": no such table; the nearest is "desk"' in err
    assert "globex: nothing is done for this customer" in err
    assert list(known(folder)) == ["acme", "initech"]


def test_what_is_wrong_for_all_is_shown_once(call: Call, folder: Path) -> None:
    common = (folder / "common.toml").read_text("utf-8")
    write(folder, "common", common.replace('targets = "2h"', 'targets = "2d"'))
    code, _, err = call("validate", "--config", folder)
    assert code == 2
    assert err.count("common.toml: agreements.desk.objectives.handling.targets") == 1
    assert err.count("nothing is done for this customer") == len(NUMBERS)
    code, out, _ = call("validate", "--config", folder, "--json")
    assert code == 2
    assert [Path(one["file"]).stem for one in documents(out)] == list(NUMBERS)
    assert {one["path"] for found in documents(out) for one in found["problems"]} == {
        "agreements.desk.objectives.handling.targets"
    }


def test_a_bug_with_one_customer_stops_no_other(call: Call, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    once = runs.run

    def broken(config: Config, *given: Any, **named: Any) -> Report:  # noqa: ANN401 - all that a run is given
        if config.customer == "acme":
            raise ValueError("hunter2")
        return once(config, *given, **named)

    monkeypatch.setattr(runs, "run", broken)
    code, _, err = call("run", "--config", folder)
    assert code == 1
    assert list(known(folder)) == ["globex", "initech"]
    (logged,) = [line for line in err.splitlines() if "event=bug" in line]
    assert "customer=acme" in logged
    assert "acme: a bug of slabridge ended its part (ValueError)" in err
    assert "hunter2" not in err


def test_a_bug_while_one_customer_is_validated_stops_no_other(
    call: Call, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(config: Config) -> list[Problem]:
        if config.customer == "acme":
            raise ValueError("hunter2")
        return []

    monkeypatch.setattr("slabridge.config.warnings_of", broken)
    code, out, err = call("validate", "--config", folder)
    assert code == 1
    valid = [Path(line.partition(" is valid")[0]).stem for line in out.splitlines() if " is valid" in line]
    assert valid == ["globex", "initech"]
    assert "acme: a bug of slabridge ended its part (ValueError)" in err
    assert "hunter2" not in err


def test_a_tool_that_is_down_and_a_state_in_use_are_one_customers_trouble(call: Call, folder: Path) -> None:
    write(folder, "globex", '[connections.globex]\nlike = "desk"\nurl = "http://127.0.0.1:9"\n')
    state = State.of(str(folder / "initech.db"))
    with lease.held(state):
        code, out, err = call("run", "--config", folder, "--json")
    state.close()
    assert code == 4
    assert [(one["customer"], one["exit_code"]) for one in documents(out)] == [("acme", 0), ("globex", 4)]
    assert "initech: another run is under way" in err
    assert [line for line in err.splitlines() if "event=deferred" in line and "customer=globex" in line]


def test_sigterm_between_two_customers_ends_the_run_in_order(
    call: Call, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = runs.run

    def asked(*given: Any, **named: Any) -> Report:  # noqa: ANN401 - all that a run is given
        report = once(*given, **named)
        os.kill(os.getpid(), signal.SIGTERM)
        return report

    monkeypatch.setattr(runs, "run", asked)
    code, _, err = call("run", "--config", folder)
    assert code == 4
    assert list(known(folder)) == ["acme"]
    assert "2 customers, from globex on, are left to the next" in err


def test_calls_per_hour_are_counted_for_each_customer(call: Call, folder: Path) -> None:
    (folder / "initech.toml").unlink()
    write(folder, "acme", (folder / "acme.toml").read_text("utf-8") + "calls_per_hour = 5\n")
    found = [documents(call("run", "--config", folder, "--json")[1]) for _ in range(2)]
    assert [one["exit_code"] for one in found[-1]] == [4, 0]
    calls = [run[0]["connections"][0]["calls"] for run in found]
    assert sum(calls) <= 5


def test_plan_status_validate_and_history_are_of_all_customers_and_say_whose_a_line_is(
    call: Call, folder: Path
) -> None:
    common = (folder / "common.toml").read_text("utf-8").replace('P1 = "4h"', 'P1 = "3h"')
    write(folder, "common", common)
    code, out, _ = call("plan", "--config", folder, "--json")
    planned = {one["customer"] for one in documents(out)}
    assert code == 0
    assert planned
    assert planned <= set(NUMBERS)
    assert known(folder) == {}
    call("run", "--config", folder)
    write(folder, "common", common.replace('targets = "2h"', 'targets = "3h"'))
    call("run", "--config", folder)
    code, out, _ = call("status", "--config", folder, "--json")
    assert (code, [one["customer"] for one in documents(out)]) == (0, list(NUMBERS))
    code, out, _ = call("history", "--config", folder, "--json")
    assert code == 0
    assert [(one["customer"], len(one["files"])) for one in documents(out)] == [(name, 2) for name in NUMBERS]
    assert {change["key"] for one in documents(out) for change in one["changes"]} == {
        "agreements.desk.objectives.handling.targets"
    }
    code, out, _ = call("validate", "--config", folder)
    assert code == 0
    assert [name for name in NUMBERS if f"{folder / name}.toml is valid" in out] == list(NUMBERS)
    for command in ("status", "history"):
        code, out, _ = call(command, "--config", folder)
        assert code == 0
        assert [line for line in out.splitlines() if line in NUMBERS] == list(NUMBERS)


@pytest.mark.parametrize(
    "command",
    [
        ("explain", NUMBERS["acme"]),
        ("retry",),
        ("compare", NUMBERS["acme"]),
        ("report", "--period", "2016-03"),
        ("baseline",),
        ("capacity",),
        ("faults",),
        ("advise",),
        ("agreements",),
        ("feasibility",),
        ("reevaluate", "--from", "2016-03-01", "--to", "2016-03-02"),
        ("evaluate", "--tickets", "none.jsonl", "--as-of", "2016-03-01T12:00:00Z"),
    ],
    ids=lambda command: command[0],
)
def test_a_command_about_one_thing_needs_one_customer(call: Call, folder: Path, command: tuple[str, ...]) -> None:
    code, _, err = call(*command, "--config", folder)
    assert code == 2
    assert "is a folder of customers; name one with --only" in " ".join(err.replace("│", "").split())


def test_a_ticket_is_explained_for_its_customer(call: Call, folder: Path) -> None:
    call("run", "--config", folder)
    code, out, _ = call("explain", NUMBERS["acme"], "--config", folder, "--only", "acme", "--json")
    assert code == 0
    assert {one["ticket"] for one in documents(out)} == {NUMBERS["acme"]}
    assert call("explain", NUMBERS["acme"], "--config", folder, "--only", "globex")[0] == 2
    code, out, _ = call("whatif", "--config", folder, "--old", folder, "--only", "acme", "--json")
    assert code == 0
