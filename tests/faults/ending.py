"""What is left in the end: what stands on the tickets of both tools, and what the state holds of it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from connectors.interface import Connector, NativeTicket
from sla_engine import Result
from slabridge.config import Connection
from slabridge.state import State, Transaction, codec, results, schema

_TICKING = {"elapsed_seconds", "remaining_seconds", "paused_seconds", "percent", "due_if_resumed"}
"""What of an open cycle's result changes with the clock: it says when the ticket was evaluated, and no more."""


def ending(state: State, connectors: Iterable[tuple[Connection, Connector]]) -> dict[str, Any]:
    """Return all that has to be equal, whatever happened before."""
    found: dict[str, Any] = {}
    for connection, connector in connectors:
        natives = [native for page in connector.changed(None) for native in page.tickets]
        found[connection.name] = {native.key: _native(native) for native in natives}
    with state.begin() as transaction:
        found["state"] = {
            row.id: _ticket(
                row, results.of(Transaction(transaction, row.connection), {row.id: row.key}).get(row.id, ())
            )
            for row in transaction.execute(sa.select(schema.ticket)).all()
        }
        found["outbox"] = sorted(
            (row.ticket, row.marker, row.state) for row in transaction.execute(sa.select(schema.outbox))
        )
        found["quarantine"] = sorted(row.ticket for row in transaction.execute(sa.select(schema.quarantine)))
        found["effects"] = sorted(
            (row.configuration, row.connection, row.judged, row.moved, row.results, row.is_over)
            for row in transaction.execute(sa.select(schema.configuration_effect))
        )
        found["standing"] = sorted(
            (row.name, row.judged_by, row.fields, row.as_of)
            for row in transaction.execute(sa.select(schema.connection))
        )
    return found


def told(state: State, arrived: Path, since: int) -> dict[str, Any]:
    """Return which messages were noted, and those that do not stand as they ought to, by what receivers got since then.

    What was sent arrived once, what is unclear at most once, and nothing is left.
    """
    texts = [json.loads(line) for line in arrived.read_text("utf-8").splitlines()] if arrived.exists() else []
    with state.begin() as sql:
        rows = sql.execute(sa.select(schema.notification)).all()
    noted, wrong = [], []
    for row in rows:
        noted.append((row.receiver, row.ticket, row.agreement, row.objective, row.cycle, row.step))
        count = sum(address == row.receiver and row.body in text for address, text in texts)
        right = {"sent": count == int((row.sent_at or 0) >= since), "unclear": count <= 1, "dropped": count == 0}
        if not right.get(row.state, False):
            wrong.append((*noted[-1], row.state, count))
    return {"messages": sorted(noted), "messages that are wrong": wrong}


def _native(native: NativeTicket) -> dict[str, Any]:
    return {
        "fields": native.fields,
        "written": native.written,
        "ours": sorted(native.ours),
        "history": native.history,
        "comments": sorted(
            # When ours came, depends on what happened before; that they came once, does not.
            (sorted(comment.markers), comment.role, comment.public, 0 if comment.markers else comment.at)
            for comment in native.comments
        ),
    }


def _without_ours(native: NativeTicket) -> dict[str, Any]:
    """Return a ticket without our comments and what the tool remembers of us: that the state learns at its next read."""
    foreign = tuple(comment for comment in native.comments if not comment.markers)
    return _native(replace(native, comments=foreign, ours=frozenset()))


def _ticket(row: sa.Row[*tuple[Any, ...]], came_to: Sequence[Result]) -> dict[str, Any]:
    return {
        "native": _without_ours(codec.decode(row.payload)),
        "last_written": row.last_written,
        "timeline": row.timeline,
        "is_open": row.is_open,
        "wake_at": row.wake_at,
        "pending": row.pending,
        "gone": row.gone,
        "results": [_result(result) for result in came_to],
    }


def _result(result: Result) -> dict[str, Any]:
    still = result.stopped_at is not None
    plain = {**result.as_json(), "table": result.table, "calendar": result.calendar}
    return {name: value for name, value in plain.items() if still or name not in _TICKING}
