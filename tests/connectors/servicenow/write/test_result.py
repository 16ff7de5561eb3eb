"""Results in rows of a table of our own."""

from collections.abc import Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from connectors.errors import Refused
from connectors.interface import CommentWrite, FieldsWrite, NativeTicket, Outcome, Receipt
from connectors.servicenow.connector import ServiceNow
from slabridge_sandbox.embedded import Sandbox
from tests.connectors.misbehaving import Step, answer
from tests.connectors.servicenow.conftest import Connect, People, tickets
from tests.connectors.servicenow.scripted import Scripted, rows
from tests.connectors.servicenow.test_faults import incident, sys_id
from tests.patience import PATIENCE

TABLE = "u_slabridge_result"
OWN = {"result_table": TABLE, "result_reference": "u_task"}


@pytest.fixture
def own(snow: Connect) -> Callable[..., ServiceNow]:
    return lambda **settings: snow(**{**OWN, **settings})


def writes(found: list[NativeTicket], status: str = "Met") -> list[FieldsWrite]:
    return [FieldsWrite(ticket.id, ticket.key, {"u_sla_status": status}) for ticket in found]


def outcomes(receipts: list[Receipt]) -> list[Outcome]:
    return [receipt.outcome for receipt in receipts]


def own_rows(people: People) -> list[dict[str, Any]]:
    return list(people.ask("GET", TABLE, sysparm_exclude_reference_link="true"))


def test_results_go_to_rows_of_their_own_and_the_task_stays_as_it_was(own: Connect, people: People) -> None:
    connector = own()
    before = tickets(connector)
    assert all(t.written == {"u_sla_due": None, "u_sla_status": None} and t.ours == frozenset() for t in before)
    assert outcomes(list(connector.write(writes(before)))) == [Outcome.APPLIED] * 5
    assert outcomes(list(connector.write(writes(before, "Breached")))) == [Outcome.APPLIED] * 5
    after = tickets(own())
    assert [t.updated for t in after] == [t.updated for t in before]
    assert all(t.written == {"u_sla_due": None, "u_sla_status": "Breached"} for t in after)
    assert all(t.ours == {"u_sla_due", "u_sla_status"} for t in after)
    found = own_rows(people)
    assert sorted(row["u_task"] for row in found) == sorted(t.id for t in before)
    assert all(row["u_sla_status"] == "" for row in people.ask("GET", "incident", sysparm_fields="u_sla_status"))


def test_notes_still_go_to_the_task(own: Connect, people: People) -> None:
    connector = own()
    (ticket,) = [ticket for ticket in tickets(connector) if ticket.key == "INC0000004"]
    note = CommentWrite(ticket.id, ticket.key, ("a.b#1 breached",), "Late.")
    assert outcomes(list(connector.write([*writes([ticket]), note]))) == [Outcome.APPLIED] * 2
    assert people.notes("INC0000004") == [("work_notes", "Late.\n[slabridge a.b#1 breached]")]
    (again,) = [ticket for ticket in tickets(own()) if ticket.key == "INC0000004"]
    assert [comment.markers for comment in again.comments] == [("a.b#1 breached",)]


def test_two_writes_of_one_ticket_make_one_row(own: Connect, people: People) -> None:
    connector = own()
    found = tickets(connector)[:2]
    receipts = list(connector.write([*writes(found, "At risk"), *writes(found, "Breached")]))
    assert outcomes(receipts) == [Outcome.APPLIED] * 4
    assert [row["u_sla_status"] for row in own_rows(people)] == ["Breached"] * 2


@pytest.mark.parametrize("fault", ["reset_after", "cut", "error_inside"])
@pytest.mark.parametrize("batched", [True, False])
def test_a_lost_answer_never_makes_two_rows(
    own: Connect, box: Sandbox, people: People, fault: str, batched: bool
) -> None:
    connector = own()
    found = tickets(connector)
    connector._tables.batch.there = batched
    for path in (f"table/{TABLE}", "v1/batch"):
        # The very first row is made alone, to see that its reference is taken; the others in a batch.
        box.fault("servicenow", do=fault, method="POST", path=path, skip=int(path == "v1/batch"), times=1)
    receipts = outcomes(list(connector.write(writes(found))))
    box.clear_faults()
    assert set(receipts) <= {Outcome.APPLIED, Outcome.UNCLEAR}
    list(own().write(writes(found, "Breached")))
    assert sorted(row["u_task"] for row in own_rows(people)) == sorted(ticket.id for ticket in found)


def test_a_refused_row_that_is_there_all_the_same_is_found(own: Connect, box: Sandbox, people: People) -> None:
    connector = own()
    (ticket, *_) = tickets(connector)
    box.fault("servicenow", do="applied_status", method="POST", path=f"table/{TABLE}", status=403, times=1)
    assert outcomes(list(connector.write(writes([ticket])))) == [Outcome.APPLIED]
    assert len(own_rows(people)) == 1


def test_of_two_rows_of_a_ticket_the_oldest_counts_and_a_warning_names_it(
    own: Connect, box: Sandbox, people: People
) -> None:
    (ticket, *_) = tickets(own())
    for status in ("first", "second"):
        people.ask("POST", TABLE, body={"u_task": ticket.id, "u_sla_status": status})
        box.move_to(box.now + 60_000)
    connector = own()
    with capture_logs() as logs:
        found = {t.key: t for t in tickets(connector)}
        tickets(connector)
    assert found[ticket.key].written["u_sla_status"] == "first"
    assert [log["ticket"] for log in logs if "two rows" in log["event"]] == [ticket.key]
    list(connector.write(writes([ticket], "ours")))
    assert [row["u_sla_status"] for row in sorted(own_rows(people), key=lambda row: row["sys_created_on"])] == [
        "ours",
        "second",
    ]


def test_a_reference_that_is_not_taken_ends_the_writing_after_one_row(own: Connect, people: People) -> None:
    connector = own(result_reference="u_nope")
    found = tickets(own())
    receipts: list[Receipt] = []
    with pytest.raises(Refused, match=r"u_slabridge_result did not take u_nope.*delete it"):
        receipts += connector.write(writes(found))
    assert len(own_rows(people)) == 1


@pytest.mark.parametrize("answers", [[rows(count=1)], [answer(403)] * 2])
def test_rows_that_may_not_be_read_are_not_made_anew(tool: Scripted, connect: Connect, answers: list[Step]) -> None:
    tool.will(**{TABLE: answers})
    connector = connect(tool.url, **OWN)
    with pytest.raises(Refused, match=TABLE):
        list(connector.write([FieldsWrite(sys_id(1), "INC1", {"u_sla_status": "Met"})]))
    assert not any(asked.method == "POST" for asked in tool.of(TABLE))


@pytest.mark.parametrize("settings", [{"result_table": "u_nope"}, {"result_reference": "u_nope"}])
def test_a_table_of_results_that_is_not_as_configured_is_refused_by_name(
    own: Connect, people: People, settings: dict[str, str]
) -> None:
    people.ask("POST", TABLE, body={"u_task": people.find("incident", number="INC0000004")})
    own().check()
    with pytest.raises(Refused, match="u_nope"):
        own(**settings).check()


@pytest.mark.parametrize(("older", "newer"), [(1, 9), (9, 1)])
def test_the_oldest_row_is_the_one_that_was_made_first(
    tool: Scripted, connect: Connect, older: int, newer: int
) -> None:
    row = {"u_task": sys_id(1), "u_sla_due": ""}
    first = {**row, "sys_id": sys_id(older), "sys_created_on": "2026-03-02 08:00:00", "u_sla_status": "first"}
    second = {**row, "sys_id": sys_id(newer), "sys_created_on": "2026-03-02 08:00:01", "u_sla_status": "second"}
    found = sorted([first, second], key=lambda row: row["sys_id"])
    tool.will(incident=[rows(incident(1))], **{TABLE: [rows(*found)]})
    (ticket,) = tickets(connect(tool.url, fields=(), comments=False, **OWN))
    assert ticket.written["u_sla_status"] == "first"


def test_a_row_that_was_deleted_meanwhile_is_made_anew(own: Connect, people: People) -> None:
    connector = own()
    found = tickets(connector)
    list(connector.write(writes(found)))
    for row in own_rows(people):
        people.session.delete(
            f"{people.url}/api/now/table/{TABLE}/{row['sys_id']}", auth=("ed.editor", people.secret), timeout=PATIENCE
        ).raise_for_status()
    assert outcomes(list(connector.write(writes(found, "Breached")))) == [Outcome.APPLIED] * 5
    assert len(own_rows(people)) == 5


def test_a_row_that_is_deleted_after_it_was_found_is_made_anew(tool: Scripted, connect: Connect) -> None:
    row = {"sys_id": sys_id(50), "u_task": sys_id(1), "sys_created_on": "2026-03-02 08:00:00"}
    other = {**row, "sys_id": sys_id(51), "u_task": sys_id(2)}
    made = answer(201, {"result": {**row, "sys_id": sys_id(60), "u_sla_status": "Met"}})
    stored = answer(200, {"result": {**other, "u_sla_status": "Met"}})
    tool.will(**{TABLE: [rows(row, other), answer(404), stored, rows(), made]})
    both = [FieldsWrite(sys_id(n), f"INC{n}", {"u_sla_status": "Met"}) for n in (1, 2)]
    assert outcomes(list(connect(tool.url, **OWN).write(both))) == [Outcome.APPLIED] * 2
    assert [asked.method for asked in tool.of(TABLE)] == ["GET", "PATCH", "PATCH", "GET", "POST"]
