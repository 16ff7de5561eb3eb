"""Batches: inner answers pass the same fences as outer ones, and nothing is dropped or repeated blindly."""

import threading
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from connectors.errors import Refused, Unavailable
from connectors.interface import CommentWrite, FieldsWrite, Outcome, Receipt, Write
from connectors.servicenow.batch import READS, WRITES
from connectors.servicenow.connector import ServiceNow
from slabridge_sandbox.embedded import Sandbox
from tests.connectors.misbehaving import Handler, Step, answer, cut, raw, reset
from tests.connectors.servicenow.conftest import Connect, People, tickets
from tests.connectors.servicenow.scripted import Scripted, rows, unserviced
from tests.connectors.servicenow.test_faults import audit, incident, sys_id

ERROR = {"message": "Transaction cancelled: maximum execution time exceeded"}


def fields(number: int) -> FieldsWrite:
    return FieldsWrite(sys_id(number), f"INC{number}", {"u_sla_status": "At risk"})


def note(number: int) -> CommentWrite:
    return CommentWrite(sys_id(number), f"INC{number}", ("a.b#1 breached",), "Late.")


def stored(number: int, **held: str) -> Step:
    return answer(200, {"result": {"sys_id": sys_id(number), "u_sla_status": "At risk", **held}})


def written(connector: ServiceNow, *writes: Write) -> list[Outcome]:
    receipts = list(connector.write(writes))
    assert [receipt.write for receipt in receipts] == list(writes)
    return [receipt.outcome for receipt in receipts]


def posted(tool: Scripted) -> int:
    return sum("work_notes" in (asked.body or {}) for asked in tool.asked if asked.method == "PATCH")


@pytest.mark.parametrize(
    "fault",
    [
        unserviced,
        answer(500, {"error": {"message": "Transaction cancelled"}}),
        answer(503),
        answer(429),
        answer(200, {"result": [], "error": ERROR}, X_Total_Count="1"),
        answer(200, {"result": [], "status": "failure"}, X_Total_Count="1"),
        raw(200, b'{"result": ['),
        raw(200, b"<html>asleep</html>", Content_Type="text/html"),
        raw(200, b""),
    ],
    ids=["unserviced", "500", "503", "429", "partial", "failure", "cut", "page", "empty"],
)
def test_a_read_that_failed_within_a_batch_is_made_alone(tool: Scripted, connect: Connect, fault: Step) -> None:
    tool.will(incident=[rows(incident(1, state="2"))], sys_audit=[fault, rows(audit(1))])
    (ticket,) = tickets(connect(tool.url, fields=("state",)))
    assert [entry.changes["state"][1][0].code for entry in ticket.history] == ["2"]
    assert [asked.inside for asked in tool.of("sys_audit")] == [True, False]


def test_what_one_page_of_history_does_not_hold_is_read_on_together(tool: Scripted, connect: Connect) -> None:
    first, second = audit(1, newvalue="2"), audit(2, sys_id=sys_id(100), newvalue="3")
    third = audit(2, sys_id=sys_id(101), oldvalue="3", newvalue="4")
    tool.will(
        incident=[rows(incident(1, state="2"), incident(2, state="4"))],
        sys_audit=[rows(first, count=3), rows(second, third)],
    )
    found = tickets(connect(tool.url, fields=("state",)))
    assert [len(ticket.history) for ticket in found] == [1, 2]
    queries = [asked.params["sysparm_query"] for asked in tool.of("sys_audit")]
    assert [f"sys_id>{sys_id(99)}" in query for query in queries] == [False, True]


def test_without_a_batch_api_calls_are_single_and_one_warning_says_so(tool: Scripted, connect: Connect) -> None:
    tool.will(batch=[answer(404)] * 3, incident=[rows(incident(1)), rows(incident(1))], sys_audit=[rows(audit(1))])
    connector = connect(tool.url, fields=("state",))
    with capture_logs() as logs:
        (ticket,) = tickets(connector)
        tickets(connector)
    assert len(ticket.history) == 1
    warnings = [log for log in logs if log["log_level"] == "warning" and "no batch API" in log["event"]]
    assert len(warnings) == len(tool.of("batch")) == 1


def test_wrong_credentials_are_not_taken_for_a_missing_batch_api(tool: Scripted, connect: Connect) -> None:
    tool.will(batch=[answer(401)], incident=[rows(incident(1))])
    with pytest.raises(Refused, match="credentials"):
        tickets(connect(tool.url))


@pytest.mark.parametrize("body", [{"result": []}, {"error": {"message": "No luck"}}, []])
def test_an_answer_that_is_no_batch_is_no_answer(tool: Scripted, connect: Connect, body: object) -> None:
    tool.will(batch=[answer(200, body)], incident=[rows(incident(1))])
    with pytest.raises(Unavailable, match="batch"):
        tickets(connect(tool.url))


def test_a_batch_that_takes_too_long_is_made_of_fewer(tool: Scripted, connect: Connect) -> None:
    tool.will(batch=[answer(500, {"error": ERROR})], incident=[rows(incident(1))], sys_audit=[rows(audit(1))])
    connector = connect(tool.url, fields=("state",))
    assert [len(ticket.history) for ticket in tickets(connector)] == [1]
    assert connector._tables.batch.reads == READS // 2


def test_many_writes_go_in_few_batches_with_receipts_in_order(tool: Scripted, connect: Connect) -> None:
    writes = [fields(number) for number in range(2 * WRITES + 1)]
    tool.will(incident=[rows(), *(stored(number) for number in range(2 * WRITES + 1))])
    assert set(written(connect(tool.url, concurrency=1), *writes)) == {Outcome.APPLIED}
    assert [len(asked.body["rest_requests"]) for asked in tool.of("batch")] == [1, WRITES, WRITES]


def test_the_writes_of_a_ticket_stay_together_and_in_order(tool: Scripted, connect: Connect) -> None:
    writes: list[Write] = [fields(number) for number in range(WRITES - 1)]
    writes += [fields(200), note(200), note(200)]
    tool.will(incident=[rows(), *(stored(number) for number in range(WRITES - 1)), *[stored(200)] * 3])
    written(connect(tool.url, concurrency=2), *writes)
    batches = [[one["url"].partition("?")[0][-3:] for one in asked.body["rest_requests"]] for asked in tool.of("batch")]
    assert [ids[-3:] for ids in batches if "0c8" in ids] == [["0c8"] * 3]


@pytest.mark.parametrize(
    "fault", [unserviced, answer(429), answer(500), answer(503), raw(200, b"{"), answer(200, {"error": ERROR})]
)
def test_fields_whose_fate_is_unknown_are_sent_again_alone(tool: Scripted, connect: Connect, fault: Step) -> None:
    tool.will(incident=[rows(), stored(1), fault, stored(2)])
    assert written(connect(tool.url), fields(1), fields(2)) == [Outcome.APPLIED] * 2


@pytest.mark.parametrize("status", [400, 403, 404])
def test_fields_that_are_refused_are_refused_at_once(tool: Scripted, connect: Connect, status: int) -> None:
    refusal = answer(status, {"error": {"message": "Operation Failed", "detail": "ACL Exception"}})
    tool.will(incident=[rows(), refusal, stored(2)])
    receipts = list(connect(tool.url).write([fields(1), fields(2)]))
    expected = Outcome.GONE if status == 404 else Outcome.REFUSED
    assert [receipt.outcome for receipt in receipts] == [expected, Outcome.APPLIED]
    assert "Operation Failed: ACL Exception" in receipts[0].reason
    assert len(tool.calls) == 2


@pytest.mark.parametrize(
    "fault", [answer(403), answer(500), answer(503), raw(200, b"{"), answer(200, {"error": ERROR}), raw(200, b"")]
)
def test_a_note_whose_fate_is_unknown_is_unclear_and_sent_once(tool: Scripted, connect: Connect, fault: Step) -> None:
    tool.will(incident=[rows(), fault, stored(2)])
    assert written(connect(tool.url), note(1), fields(2)) == [Outcome.UNCLEAR, Outcome.APPLIED]
    assert posted(tool) == 1


def journal(number: int, marker: str) -> Step:
    row = {"sys_id": sys_id(7), "element_id": sys_id(number), "element": "work_notes", "sys_created_by": "slabridge"}
    return rows({**row, "value": f"Late.\n[slabridge {marker}]", "sys_created_on": "2026-03-03 11:00:00"})


def test_a_note_that_was_left_out_is_sent_alone_when_the_journal_has_it_not(tool: Scripted, connect: Connect) -> None:
    tool.will(incident=[rows(), unserviced, stored(2), stored(1)], sys_journal_field=[journal(1, "another")])
    assert written(connect(tool.url), note(1), fields(2)) == [Outcome.APPLIED] * 2
    assert posted(tool) == 2


def test_a_note_that_was_left_out_and_is_in_the_journal_is_not_repeated(tool: Scripted, connect: Connect) -> None:
    tool.will(incident=[rows(), unserviced, stored(2)], sys_journal_field=[journal(1, "a.b#1 breached")])
    assert written(connect(tool.url), note(1), fields(2)) == [Outcome.APPLIED] * 2
    assert posted(tool) == 1


def test_a_note_that_was_left_out_and_of_which_the_journal_has_a_part_is_looked_for_by_a_later_run(
    tool: Scripted, connect: Connect
) -> None:
    tool.will(incident=[rows(), unserviced, stored(2)], sys_journal_field=[journal(1, "a.b#1 breached")])
    both = replace(note(1), markers=("a.b#1 breached", "c.d#1 at_risk"))
    assert written(connect(tool.url), both, note(2)) == [Outcome.UNCLEAR, Outcome.APPLIED]


@pytest.mark.parametrize("hidden", [rows(count=1), answer(403)])
def test_a_note_that_was_left_out_is_not_repeated_where_the_journal_cannot_be_read(
    tool: Scripted, connect: Connect, hidden: Step
) -> None:
    tool.will(incident=[rows(), unserviced, stored(2)], sys_journal_field=[hidden] * 2)
    assert written(connect(tool.url), note(1), fields(2)) == [Outcome.UNCLEAR, Outcome.APPLIED]
    assert posted(tool) == 1


@pytest.mark.parametrize("fault", [reset, cut, answer(500), answer(502), answer(403), raw(200, b"<html>")])
def test_a_lost_batch_sends_fields_again_and_notes_not(tool: Scripted, connect: Connect, fault: Step) -> None:
    connector = connect(tool.url)
    connector._tables.batch.there = True
    tool.will(batch=[fault], incident=[stored(1), stored(2)])
    assert written(connector, fields(1), note(1), fields(2)) == [Outcome.APPLIED, Outcome.UNCLEAR, Outcome.APPLIED]
    assert posted(tool) == 0  # but for the batch that was lost


def test_a_batch_that_was_not_applied_fails_and_no_more_are_sent(tool: Scripted, connect: Connect) -> None:
    connector = connect(tool.url, concurrency=1)
    connector._tables.batch.there = True
    tool.will(batch=[answer(429, Retry_After="3600")])
    receipts: list[Receipt] = []
    with pytest.raises(Unavailable):
        receipts.extend(_kept(connector, receipts, [fields(number) for number in range(3 * WRITES)]))
    assert {receipt.outcome for receipt in receipts} == {Outcome.FAILED}
    assert len(receipts) == WRITES
    assert len(tool.calls) == 1


def _kept(connector: ServiceNow, receipts: list[Receipt], writes: list[Any]) -> list[Receipt]:
    for receipt in connector.write(writes):
        receipts.append(receipt)  # noqa: PERF402 - some are kept when it raises
    return []


def test_batches_under_way_beside_a_failed_one_have_their_receipts_before_the_error(
    tool: Scripted, connect: Connect
) -> None:
    connector = connect(tool.url, concurrency=2)
    connector._tables.batch.there = True
    tool.will(batch=[answer(401)], incident=[stored(number) for number in range(WRITES, 2 * WRITES)])
    receipts: list[Receipt] = []
    with pytest.raises(Refused):
        _kept(connector, receipts, [fields(number) for number in range(6 * WRITES)])
    sent = {asked.url[20:].partition("?")[0] for asked in tool.asked if asked.method == "PATCH"}
    applied = [receipt for receipt in receipts if receipt.outcome is Outcome.APPLIED]
    assert len(receipts) % WRITES == 0
    assert len(applied) + sum(receipt.outcome is Outcome.REFUSED for receipt in receipts) == len(sent)


def test_three_unclear_in_a_row_end_the_writing_after_their_batch(tool: Scripted, connect: Connect) -> None:
    connector = connect(tool.url, concurrency=1)
    connector._tables.batch.there = True
    tool.will(incident=[answer(500)] * 200)
    receipts: list[Receipt] = []
    with pytest.raises(Unavailable, match="3 writes in a row"):
        _kept(connector, receipts, [note(number) for number in range(2 * WRITES)])
    assert [receipt.outcome for receipt in receipts] == [Outcome.UNCLEAR] * WRITES


@pytest.mark.parametrize("every", [2, 3])
def test_an_instance_that_leaves_some_out_of_each_batch_has_everything_in_the_end(
    snow: Connect, box: Sandbox, people: People, every: int
) -> None:
    whole = {ticket.key: ticket for ticket in tickets(snow())}
    box.switch("servicenow", batch_unserviced=every)
    connector = snow()
    assert {ticket.key: ticket for ticket in tickets(connector)} == whole
    writes: list[Write] = []
    for ticket in whole.values():
        writes.append(FieldsWrite(ticket.id, ticket.key, {"u_sla_status": "Met"}))
        writes.append(CommentWrite(ticket.id, ticket.key, ("a.b#1 breached",), "Late."))
    assert written(connector, *writes) == [Outcome.APPLIED] * 10
    assert [len(people.notes(key)) for key in sorted(whole)] == [1] * 5


def test_writes_of_a_ticket_that_comes_back_later_do_not_overtake(tool: Scripted, connect: Connect) -> None:
    alone = threading.Event()
    overtaken: list[bool] = []

    def step(handler: Any) -> None:  # noqa: ANN401 - within a batch it only looks like a Handler
        if isinstance(handler, Handler):
            alone.set()  # the last write, which makes no batch
        elif not overtaken:
            overtaken.append(alone.wait(0.3))
        stored(0)(handler)

    writes = [*(fields(number) for number in range(WRITES)), fields(0)]
    tool.will(incident=[step] * len(writes))
    connector = connect(tool.url, concurrency=2)
    connector._tables.batch.there = True
    assert set(written(connector, *writes)) == {Outcome.APPLIED}
    assert overtaken == [False]


def test_one_write_needs_no_batch(tool: Scripted, connect: Connect) -> None:
    tool.will(incident=[stored(1)])
    assert written(connect(tool.url), replace(fields(1))) == [Outcome.APPLIED]
    assert tool.of("batch") == []
