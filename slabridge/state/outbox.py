"""The outbox: every comment is committed here before its call, so that no crash can make us post it twice.

A row is `sending` from before the call until its outcome is known. Found `sending` by a later run, it is unclear: the
ticket is read, and where our marker is on it the row becomes `posted`, else `lost`, which may be posted again.
"""

from collections.abc import Collection, Iterator

import sqlalchemy as sa

from connectors.interface import CommentWrite
from slabridge.state.database import upsert
from slabridge.state.schema import outbox
from slabridge.state.transaction import Transaction

SENDING, POSTED, REFUSED, LOST = "sending", "posted", "refused", "lost"


def sending(transaction: Transaction, comments: Collection[CommentWrite], now: int) -> None:
    """Commit to sending these comments; `now` is the tool's clock."""
    rows = [
        {
            "connection": transaction.connection,
            "ticket": comment.id,
            "marker": comment.marker,
            "key": comment.key,
            "body": comment.body,
            "internal": comment.internal,
            "state": SENDING,
            "reason": "",
            "sent_at": now,
        }
        for comment in comments
    ]
    upsert(transaction.sql, outbox, rows)


def still_sending(transaction: Transaction, since: int, now: int) -> None:
    """Record that those of this run, which began at `since`, are sent no earlier than `now`."""
    transaction.sql.execute(
        sa.update(outbox)
        .where(transaction.owns(outbox), outbox.c.state == SENDING, outbox.c.sent_at >= since)
        .values(sent_at=now)
    )


def became(transaction: Transaction, comment: tuple[str, str], state: str, reason: str = "") -> None:
    """Record what became of the comment (ticket, marker)."""
    ticket, marker = comment
    transaction.sql.execute(
        sa.update(outbox)
        .where(transaction.owns(outbox), outbox.c.ticket == ticket, outbox.c.marker == marker)
        .values(state=state, reason=reason)
    )


def unclear(transaction: Transaction, sent_before: int) -> list[tuple[str, str]]:
    """Return (ticket, marker) of comments sent before an instant (the tool's clock) whose outcome is not known."""
    rows = transaction.sql.execute(
        sa.select(outbox.c.ticket, outbox.c.marker)
        .where(transaction.owns(outbox), outbox.c.state == SENDING, outbox.c.sent_at <= sent_before)
        .order_by(outbox.c.ticket, outbox.c.marker)
    )
    return [(row.ticket, row.marker) for row in rows]


def posted(transaction: Transaction, tickets: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield (ticket, marker) of what is posted, refused or under way, so that it is not posted again."""
    ordered = list(tickets)
    for start in range(0, len(ordered), 500):
        rows = transaction.sql.execute(
            sa.select(outbox.c.ticket, outbox.c.marker).where(
                transaction.owns(outbox),
                outbox.c.ticket.in_(ordered[start : start + 500]),
                outbox.c.state != LOST,
            )
        )
        for row in rows:
            yield row.ticket, row.marker
