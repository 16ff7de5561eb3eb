"""History as the audit trail tells it: entries, names, and what the real log holds."""

import csv
import gzip
from collections import defaultdict
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from connectors.interface import NativeEntry, Value
from sla_engine.instant import instant_of, parse_instant
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import SandboxOptions
from tests.connectors.servicenow.conftest import Connect, People, tickets
from tests.patience import PATIENCE
from tests.places import SHARED, absent

DATA = SHARED / "data"


def names(values: tuple[Value, ...]) -> list[str]:
    return [value.name for value in values]


def test_history_is_one_entry_per_update_with_codes_and_names(snow: Connect, people: People) -> None:
    ticket = next(ticket for ticket in tickets(snow()) if ticket.key == "INC0000001")
    group = {name: (Value(people.find("sys_user_group", name=name), name),) for name in ("Service Desk", "Network")}
    person = {name: (Value(people.find("sys_user", name=name), name),) for name in ("Ada Agent", "Bo Agent")}
    states = ("New", "Active", "Awaiting User Info", "Resolved")
    new, active, waiting, resolved = [(Value(code, name),) for code, name in zip("1246", states, strict=True)]

    def at(time: str) -> int:
        return parse_instant(f"2026-03-02T{time}:00Z")

    by = "ed.editor"
    assert ticket.created == at("08:00")
    assert ticket.updated == at("10:00")
    assert ticket.fields == {"state": resolved, "assignment_group": group["Network"], "assigned_to": person["Bo Agent"]}
    assert ticket.history == (
        NativeEntry(at("08:05"), by, {"state": (new, active), "assigned_to": ((), person["Ada Agent"])}),
        NativeEntry(
            at("08:30"),
            by,
            {
                "assignment_group": (group["Service Desk"], group["Network"]),
                "assigned_to": (person["Ada Agent"], ()),
            },
        ),
        NativeEntry(at("09:00"), by, {"state": (active, waiting), "assigned_to": ((), person["Bo Agent"])}),
        NativeEntry(at("10:00"), by, {"state": (waiting, resolved)}),
    )


def test_updates_within_one_second_stay_apart_and_in_order(snow: Connect, people: People) -> None:
    for state in ("2", "3", "2", "6"):
        people.edit("INC0000004", state=state)
    ticket = next(ticket for ticket in tickets(snow()) if ticket.key == "INC0000004")
    moves = [entry.changes["state"] for entry in ticket.history]
    assert [(before[0].code, after[0].code) for before, after in moves] == [
        ("1", "2"),
        ("2", "3"),
        ("3", "2"),
        ("2", "6"),
    ]


def test_a_reference_that_only_history_holds_has_its_name_too(snow: Connect, people: People) -> None:
    problem = people.ask("POST", "problem", body={"number": "PRB0000007"})["sys_id"]
    people.edit("INC0000004", problem_id=problem)
    people.edit("INC0000004", problem_id="")
    people.edit("INC0000005", problem_id=problem)
    (ticket,) = tickets(snow(fields=("problem_id",), filter="number=INC0000004"))
    assert ticket.fields["problem_id"] == ()
    assert [names(after) for entry in ticket.history for _, after in entry.changes.values()] == [["PRB0000007"], []]


def test_a_reference_to_a_deleted_record_keeps_its_code(snow: Connect, people: People) -> None:
    group = people.find("sys_user_group", name="Network")
    people.ask("GET", "sys_user_group")
    people.session.delete(
        f"{people.url}/api/now/table/sys_user_group/{group}", auth=("ed.editor", people.secret), timeout=PATIENCE
    ).raise_for_status()
    ticket = next(ticket for ticket in tickets(snow()) if ticket.key == "INC0000003")
    assert ticket.fields["assignment_group"] == (Value(group, group),)


def test_a_code_that_looks_like_a_reference_but_is_none_stays(snow: Connect, people: People) -> None:
    people.edit("INC0000004", u_symptom="0" * 32)
    people.edit("INC0000004", u_symptom="1" * 32)
    (ticket,) = tickets(snow(fields=("u_symptom",), filter="number=INC0000004"))
    assert ticket.fields["u_symptom"] == (Value("1" * 32, "1" * 32),)


@pytest.mark.skipif(not DATA.exists(), reason=absent(DATA))
def test_histories_of_the_real_log_come_back_as_they_were(connect: Connect) -> None:
    log = DATA / "uci_sample300.csv.gz"
    columns = {"incident_state": "state", "assignment_group": "assignment_group", "assigned_to": "assigned_to"}
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    with gzip.open(log, "rt") as file:
        for row in csv.DictReader(file):
            rows[row["number"]].append(row)
    expected = {}
    for number, updates in rows.items():
        at = _instant(updates[0]["opened_at"])
        moves = []
        for before, after in pairwise(updates):
            at = max(at, _instant(after["sys_updated_at"]))
            changes = {
                field: (before[column], after[column])
                for column, field in columns.items()
                if before[column] != after[column]
            }
            if changes:
                moves.append((at, changes))
        expected[number] = moves
    start = parse_instant("2018-01-01T00:00:00Z")
    with Sandbox(SandboxOptions(log=log, share=0.0, start=start), in_process=True) as box:
        connector = connect(box.servicenow.url)
        found = {
            ticket.key: [
                (entry.at, {field: (_text(old), _text(new)) for field, (old, new) in entry.changes.items()})
                for entry in ticket.history
            ]
            for ticket in tickets(connector)
        }
    assert found == expected


def _instant(text: str) -> int:
    return instant_of(datetime.fromisoformat(text).replace(tzinfo=UTC))


def _text(values: tuple[Value, ...]) -> str:
    return ",".join(names(values))
