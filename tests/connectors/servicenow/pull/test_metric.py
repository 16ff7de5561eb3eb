import pytest

from connectors.interface import NativeTicket
from connectors.servicenow.connector import ServiceNow
from sla_engine.instant import parse_instant
from tests.connectors.servicenow.conftest import Connect, People, asked, tickets
from tests.connectors.servicenow.scripted import Scripted, rows

ID, STATE = "1" * 32, "a" * 32
CREATED = "2026-03-02 08:00:00"


def read(connector: ServiceNow) -> dict[str, NativeTicket]:
    return {ticket.key: ticket for ticket in tickets(connector)}


def moves(ticket: NativeTicket) -> list[tuple[int, str, str, str]]:
    return [
        (entry.at, field, ",".join(v.code for v in before), ",".join(v.code for v in after))
        for entry in ticket.history
        for field, (before, after) in entry.changes.items()
    ]


def test_metrics_give_the_history_that_the_audit_gives_but_for_who(snow: Connect) -> None:
    by_audit, by_metric = read(snow()), read(snow(history="metric_instance"))
    assert by_metric.keys() == by_audit.keys()
    for key, ticket in by_metric.items():
        assert sorted(moves(ticket)) == sorted(moves(by_audit[key])), key
        assert ticket.fields == by_audit[key].fields
        assert all(entry.by == "" for entry in ticket.history)


def test_the_audit_is_not_asked_where_metrics_are_the_history(snow: Connect, people: People) -> None:
    connector = snow(history="metric_instance", fields=("state", "priority", "assigned_to.name"))
    people.edit("INC0000004", state="2", priority="1")
    assert {field for t in tickets(connector) for _, field, _, _ in moves(t)} == {"state"}
    assert not any("sys_audit" in table for table, _ in asked(connector))
    assert set(connector.gaps()) == {"priority", "assigned_to.name"}
    assert "no active metric" in connector.gaps()["priority"]
    assert "another record" in connector.gaps()["assigned_to.name"]


def test_observed_history_asks_for_none_and_says_so(snow: Connect) -> None:
    connector = snow(history="observed")
    found = tickets(connector)
    assert len(found) == 5
    assert all(ticket.history == () and ticket.observed == () for ticket in found)
    assert set(connector.gaps()) == {"state", "assignment_group", "assigned_to"}


def definition(since: str = "2026-01-01 00:00:00", **fields: str) -> dict[str, str]:
    row = {"sys_id": STATE, "table": "incident", "field": "state", "type": "field_value_duration", "active": "true"}
    return {**row, "sys_created_on": since, **fields}


def span(number: int, value: str, start: str, end: str) -> dict[str, str]:
    day = "2026-03-02 "
    row = {"sys_id": f"{number:032x}", "id": ID, "definition": STATE, "field_value": value, "value": f"label {value}"}
    return {**row, "start": day + start, "end": end and day + end}


def script(tool: Scripted, connect: Connect, state: str, metric: dict[str, str], *spans: dict[str, str]) -> list[str]:
    record = {"sys_id": ID, "number": "INC1", "sys_created_on": CREATED, "opened_at": CREATED, "state": state}
    tool.will(
        incident=[rows({**record, "sys_updated_on": "2026-03-02 12:00:00"})],
        metric_definition=[rows(metric)],
        metric_instance=[rows(*spans)],
    )
    (ticket,) = tickets(connect(tool.url, fields=("state",), history="metric_instance"))
    return [f"{at - parse_instant('2026-03-02T00:00:00Z')} {a}>{b}" for at, _, a, b in moves(ticket)]


HOUR = 3_600_000


@pytest.mark.parametrize(
    ("state", "since", "spans", "found"),
    [
        ("2", "", [("1", "08:00:00", "09:00:00"), ("2", "09:00:00", "")], [f"{9 * HOUR} 1>2"]),
        ("2", "", [("1", "08:00:00", "09:00:00"), ("2", "10:00:00", "")], [f"{9 * HOUR} 1>", f"{10 * HOUR} >2"]),
        ("2", "", [("2", "09:00:00", "")], [f"{9 * HOUR} >2"]),
        ("2", "2026-03-02 08:30:00", [("2", "09:00:00", "")], []),
        ("3", "", [("2", "08:00:00", "")], [f"{12 * HOUR} 2>3"]),
        ("", "", [("2", "08:00:00", "09:00:00")], [f"{9 * HOUR} 2>"]),
        ("2", "", [], []),
    ],
    ids=["a move", "a gap is empty", "filled later", "measured later", "measured late", "emptied", "none"],
)
def test_spans_become_changes(
    tool: Scripted,
    connect: Connect,
    state: str,
    since: str,
    spans: list[tuple[str, str, str]],
    found: list[str],
) -> None:
    made = [span(number, *of) for number, of in enumerate(spans, start=1)]
    assert script(tool, connect, state, definition(since), *made) == found


@pytest.mark.parametrize("wrong", [{"active": "false"}, {"type": "script_calculation"}])
def test_a_metric_that_does_not_measure_is_none(tool: Scripted, connect: Connect, wrong: dict[str, str]) -> None:
    assert script(tool, connect, "2", definition(**wrong)) == []
    assert tool.of("metric_instance") == []
