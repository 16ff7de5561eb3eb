"""What a thousand tickets cost, counted by the sandbox."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.interface import CommentWrite, FieldsWrite, Outcome, Write
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import SandboxOptions
from tests.connectors.servicenow.conftest import Connect, tickets


@pytest.fixture(scope="module")
def thousand() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(size=1300, share=0.0), in_process=True) as box:
        yield box


def calls(box: Sandbox) -> int:
    return sum(count for path, count in box.requests(reset=True).items())


@pytest.mark.parametrize("size", [500, 1000])
def test_a_thousand_changed_tickets_are_read_in_at_most_8_calls(thousand: Sandbox, connect: Connect, size: int) -> None:
    found = tickets(connect(thousand.servicenow.url, page_size=size))
    assert len(found) > 1000
    thousand.requests(reset=True)
    # The thousand that changed last, with history, comments and names, by an account that has seen nothing yet.
    since = {"updated": _stamp(found[-1000].updated), "id": ""}
    connector = connect(thousand.servicenow.url, page_size=size)
    last = tickets(connector, since)
    assert len(last) >= 1000
    assert any(ticket.history for ticket in last)
    counted = calls(thousand)
    assert counted == connector.calls
    assert counted <= 8 * len(last) / 1000


def test_a_thousand_tickets_are_read_again_in_at_most_8_calls(thousand: Sandbox, connect: Connect) -> None:
    ids = [ticket.id for ticket in tickets(connect(thousand.servicenow.url))][:1000]
    connector = connect(thousand.servicenow.url)
    assert sum(len(page.tickets) for page in connector.reread(ids)) == 1000
    assert connector.calls <= 8


@pytest.mark.parametrize(
    "settings", [{}, {"result_table": "u_slabridge_result", "result_reference": "u_task"}], ids=["task", "own table"]
)
def test_a_thousand_tickets_are_written_in_at_most_25_calls(
    thousand: Sandbox, connect: Connect, settings: dict[str, Any]
) -> None:
    found = tickets(connect(thousand.servicenow.url))[:1000]
    connector = connect(thousand.servicenow.url, **settings)
    thousand.requests(reset=True)
    writes: list[Write] = [FieldsWrite(t.id, t.key, {"u_sla_status": f"at {number}"}) for number, t in enumerate(found)]
    receipts = list(connector.write(writes))
    assert [receipt.write for receipt in receipts] == writes
    assert {receipt.outcome for receipt in receipts} == {Outcome.APPLIED}
    counted = calls(thousand)
    assert counted == connector.calls
    assert counted <= 25


def test_notes_cost_no_more(thousand: Sandbox, connect: Connect) -> None:
    found = tickets(connect(thousand.servicenow.url))[:200]
    connector = connect(thousand.servicenow.url)
    receipts = list(connector.write([CommentWrite(t.id, t.key, ("a.b#1 breached",), "Late.") for t in found]))
    assert {receipt.outcome for receipt in receipts} == {Outcome.APPLIED}
    assert connector.calls <= 5


def _stamp(instant: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(instant // 1000))
