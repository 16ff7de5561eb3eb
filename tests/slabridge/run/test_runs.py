"""Whole runs against the sandbox, over real HTTP: what a run promises (docs/promises.md)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

import sync
from connectors.errors import Unavailable
from connectors.interface import CommentWrite, FieldsWrite, Receipt, Write
from connectors.servicenow.connector import ServiceNow
from sla_engine import Engine
from sla_engine.instant import DAY, HOUR
from slabridge.app.connect import connected
from slabridge.app.demo import example
from slabridge.config import Config, load_config
from slabridge.exit import Exit
from slabridge.run.actions import Action, Reason, actions_of
from slabridge.run.tally import Report
from slabridge.run.terms import Terms
from slabridge.state import State
from slabridge.ticket.known import Known
from slabridge.ticket.mapping import Mapper
from slabridge.ticket.posted import NOTHING
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import SandboxOptions
from tests.patience import PATIENCE

WRITES = ("PATCH", "PUT", "POST /rest/api/3/issue/", "POST /api/now/table")
READS = ("POST /rest/api/3/issue/bulkfetch",)


class Desk:
    """A sandbox, a configuration that points at it, and a state in a folder."""

    def __init__(self, sandbox: Sandbox, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sandbox = sandbox
        self.path = folder / "config.toml"
        text = example().replace("https://acme.service-now.com", sandbox.servicenow.url)
        text = text.replace("https://acme.atlassian.net", sandbox.jira.url)
        for name in ("snow", "jira"):
            text = text.replace(f"[connections.{name}]\n", f'[connections.{name}]\nfirst_run = "post"\n')
        self.path.write_text(text, "utf-8")
        monkeypatch.setenv("SNOW_PASSWORD", sandbox.servicenow.secret)
        monkeypatch.setenv("JIRA_TOKEN", sandbox.jira.secret)

    @property
    def config(self) -> Config:
        """The configuration as it stands."""
        return load_config(self.path)

    def run(self, *, rehearse: bool = False) -> Report:
        """Run once."""
        config = self.config
        state = State.of(config.state)
        try:
            with connected(config) as connectors:
                return (sync.rehearse if rehearse else sync.run)(config, connectors, state)
        finally:
            state.close()

    def writes(self, *, reset: bool = False) -> int:
        """Return how many writing requests the tools got since the last reset."""
        counts = self.sandbox.requests(reset=reset)
        return sum(number for name, number in counts.items() if name.startswith(WRITES) and name not in READS)

    def record(self, method: str, path: str, **options: Any) -> Any:  # noqa: ANN401 - JSON
        """Ask ServiceNow as a person."""
        endpoint = self.sandbox.servicenow
        response = requests.request(
            method,
            f"{endpoint.url}/api/now/table/{path}",
            auth=("slabridge", endpoint.secret),
            timeout=PATIENCE,
            **options,
        )
        response.raise_for_status()
        return response.json()["result"]

    def expected(self) -> list[Action]:
        """Return what is still to be written, by a fresh evaluation of what the tools hold now: nothing, if all is well."""
        config = self.config
        found: list[Action] = []
        with connected(config) as connectors:
            for connection, connector in connectors:
                as_of = connector.check().now
                natives = [native for page in connector.changed(None) for native in page.tickets]
                mapper, engine = Mapper(connection), Engine(config.definitions)
                results = engine.evaluate([mapper.ticket(native) for native in natives], as_of).results
                terms = Terms(config.definitions, connection.writeback, connector.encode, as_of, config.post_within)
                for position, native in enumerate(natives):
                    mine = [result for result in results if result.position == position]
                    found += actions_of(Known(native, {}, 1), mine, NOTHING, terms)
        return found


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(size=250, seed=7), in_process=True) as sandbox:
        yield sandbox


@pytest.fixture
def desk(shared: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(shared, tmp_path, monkeypatch)


def counts(report: Report) -> tuple[int, int]:
    return sum(t.fields_written for t in report.tallies), sum(t.comments_written for t in report.tallies)


def test_a_run_leaves_every_ticket_as_the_engine_says_and_the_next_one_writes_nothing(desk: Desk) -> None:
    first = desk.run()
    assert first.exit_code is Exit.COMPLETE
    assert all(tally.pulled > 50 for tally in first.tallies)
    assert desk.expected() == []

    desk.writes(reset=True)
    for _ in range(2):
        assert counts(desk.run()) == (0, 0)
    assert desk.writes() == 0


def test_time_alone_brings_transitions_and_they_are_told_once(desk: Desk) -> None:
    desk.run()
    told = 0
    for _ in range(4):
        desk.sandbox.move_to(desk.sandbox.now + 2 * HOUR)
        told += counts(desk.run())[1]
        assert desk.expected() == []
        assert counts(desk.run()) == (0, 0)
    assert told > 0


def test_a_lost_state_is_rebuilt_without_a_second_comment_or_a_needless_write(desk: Desk) -> None:
    desk.run()
    (desk.path.parent / "slabridge.db").unlink()
    desk.writes(reset=True)

    report = desk.run()

    assert report.exit_code is Exit.COMPLETE
    assert counts(report) == (0, 0)
    assert desk.writes() == 0


def test_a_rehearsal_writes_nothing_anywhere_and_its_plan_is_what_the_run_does(desk: Desk) -> None:
    desk.run()
    desk.sandbox.move_to(desk.sandbox.now + 3 * HOUR)
    state = desk.path.parent / "slabridge.db"
    before = state.read_bytes()
    desk.writes(reset=True)

    rehearsed = desk.run(rehearse=True)
    assert desk.writes() == 0
    assert state.read_bytes() == before

    done = desk.run()
    fields = sum(len(a.write.fields) for _, a in rehearsed.actions if isinstance(a.write, FieldsWrite))
    comments = sum(isinstance(a.write, CommentWrite) for _, a in rehearsed.actions)
    assert (fields, comments) == counts(done)
    assert fields > 0


def test_our_field_is_put_right_and_a_field_that_is_not_ours_survives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Sandbox(SandboxOptions(size=60, seed=5), in_process=True) as sandbox:
        _edited_by_people(Desk(sandbox, tmp_path, monkeypatch))


def _edited_by_people(desk: Desk) -> None:
    desk.run()
    record = desk.record("GET", "incident", params={"sysparm_query": "u_sla_statusISNOTEMPTY", "sysparm_limit": "1"})[0]
    desk.record("PATCH", f"incident/{record['sys_id']}", json={"u_sla_status": "All fine!", "location": "Cellar"})

    rehearsed = desk.run(rehearse=True)
    (action,) = [action for _, action in rehearsed.actions if action.write.id == record["sys_id"]]
    assert [(change.field, change.reason) for change in action.changes] == [("u_sla_status", Reason.DRIFT)]

    desk.run()
    after = desk.record("GET", f"incident/{record['sys_id']}", params={"sysparm_display_value": "true"})
    assert after["u_sla_status"] == record["u_sla_status"]
    assert "Cellar" in str(after["location"])


def test_a_ticket_that_leaves_the_filter_is_followed_until_it_ends(desk: Desk) -> None:
    text = desk.path.read_text("utf-8")
    filtered = text.replace('filter = "sys_created_on>=2016-01-01 00:00:00"', 'filter = "categoryISNOTEMPTY"')
    assert filtered != text
    desk.path.write_text(filtered, "utf-8")
    desk.run()
    query = {"sysparm_query": "u_sla_status=On track^categoryISNOTEMPTY", "sysparm_limit": "1"}
    record = desk.record("GET", "incident", params=query)[0]

    desk.record("PATCH", f"incident/{record['sys_id']}", json={"category": ""})
    desk.sandbox.move_to(desk.sandbox.now + HOUR)
    desk.run()
    desk.record("PATCH", f"incident/{record['sys_id']}", json={"state": "6"})
    desk.sandbox.move_to(desk.sandbox.now + HOUR)
    desk.run()

    after = desk.record("GET", f"incident/{record['sys_id']}")
    assert after["category"] == ""
    assert after["u_sla_status"] in ("Met", "Breached")


def test_changed_words_are_judged_anew_without_another_first_load(desk: Desk) -> None:
    desk.run()
    desk.path.write_text(desk.path.read_text("utf-8").replace('met = "Met"', 'met = "Kept"', 1), "utf-8")

    report = desk.run()

    assert report.tallies[0].evaluated > 2 * report.tallies[0].pulled
    assert counts(report)[0] > 0
    assert desk.expected() == []
    desk.path.write_text(desk.path.read_text("utf-8").replace('met = "Kept"', 'met = "Met"'), "utf-8")
    desk.run()


def test_one_tool_down_does_not_stop_the_other(desk: Desk) -> None:
    config = desk.config
    down, up = config.connections
    config = replace(config, connections=(replace(down, url="http://127.0.0.1:9"), up))
    state = State.of(config.state)
    with connected(config) as connectors:
        connectors[0][1].http._retrying.sleep = lambda _: None  # type: ignore[attr-defined]
        report = sync.run(config, connectors, state)
    state.close()

    assert report.exit_code is Exit.DEFERRED
    assert "127.0.0.1:9" in report.tallies[0].outage
    assert report.tallies[1].evaluated > 50
    assert not report.tallies[1].outage


def test_a_tool_that_no_run_reaches_for_a_day_wants_a_person(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong host, say; the day is counted from the first run after the last that reached it."""
    wrong, up = desk.config.connections
    config = replace(desk.config, connections=(replace(wrong, url="http://127.0.0.1:9"), up))
    clock = [0]
    monkeypatch.setattr("slabridge.state.runs._now", lambda: clock[0])

    def ended(at: int, config: Config) -> list[Exit]:
        clock[0] = at
        state = State.of(config.state)
        with connected(config) as connectors:
            connectors[0][1].http._retrying.sleep = lambda _: None  # type: ignore[attr-defined]
            report = sync.run(config, connectors, state)
        state.close()
        return [one.exit_code for one in report.tallies]

    first = 1_800_000_000_000
    assert ended(first, config) == [Exit.DEFERRED, Exit.COMPLETE]
    assert ended(first + DAY - 1, config) == [Exit.DEFERRED, Exit.COMPLETE]
    assert ended(first + DAY, config) == [Exit.PARTIAL, Exit.COMPLETE]
    assert ended(first + DAY + 1, desk.config) == [Exit.COMPLETE, Exit.COMPLETE]
    assert ended(first + DAY + 2, config) == [Exit.DEFERRED, Exit.COMPLETE]


@pytest.mark.parametrize("receipts", [0, 1, 3])
def test_writes_that_an_outage_cut_off_are_made_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, receipts: int
) -> None:
    with Sandbox(SandboxOptions(size=60, seed=3), in_process=True) as sandbox:
        desk = Desk(sandbox, tmp_path, monkeypatch)
        config, state = desk.config, State.of(desk.config.state)
        with connected(config) as connectors, monkeypatch.context() as patched:
            write = ServiceNow.write

            def cut_off(self: ServiceNow, writes: Sequence[Write]) -> Iterator[Receipt]:
                yield from write(self, writes[:receipts])
                raise Unavailable("snow: gone")

            patched.setattr(ServiceNow, "write", cut_off)
            assert sync.run(config, connectors, state).exit_code is Exit.DEFERRED
        state.close()
        desk.sandbox.move_to(desk.sandbox.now + 2 * config.settle)

        assert desk.expected() != []
        assert desk.run().exit_code is Exit.COMPLETE
        assert desk.expected() == []
