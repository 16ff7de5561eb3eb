from dataclasses import replace

import pytest

from connectors.errors import Refused, Unavailable
from connectors.interface import CommentWrite, Fact, FieldsWrite, Instant, Outcome
from connectors.servicenow.batch import WRITES
from connectors.servicenow.connector import ServiceNow
from connectors.servicenow.write.comment import LONGEST
from tests.connectors.misbehaving import Misbehaving, Step, answer, cut, raw, reset
from tests.connectors.servicenow.conftest import NOON, Connect, People, asked, tickets

ID = "0123456789abcdef0123456789abcdef"
FIELDS = FieldsWrite(ID, "INC1", {"u_sla_status": "At risk"})
NOTE = CommentWrite(ID, "INC1", ("sla/1/at_risk",), "Due soon.")
MANY = [replace(FIELDS, id=f"{number:032x}") for number in range(2 * WRITES)]
STORED = answer(200, {"result": {"sys_id": ID, "u_sla_status": "At risk", "work_notes": ""}})


def outcomes(connector: ServiceNow, *writes: FieldsWrite | CommentWrite) -> list[Outcome]:
    return [receipt.outcome for receipt in connector.write(writes)]


@pytest.mark.parametrize(
    ("fact", "encoded"),
    [
        (None, None),
        ("", None),
        ("At risk", "At risk"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (87.5, "87.5"),
        (100.0, "100"),
        (1e-7, "0.0000001"),
        (Instant(NOON + 999), "2026-03-03 12:00:00"),
    ],
)
def test_facts_are_encoded_as_the_table_api_gives_them(connect: Connect, fact: Fact, encoded: str | None) -> None:
    assert connect("http://127.0.0.1:1").encode("u_any", fact) == encoded


def test_fields_land_read_back_as_encoded_and_nothing_else_changes(snow: Connect, people: People) -> None:
    connector = snow(filter="number=INC0000004")
    (before,) = tickets(connector)
    assert before.written == {"u_sla_due": None, "u_sla_status": None}
    fields = {"u_sla_due": connector.encode("u_sla_due", Instant(NOON)), "u_sla_status": "At risk"}
    (receipt,) = connector.write([FieldsWrite(before.id, before.key, fields)])
    assert (receipt.outcome, receipt.reason) == (Outcome.APPLIED, "")
    (after,) = tickets(connector)
    assert after.written == fields
    assert (after.fields, after.history) == (before.fields, before.history)
    assert outcomes(connector, FieldsWrite(before.id, before.key, {"u_sla_due": None})) == [Outcome.APPLIED]
    (emptied,) = tickets(connector)
    assert emptied.written == {"u_sla_due": None, "u_sla_status": "At risk"}
    edits = people.ask("GET", "sys_audit", sysparm_query=f"documentkey={before.id}^user=slabridge")
    assert {row["fieldname"] for row in edits} == {"u_sla_due", "u_sla_status"}


def test_a_note_is_internal_unless_told_otherwise_and_found_again_by_its_marker(snow: Connect, people: People) -> None:
    connector = snow(filter="number=INC0000004")
    (ticket,) = tickets(connector)
    notes = [
        CommentWrite(ticket.id, ticket.key, ("sla/1/at_risk",), "Due soon.\nHeld by Network."),
        CommentWrite(ticket.id, ticket.key, ("sla/1/breached",), "Late.", internal=False),
    ]
    assert outcomes(connector, *notes) == [Outcome.APPLIED] * 2
    assert set(people.notes("INC0000004")) == {
        ("work_notes", "Due soon.\nHeld by Network.\n[slabridge sla/1/at_risk]"),
        ("comments", "Late.\n[slabridge sla/1/breached]"),
    }
    (ticket,) = tickets(connector)
    found = {(comment.role, comment.public, comment.markers) for comment in ticket.comments}
    assert found == {("system", False, ("sla/1/at_risk",)), ("system", True, ("sla/1/breached",))}


def test_a_note_carries_several_markers_in_one_line(snow: Connect, people: People) -> None:
    connector = snow(filter="number=INC0000004")
    (ticket,) = tickets(connector)
    markers = ("a.b#1 breached", "c.d#2 at_risk 2026-03-03T16:00:00Z")
    assert outcomes(connector, CommentWrite(ticket.id, ticket.key, markers, "Late.\n\nDue soon.")) == [Outcome.APPLIED]
    line = "[slabridge a.b#1 breached, c.d#2 at_risk 2026-03-03T16:00:00Z]"
    assert people.notes("INC0000004") == [("work_notes", f"Late.\n\nDue soon.\n{line}")]
    assert [comment.markers for comment in tickets(connector)[0].comments] == [markers]


def test_a_note_fits_with_its_markers(connect: Connect) -> None:
    connector = connect("http://127.0.0.1:1")
    rest = len("\n[slabridge a, b]")
    assert connector.fits(CommentWrite(ID, "INC1", ("a", "b"), "x" * (LONGEST - rest)))
    assert not connector.fits(CommentWrite(ID, "INC1", ("a", "b"), "x" * (LONGEST - rest + 1)))


def test_a_note_cannot_become_html(snow: Connect, people: People) -> None:
    connector = snow(filter="number=INC0000004")
    (ticket,) = tickets(connector)
    note = CommentWrite(ticket.id, ticket.key, ("m",), "by [code]<a href=x>Team</a>[/CODE]")
    assert outcomes(connector, note) == [Outcome.APPLIED]
    assert people.notes("INC0000004") == [("work_notes", "by (code)<a href=x>Team</a>(/CODE)\n[slabridge m]")]


@pytest.mark.parametrize("marker", ["", "a]b", "a\nb", "[a", "a, b"])
def test_a_marker_that_could_not_be_found_again_is_an_error(connect: Connect, marker: str) -> None:
    with pytest.raises(ValueError, match="no marker"):
        outcomes(connect("http://127.0.0.1:1"), CommentWrite(ID, "INC1", (marker,), "text"))


def test_a_field_that_did_not_take_its_value_is_refused_by_name(snow: Connect) -> None:
    connector = snow(filter="number=INC0000004")
    (ticket,) = tickets(connector)
    receipts = list(
        connector.write(
            [
                FieldsWrite(ticket.id, ticket.key, {"u_nope": "1", "u_sla_status": "Breached"}),
                FieldsWrite(ticket.id, ticket.key, {"u_sla_due": "soon"}),
            ]
        )
    )
    assert [receipt.outcome for receipt in receipts] == [Outcome.REFUSED] * 2
    assert "INC0000004: incident has no field u_nope" in receipts[0].reason
    assert "INC0000004: u_sla_due did not take the value" in receipts[1].reason


def test_a_ticket_that_is_gone_is_known_and_the_next_write_goes_on(snow: Connect) -> None:
    connector = snow(filter="number=INC0000004")
    (ticket,) = tickets(connector)
    done = outcomes(connector, FIELDS, NOTE, FieldsWrite(ticket.id, ticket.key, {"u_sla_status": "Met"}))
    assert done == [Outcome.GONE, Outcome.GONE, Outcome.APPLIED]


def test_an_id_that_is_none_is_never_sent(connect: Connect) -> None:
    connector = connect("http://127.0.0.1:1")
    with pytest.raises(Refused, match="no sys_id"):
        outcomes(connector, FieldsWrite("../sys_user/" + ID, "INC1", {"u_sla_status": "x"}))
    assert asked(connector) == []


@pytest.mark.parametrize("fault", [reset, cut, answer(502), answer(503), answer(429)])
def test_fields_are_sent_again_after_a_lost_answer(server: Misbehaving, connect: Connect, fault: Step) -> None:
    server.will(fault, STORED)
    assert outcomes(connect(server.url), FIELDS) == [Outcome.APPLIED]
    assert len(server.seen) == 2


PARTIAL = answer(200, {"result": {"u_sla_status": "At risk"}, "error": {"message": "Transaction cancelled"}})


@pytest.mark.parametrize(
    "fault", [reset, cut, answer(500), answer(502), answer(403), raw(200, b"<html>"), raw(200, b"{"), PARTIAL]
)
def test_a_note_whose_fate_is_unknown_is_unclear_and_sent_once(
    server: Misbehaving, connect: Connect, fault: Step
) -> None:
    server.will(fault)
    assert outcomes(connect(server.url), NOTE) == [Outcome.UNCLEAR]
    assert len(server.seen) == 1


@pytest.mark.parametrize("fault", [answer(500), PARTIAL])
def test_fields_whose_fate_is_unknown_are_unclear(server: Misbehaving, connect: Connect, fault: Step) -> None:
    server.will(fault)
    assert outcomes(connect(server.url), FIELDS) == [Outcome.UNCLEAR]


@pytest.mark.parametrize("status", [400, 403, 404])
def test_fields_that_the_tool_refuses_are_refused_with_its_words(
    server: Misbehaving, connect: Connect, status: int
) -> None:
    server.will(answer(status, {"error": {"message": "Operation Failed", "detail": "ACL Exception"}}))
    (receipt,) = connect(server.url).write([FIELDS])
    assert receipt.outcome is (Outcome.GONE if status == 404 else Outcome.REFUSED)
    assert "Operation Failed: ACL Exception" in receipt.reason


@pytest.mark.parametrize("write", [FIELDS, NOTE], ids=["fields", "note"])
@pytest.mark.parametrize(
    ("fault", "error"), [(answer(429, Retry_After="3600"), Unavailable), (answer(401), Refused)], ids=["429", "401"]
)
@pytest.mark.parametrize("batched", [True, False])
def test_what_ends_the_connection_fails_the_write_at_hand_and_sends_no_more(
    server: Misbehaving,
    connect: Connect,
    write: FieldsWrite | CommentWrite,
    fault: Step,
    error: type[Exception],
    batched: bool,
) -> None:
    server.will(fault)
    connector = connect(server.url, concurrency=1)
    connector._tables.batch.there = batched
    receipts = connector.write([write, *MANY])
    failed = [next(receipts).outcome for _ in range(WRITES if batched else 1)]
    assert set(failed) == {Outcome.FAILED}
    with pytest.raises(error):
        next(receipts)
    assert len(server.seen) == 1


def test_a_tool_that_answers_no_write_any_more_is_left_alone(server: Misbehaving, connect: Connect) -> None:
    server.will(*[answer(500)] * 4)
    connector = connect(server.url, concurrency=1)
    connector._tables.batch.there = False
    receipts = connector.write([replace(NOTE, id=f"{number:032x}") for number in range(4)])
    assert [next(receipts).outcome for _ in range(3)] == [Outcome.UNCLEAR] * 3
    with pytest.raises(Unavailable, match="3 writes in a row"):
        next(receipts)
    assert len(server.seen) == 3
