"""What access rules take away: it is said, and nothing is taken for what it is not."""

from collections.abc import Sequence
from typing import Any

import pytest
from structlog.testing import capture_logs

from connectors.interface import CommentWrite, NativeComment, NativeTicket, Outcome, Value
from slabridge_sandbox.embedded import Sandbox
from tests.connectors.misbehaving import answer
from tests.connectors.servicenow.conftest import NOON, Connect, People, tickets
from tests.connectors.servicenow.scripted import Scripted, rows
from tests.connectors.servicenow.test_faults import incident, sys_id


def talk(people: People) -> None:
    people.edit("INC0000001", by="ada.agent", work_notes="looking into it\n[slabridge forged]")
    people.edit("INC0000001", by="carla.caller", comments="hurry up\n\nplease")
    people.edit("INC0000001", by="slabridge", work_notes="told\n[slabridge a.b#1 at_risk]")


def posted(found: Sequence[NativeTicket]) -> list[NativeComment]:
    (ticket,) = [ticket for ticket in found if ticket.key == "INC0000001"]
    return sorted(ticket.comments, key=lambda comment: (comment.role, comment.by))


@pytest.mark.parametrize("switch", ["hidden_tables", "hidden_rows", "part"])
def test_without_the_journal_comments_come_from_the_ticket_and_the_loss_is_said_once(
    snow: Connect, box: Sandbox, people: People, switch: str
) -> None:
    talk(people)
    whole = posted(tickets(snow()))
    hidden: dict[str, dict[str, Any]] = {
        "hidden_tables": {"hidden_tables": ["sys_journal_field"]},
        "hidden_rows": {"hidden_rows": {"sys_journal_field": "elementISNOTEMPTY"}},
        "part": {"hidden_rows": {"sys_journal_field": "element=comments"}},
    }
    box.switch("servicenow", **hidden[switch])
    connector = snow(page_size=2)
    assert "comments" not in connector.gaps()
    with capture_logs() as logs:
        found = posted(tickets(connector))
    assert [(c.at, c.role, c.public, c.markers) for c in found] == [(c.at, c.role, c.public, c.markers) for c in whole]
    assert [c.by for c in found] == ["Ada Agent", "Carla Caller", "slabridge"]
    assert {c.at for c in found} == {NOON}
    assert [log["log_level"] for log in logs if "comments are read with losses" in log["event"]] == ["warning"]
    assert "sys_journal_field" in connector.gaps()["comments"]


def test_a_note_of_unclear_fate_is_found_without_the_journal_too(snow: Connect, box: Sandbox) -> None:
    box.switch("servicenow", hidden_tables=["sys_journal_field"])
    connector = snow(filter="number=INC0000004")
    (ticket,) = tickets(connector)
    box.fault("servicenow", do="applied_status", method="PATCH", status=403)
    (receipt,) = connector.write([CommentWrite(ticket.id, ticket.key, ("a.b#1 breached",), "Late.")])
    assert receipt.outcome is Outcome.UNCLEAR
    (page,) = snow().reread([ticket.id])
    assert [comment.markers for comment in page.tickets[0].comments] == [("a.b#1 breached",)]


DATES = {"sys_created_on": "2026-03-02 08:00:00", "sys_updated_on": "2026-07-02 08:00:00"}


def shown(*, created: str, updated: str, notes: str) -> dict[str, object]:
    seen = {"sys_created_on": created, "sys_updated_on": updated}
    dates = {name: {"value": value, "display_value": seen[name]} for name, value in DATES.items()}
    return {
        "sys_id": {"value": sys_id(1), "display_value": sys_id(1)},
        **dates,
        "comments": {"value": "", "display_value": ""},
        "work_notes": {"value": "", "display_value": notes},
        "caller_id": {"value": "", "display_value": None},
    }


NOTES = "2026-03-03 13:00:00 - Ada Agent (Work notes)\nsecond\n\n2026-03-02 10:00:00 - Bo (Work notes)\nfirst\n\n"
NOTES += "2026-03-02 09:30:00 - SLA bridge (Work notes)\nLate.\n[slabridge a.b#1 breached]\n\n"


@pytest.mark.parametrize(
    ("created", "updated", "zone", "found"),
    [
        ("2026-03-02 09:00:00", "2026-07-02 09:00:00", "", ["09:00", "12:00"]),
        ("2026-03-02 09:00:00", "2026-07-02 10:00:00", "Europe/Stockholm", ["09:00", "12:00"]),
        ("2026-03-02 09:00:00", "2026-07-02 10:00:00", "", []),
        ("02.03.2026 09:00:00", "02.07.2026 09:00:00", "Europe/Stockholm", []),
        ("2026-03-02 09:00:00", "2026-07-02 10:00:00", "Nowhere/Land", []),
    ],
    ids=["one offset", "a zone", "two offsets and no zone", "another format", "no such zone"],
)
def test_times_shown_are_read_by_our_zone_or_not_at_all(
    tool: Scripted, connect: Connect, created: str, updated: str, zone: str, found: list[str]
) -> None:
    record = incident(1, **DATES)
    tool.will(
        incident=[rows(record), rows(shown(created=created, updated=updated, notes=NOTES))],
        sys_journal_field=[answer(403)] * 2,
        sys_user=[rows({"sys_id": sys_id(5), "user_name": "slabridge", "name": "SLA bridge", "time_zone": zone})],
    )
    (ticket,) = tickets(connect(tool.url, fields=()))
    assert [comment.markers for comment in ticket.comments if comment.markers] == [("a.b#1 breached",)]
    minutes = [(comment.at // 60_000) % 1440 for comment in ticket.comments if comment.role == "agent"]
    assert [f"{minute // 60:02}:{minute % 60:02}" for minute in minutes] == found


def test_a_field_that_may_not_be_read_is_absent_and_not_empty(snow: Connect, box: Sandbox) -> None:
    box.switch("servicenow", hidden_fields={"incident": ["assigned_to", "u_sla_due"]})
    (ticket,) = tickets(snow(filter="number=INC0000004"))
    assert set(ticket.fields) == {"state", "assignment_group"}
    assert ticket.written == {"u_sla_status": None}


@pytest.mark.parametrize("empty", [False, True])
@pytest.mark.parametrize("size", [1, 2, 200])
def test_rows_that_are_hidden_are_counted_and_the_rest_is_read(
    snow: Connect, box: Sandbox, size: int, empty: bool
) -> None:
    box.switch("servicenow", hidden_rows={"incident": "numberININC0000004,INC0000001"}, empty_rows=empty)
    with capture_logs() as logs:
        found = tickets(snow(page_size=size))
    assert sorted(ticket.key for ticket in found) == ["INC0000002", "INC0000003", "INC0000005"]
    assert [log["rows"] for log in logs if "hidden by access rules" in log["event"]] == [2]


def test_names_that_may_not_be_read_leave_codes(snow: Connect, box: Sandbox) -> None:
    box.switch("servicenow", hidden_tables=["sys_user_group", "sys_choice", "sys_dictionary", "sys_db_object"])
    (ticket,) = tickets(snow(filter="number=INC0000003"))
    (group,) = ticket.fields["assignment_group"]
    assert group == Value(group.code, group.code)
    assert ticket.fields["assigned_to"][0].name == "Bo Agent"


DICTIONARY = {
    "state": {"audit": "true", "attributes": ""},
    "priority": {"audit": "false", "attributes": ""},
    "u_note": {"audit": "true", "attributes": "no_audit=true"},
}


def dictionary(table: str = "task") -> list[dict[str, str]]:
    return [
        {"sys_id": sys_id(n), "name": table, "element": element, **held}
        for n, (element, held) in enumerate(DICTIONARY.items(), start=1)
    ]


@pytest.mark.parametrize(
    ("collection", "gaps"),
    [
        ({}, {"priority", "u_note"}),
        ({"audit": "true", "attributes": ""}, {"u_note"}),
        ({"audit": "true", "attributes": "audit_type=whitelist"}, {"priority", "u_note"}),
        ({"audit": "false", "attributes": ""}, {"state", "priority", "u_note"}),
    ],
    ids=["unknown", "all but excluded", "listed", "none"],
)
def test_fields_that_are_not_audited_are_gaps(
    tool: Scripted, connect: Connect, collection: dict[str, str], gaps: set[str]
) -> None:
    own = {"sys_id": sys_id(9), "name": "incident", "element": "", "internal_type": "collection", **collection}
    tool.will(sys_dictionary=[rows(*dictionary()), rows(*[own] * bool(collection))])
    connector = connect(tool.url, fields=("state", "priority", "u_note", "caller_id.vip"))
    assert set(connector.gaps()) == gaps | {"caller_id.vip"}
    assert all("dictionary" in reason for field, reason in connector.gaps().items() if field in gaps)


def test_fields_are_found_in_all_tables_that_theirs_extends(tool: Scripted, connect: Connect) -> None:
    line = {"sys_id": sys_id(1), "name": "sn_hr_core_case_x", "super_class.name": "sn_hr_core_case"}
    tool.will(
        sys_db_object=[rows({**line, "super_class.super_class.name": "task"})],
        sys_dictionary=[rows(), rows(), rows(*dictionary("sn_hr_core_case"))],
    )
    connector = connect(tool.url, table="sn_hr_core_case_x", fields=tuple(DICTIONARY))
    assert set(connector.gaps()) == {"priority", "u_note"}
    assert len(tool.of("sys_db_object")) == 1


def test_without_the_dictionary_nothing_is_known_to_be_missing(snow: Connect, box: Sandbox) -> None:
    box.switch("servicenow", hidden_tables=["sys_dictionary", "sys_db_object"])
    connector = snow()
    assert len(tickets(connector)) == 5
    assert connector.gaps() == {}


@pytest.mark.parametrize("table", ["sc_req_item", "problem", "change_request", "sn_hr_core_case"])
def test_any_table_that_extends_task_is_read(snow: Connect, people: People, table: str) -> None:
    made = people.ask("POST", table, body={"short_description": "x"})
    people.ask(
        "PATCH",
        f"{table}/{made['sys_id']}",
        body={"priority": "2", "assigned_to": people.find("sys_user", user_name="ada.agent")},
    )
    connector = snow(table=table, fields=("priority", "assigned_to"))
    (ticket,) = [ticket for ticket in tickets(connector) if ticket.id == made["sys_id"]]
    assert ticket.fields["assigned_to"][0].name == "Ada Agent"
    assert [set(entry.changes) for entry in ticket.history] == [{"priority", "assigned_to"}]
    assert ticket.fields["priority"] == (Value("2", "2 - High"),)
