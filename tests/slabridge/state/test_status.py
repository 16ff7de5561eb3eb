"""`slabridge status` and `slabridge retry`."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from connectors.interface import CommentWrite
from slabridge.__main__ import main
from slabridge.app.demo import example
from slabridge.state import State, Transaction, connections, lease, outbox, quarantine, runs, schema
from slabridge.state.quarantine import Quarantined
from tests.patience import PATIENCE
from tests.slabridge.run.job import Job
from tests.slabridge.state.databases import rows
from tests.slabridge.state.making import judge, pending, save, ticket
from tests.slabridge.state.released import load

MINUTE = 60_000
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    def called(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["slabridge", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        assert isinstance(ended.value.code, int)
        out, err = capfd.readouterr()
        return ended.value.code, out, err

    return called


@pytest.fixture
def config(tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give a configuration with that state."""
    if "://" in place:
        url = sa.make_url(place)
        monkeypatch.setenv("PGPASSWORD", url.password or "")
        place = url.set(password=None).render_as_string()
    path = tmp_path / "config.toml"
    path.write_text(example().replace('state = "slabridge.db"', f'state = "{place}"'), "utf-8")
    return str(path)


def aside(state: State, *items: Quarantined, now: int) -> None:
    with state.begin() as transaction:
        quarantine.put(Transaction(transaction, "snow"), items, now)


def fill(state: State) -> int:
    """Fill a state as some runs would have, and return when that was."""
    save(state, ticket("1"), ticket("2"), ticket("3"))
    judge(state, "1", "2", is_open=True)
    with state.begin() as transaction:
        now = transaction.scalar(sa.select(lease.clock(transaction))) or 0
        connections.set_as_of(Transaction(transaction, "snow"), now - 125_000)
        connections.set_changed(Transaction(transaction, "snow"), {"updated": "2026-03-02 08:00:00", "id": "x"})
        connections.set_changed(Transaction(transaction, "jira"), {"updated": 1_772_438_460_000, "read": {}})
        outbox.sending(Transaction(transaction, "snow"), [CommentWrite("1", "INC1", ("a.b#1 breached",), "text")], now)
        number = runs.begin(transaction)
        runs.finish(transaction, number, 3, {"connections": [{"connection": "snow", "evaluated": 2, "calls": 1_200}]})
        runs.begin(transaction)
    aside(state, Quarantined("9", "INC9", "the history is \x1b[2J hidden [bold]"), now=now - 120 * MINUTE)
    return now


def test_status_shows_how_far_each_connection_is_what_waits_and_how_runs_went(
    state: State, config: str, call: Call
) -> None:
    fill(state)
    code, out, err = call("status", "--config", config)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].endswith(": no run is under way")
    assert re.search(r"[2-7]m \d+s ago; read to 2026-03-02 08:00 UTC", out)
    assert lines[3] == "  3 tickets known, 2 open, 1 to be evaluated, 0 gone"
    assert re.fullmatch("  1 comments unclear, 1 tickets in quarantine, the oldest 2h [0-5]m ago", lines[4])
    assert "jira: read to 2026-03-02 08:01 UTC, no run was complete" in lines
    assert "snow INC9, since 20" in out
    assert "the history is \N{REPLACEMENT CHARACTER}[2J hidden [bold]" in out
    assert lines[-2].endswith("did not end: killed, or a bug")
    assert re.search(r"exit 3 partial after \d+s: 2 evaluated, 1,200 calls$", lines[-1])


def test_ages_go_by_the_clock_of_the_tool_and_not_by_ours(state: State, config: str, call: Call) -> None:
    long_ago = 1_456_833_600_000
    with state.begin() as transaction:
        connections.set_as_of(Transaction(transaction, "snow"), long_ago)
        number = runs.begin(transaction)
        runs.finish(transaction, number, 0, {"connections": [{"connection": "snow", "as_of": long_ago, "calls": 1}]})
    aside(state, Quarantined("9", "INC9", "odd"), now=long_ago - 120 * MINUTE)
    _, out, _ = call("status", "--config", config)
    assert re.search(r"as of 2016-03-01 12:00 UTC, ([0-4]m )?\d+s ago", out)
    assert re.search(r"the oldest 2h [0-4]m ago", out)


def test_status_lists_ten_quarantined_unless_all_are_asked_for(state: State, config: str, call: Call) -> None:
    aside(state, *(Quarantined(str(n), f"INC{n}", "odd") for n in range(12)), now=MINUTE)
    _, out, _ = call("status", "--config", config)
    assert "in quarantine, the latest 10 of 12" in out
    assert out.count(": odd") == 10
    _, out, _ = call("status", "--quarantine", "--config", config)
    assert out.count(": odd") == 12
    _, out, _ = call("status", "--quarantine", "--json", "--config", config)
    assert len(json.loads(out)["quarantined"]) == 12


def test_status_is_there_as_json(state: State, config: str, call: Call) -> None:
    fill(state)
    with lease.held(state):
        code, out, _ = call("status", "--json", "--config", config)
    assert code == 0
    document = json.loads(out)
    assert document["lease"]["counts"] is True
    snow, jira = document["connections"]
    assert 125 <= snow.pop("age_seconds") < 125 + PATIENCE
    assert snow.pop("as_of") < document["now"]
    assert snow.pop("quarantined_since") < document["now"]
    assert snow == {
        "connection": "snow",
        "read_to": "2026-03-02T08:00:00Z",
        "known": 3,
        "gone": 0,
        "posts_from": None,
        "held_since": None,
        "open": 2,
        "pending": 1,
        "unclear": 1,
        "comments_held": 0,
        "quarantined": 1,
    }
    assert (jira["as_of"], jira["age_seconds"], jira["read_to"]) == (None, None, "2026-03-02T08:01:00Z")
    (entry,) = document["quarantined"]
    assert (entry["key"], entry["asked"], entry["digest"]) == ("INC9", False, None)
    assert [(run["exit_code"], run["seconds"] is None) for run in document["runs"]] == [(None, True), (3, False)]


def test_status_names_the_run_that_is_under_way_and_waits_for_nobody(state: State, config: str, call: Call) -> None:
    with lease.held(state):
        with state.begin() as transaction:
            runs.begin(transaction)
        with state.begin():  # somebody writes
            _, out, _ = call("status", "--config", config)
    assert "a run is under way: " in out
    assert re.search(r"heard of \d+s ago", out)
    assert re.search(r"under way for \d+s", out)


def test_status_names_a_run_that_died(state: State, config: str, call: Call) -> None:
    with state.begin() as transaction:
        transaction.execute(sa.insert(schema.lease).values(name="run", owner="elsewhere:7", expires_at=1))
        runs.begin(transaction)
    _, out, _ = call("status", "--config", config)
    assert "no run is under way; the last one died: elsewhere:7" in out
    assert "did not end" in out


def test_status_makes_no_state_and_upgrades_none(tmp_path: Path, place: str, config: str, call: Call) -> None:
    files = sorted(path.name for path in tmp_path.iterdir())
    code, out, _ = call("status", "--config", config)
    assert (code, "0 tickets known" in out) == (0, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == files
    load("0001", place)
    code, out, _ = call("status", "--json", "--config", config)
    assert (code, json.loads(out)["connections"][0]["known"]) == (0, 4)
    assert rows(place, "SELECT version_num FROM alembic_version") == [("0001",)]


def test_retry_asks_for_all_or_some_and_says_how_many(state: State, config: str, call: Call) -> None:
    save(state, ticket("1"), ticket("2"))
    judge(state, "1", "2")
    aside(
        state, Quarantined("1", "INC1", "odd"), Quarantined("2", "INC2", "odd"), Quarantined("3", "INC3", "odd"), now=1
    )
    assert call("retry", "INC1", "--config", config) == (0, "the next run tries again: 1 tickets\n", "")
    assert pending(state) == ["1"]
    code, out, err = call("retry", "INC404", "INC3", "--config", config)
    assert (code, out) == (2, "the next run tries again: 1 tickets\n")
    assert err == "'INC404' is not in quarantine; `slabridge status` lists what is\n"
    code, out, _ = call("retry", "--json", "--config", config)
    assert (code, json.loads(out)) == (0, {"asked": 3, "not_quarantined": []})
    assert pending(state) == ["1", "2"]
    _, out, _ = call("status", "--config", config)
    assert out.count("(the next run tries again)") == 3


def test_a_ticket_that_is_tried_again_and_goes_through_is_quarantined_no_more(job: Job, call: Call) -> None:
    job.run()
    state = State.of(str(job.state_file))
    with state.begin() as transaction:
        key = transaction.scalar(sa.select(schema.ticket.c.key).where(schema.ticket.c.connection == "snow").limit(1))
        identity = transaction.scalar(sa.select(schema.ticket.c.id).where(schema.ticket.c.key == key))
        quarantine.put(Transaction(transaction, "snow"), [Quarantined(str(identity), str(key), "odd")], 1)
    job.run()
    with state.reading() as transaction:
        assert quarantine.count(transaction) == {"snow": 1}  # it has not changed
    assert call("retry", "--config", str(job.path))[0] == 0
    job.run()
    with state.reading() as transaction:
        assert quarantine.count(transaction) == {}
    state.close()


def test_a_state_that_cannot_be_reached_is_deferred(tmp_path: Path, call: Call) -> None:
    path = tmp_path / "config.toml"
    path.write_text(example().replace("slabridge.db", "postgresql://bridge@127.0.0.1:1/slabridge"), "utf-8")
    for command in ("run", "plan", "status", "retry"):
        code, _, err = call(command, "--config", str(path))
        assert code == 4
        assert err.startswith("state postgresql+psycopg://bridge@127.0.0.1:1/slabridge cannot be reached: ")
        assert err.count("\n") == 1
