"""Tickets of a state, as a test needs them."""

import sqlalchemy as sa

from connectors.interface import NativeComment, NativeEntry, NativeTicket, Value
from slabridge.state import State, Transaction, schema, tickets
from slabridge.state.codec import encode
from slabridge.ticket.known import Evaluated
from tests.slabridge.run.making import result

NOW = 1_000_000


def ticket(identity: str = "1", *, updated: int = 0, status: str = "1", **given: object) -> NativeTicket:
    fields = {"state": (Value(status, f"State {status}"),), "labels": (Value("a", "A"), Value("b", "B")), "empty": ()}
    history = (NativeEntry(5, "alice", {"state": ((), (Value(status, f"State {status}"),))}),)
    comments = (NativeComment(6, "bob", "agent", public=True), NativeComment(7, "us", "system", False, ("a.b#1 x",)))
    made = {"fields": fields, "history": history, "comments": comments, "written": {"u_due": "x", "u_status": None}}
    return NativeTicket(identity, f"INC{identity}", 1, updated, **(made | given))  # type: ignore[arg-type]


def save(state: State, *found: NativeTicket, run: int = 1, gone: tuple[str, ...] = ()) -> int:
    with state.begin() as transaction:
        tickets.lose(Transaction(transaction, "snow"), gone)
        return kept(Transaction(transaction, "snow"), *found, run=run)


def kept(transaction: Transaction, *found: NativeTicket, run: int = 1) -> int:
    """Keep tickets within a transaction, as a page of a run has them; return how many are new or differ."""
    before = tickets.stored(transaction, [native.id for native in found])
    return tickets.save(transaction, map(encode, found), before, run, NOW)


def known(transaction: sa.Connection, connection: str = "snow") -> int:
    """Return how many tickets of a connection are known."""
    rows = transaction.execute(sa.select(schema.ticket.c.id).where(schema.ticket.c.connection == connection))
    return len(rows.all())


def pending(state: State) -> list[str]:
    with state.begin() as transaction:
        return [known.native.id for known in tickets.pending(Transaction(transaction, "snow"), "", 10_000).known]


def judge(state: State, *ids: str, is_open: bool = True, next_change_at: int | None = None) -> None:
    with state.begin() as transaction:
        stopped_at = None if is_open else 1
        results = [result(stopped_at=stopped_at, next_change_at=next_change_at, due_at=None)]
        found = [Evaluated(identity, results) for identity in ids]
        tickets.evaluated(Transaction(transaction, "snow"), 100, found)
        tickets.settle(Transaction(transaction, "snow"), ids)
