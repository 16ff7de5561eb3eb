"""The outbox: every comment is committed here before its call, so that no crash can make us post it twice.

It has a row for each marker of a comment, and those of one comment are committed together. A row is `sending` from
before the call until its outcome is known. Found `sending` by a later run, it is unclear: the ticket is read, and where
our marker is on it the row becomes `posted`, else `lost`, which may be posted again. One that waits is `held`.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from connectors.interface import CommentWrite
from slabridge.state.database import upsert
from slabridge.state.schema import outbox
from slabridge.state.schema import ticket as ticket_table
from slabridge.state.transaction import Transaction, in_parts
from slabridge.ticket.posted import Posted

SENDING, POSTED, REFUSED, LOST, HELD = STATES = ("sending", "posted", "refused", "lost", "held")


def sending(transaction: Transaction, comments: Iterable[CommentWrite], now: int, run: int | None = None) -> None:
    """Commit to sending these comments, in a run; `now` is the tool's clock."""
    found = [
        row | {"body": comment.body, "state": SENDING, "sent_at": now, "run": run}
        for comment in comments
        for row in _rows(transaction, comment)
    ]
    upsert(transaction.sql, outbox, found)


def hold(
    transaction: Transaction, tickets: Collection[str], planned: Collection[tuple[CommentWrite, int | None]], as_of: int
) -> None:
    """Keep which of the comments planned for these tickets are held, each until an instant (the tool's clock).

    What is planned no more falls away. A transition keeps since when it waits, also while it is due and not sent yet.
    Its text is written when it is posted.
    """
    wanted = {(comment.id, marker) for comment, _ in planned for marker in comment.markers}
    for part in in_parts(tickets):
        held = (transaction.owns(outbox), outbox.c.state == HELD, outbox.c.ticket.in_(part))
        for ticket, marker in transaction.sql.execute(sa.select(outbox.c.ticket, outbox.c.marker).where(*held)).all():
            if (ticket, marker) not in wanted:
                transaction.sql.execute(sa.delete(outbox).where(*_is(transaction, ticket, [marker])))
    rows = [
        row | {"body": "", "state": HELD, "sent_at": as_of, "not_before": until}
        for comment, until in planned
        if until is not None
        for row in _rows(transaction, comment)
    ]
    upsert(transaction.sql, outbox, rows)
    if rows:
        new = (transaction.owns(outbox), outbox.c.state == HELD, outbox.c.held_at.is_(None))
        transaction.sql.execute(sa.update(outbox).where(*new).values(held_at=as_of))


def waiting(transaction: Transaction) -> list[str]:
    """Return the ids of tickets on which something is held, and that nothing else has to be done for."""
    held = sa.select(outbox.c.ticket).where(transaction.owns(outbox), outbox.c.state == HELD)
    quiet = (transaction.owns(ticket_table), ~ticket_table.c.pending, ~ticket_table.c.gone)
    statement = sa.select(ticket_table.c.id).where(*quiet, ticket_table.c.id.in_(held))
    return list(transaction.sql.scalars(statement.order_by(ticket_table.c.id)))


def held_since(transaction: Transaction) -> int | None:
    """Return since when (the tool's clock of whoever holds it) what has waited longest waits, on any connection."""
    oldest = sa.select(sa.func.min(outbox.c.held_at)).where(outbox.c.state == HELD)
    found: int | None = transaction.sql.scalar(oldest)
    return found


def forget_gone(transaction: Transaction) -> None:
    """Forget what is held on tickets that are gone."""
    gone = sa.select(ticket_table.c.id).where(transaction.owns(ticket_table), ticket_table.c.gone)
    held = (transaction.owns(outbox), outbox.c.state == HELD)
    transaction.sql.execute(sa.delete(outbox).where(*held, outbox.c.ticket.in_(gone)))


def still_sending(transaction: Transaction, since: int, now: int) -> None:
    """Record that those of this run, which began at `since`, are sent no earlier than `now`."""
    transaction.sql.execute(
        sa.update(outbox)
        .where(transaction.owns(outbox), outbox.c.state == SENDING, outbox.c.sent_at >= since)
        .values(sent_at=now)
    )


def became(transaction: Transaction, ticket: str, markers: Collection[str], state: str, reason: str = "") -> None:
    """Record what became of a comment."""
    statement = sa.update(outbox).where(*_is(transaction, ticket, markers))
    transaction.sql.execute(statement.values(state=state, reason=reason))


def unclear(transaction: Transaction, sent_before: int) -> dict[str, set[str]]:
    """Return the markers of comments sent before an instant (the tool's clock) of unknown outcome, by ticket."""
    sent = (transaction.owns(outbox), outbox.c.state == SENDING, outbox.c.sent_at <= sent_before)
    found: dict[str, set[str]] = {}
    for ticket, marker in transaction.sql.execute(sa.select(outbox.c.ticket, outbox.c.marker).where(*sent)):
        found.setdefault(ticket, set()).add(marker)
    return found


def posted(transaction: Transaction, tickets: Collection[str]) -> dict[str, Posted]:
    """Return what is posted, refused or under way, and what waits, by ticket; those without are left out."""
    columns = (outbox.c.ticket, outbox.c.marker, outbox.c.state, outbox.c.sent_at, outbox.c.held_at)
    rows: dict[str, list[sa.Row[*tuple[Any, ...]]]] = {}
    for part in in_parts(tickets):
        statement = sa.select(*columns).where(transaction.owns(outbox), outbox.c.ticket.in_(part))
        for row in transaction.sql.execute(statement):
            rows.setdefault(row.ticket, []).append(row)
    return {ticket: _posted(found) for ticket, found in rows.items()}


def _posted(rows: Iterable[sa.Row[*tuple[Any, ...]]]) -> Posted:
    markers, sent, held = set[str](), list[int](), dict[str, int]()
    for row in rows:
        if row.state not in {HELD, LOST}:
            markers.add(row.marker)
        elif row.held_at is not None:
            held[row.marker] = row.held_at
        if row.state in {SENDING, POSTED}:
            sent.append(row.sent_at)
    return Posted(frozenset(markers), max(sent, default=None), held)


def posted_in(transaction: Transaction, run: int) -> list[CommentWrite]:
    """Return the comments that a run posted, by ticket: of each the ticket, its key, the markers and the text."""
    of_run = (transaction.owns(outbox), outbox.c.run == run, outbox.c.state == POSTED)
    rows = transaction.sql.execute(sa.select(outbox).where(*of_run).order_by(outbox.c.ticket, outbox.c.marker))
    found: dict[tuple[str, str, str, bool], list[str]] = {}
    for row in rows:
        found.setdefault((row.ticket, row.key, row.body, row.internal), []).append(row.marker)
    return [
        CommentWrite(id_, key, tuple(markers), body, internal) for (id_, key, body, internal), markers in found.items()
    ]


def _is(transaction: Transaction, ticket: str, markers: Collection[str]) -> Sequence[sa.ColumnElement[bool]]:
    return transaction.owns(outbox), outbox.c.ticket == ticket, outbox.c.marker.in_(markers)


def _rows(transaction: Transaction, comment: CommentWrite) -> list[dict[str, Any]]:
    """Return a row for each marker of a comment, but for its state."""
    return [
        {
            "connection": transaction.connection,
            "ticket": comment.id,
            "marker": marker,
            "key": comment.key,
            "internal": comment.internal,
            "reason": "",
        }
        for marker in comment.markers
    ]
