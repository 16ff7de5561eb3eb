"""Messages: each step is noted here, for each address, before it is sent, so that no crash sends it twice.

A row is `sending` from before the call until its outcome is known; found so by a later run, it is `unclear`, and never
sent again (docs/notifications.md, "At most once").
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

import sqlalchemy as sa

from slabridge.state.database import inserting
from slabridge.state.schema import notification
from slabridge.ticket.notification import COUNTED, DROPPED, SENDING, UNCLEAR, WAITING, Notification

_KEY = tuple(column.name for column in notification.primary_key)


class Trouble(NamedTuple):
    """Messages to an address that are in a state, how many, and why the last of them is."""

    receiver: str
    state: str
    steps: int
    reason: str


def note(sql: sa.Connection, rows: Iterable[Notification]) -> None:
    """Note steps; one that is known is left as it is."""
    found = [asdict(row) for row in rows]
    if found:
        sql.execute(inserting(sql, notification).on_conflict_do_nothing(), found)


def waiting(sql: sa.Connection) -> list[Notification]:
    """Return what waits, those noted first before the others."""
    order = (notification.c.noted_at, notification.c.connection, notification.c.key, notification.c.step)
    return _all(sql, notification.c.state == WAITING, order=order)


def outlived(sql: sa.Connection, before: int) -> None:
    """Let those go of which nobody knows, and that were sent before an instant (ms UTC): they are old news."""
    old = (notification.c.state == UNCLEAR, notification.c.sent_at < before)
    sql.execute(sa.update(notification).where(*old).values(state=DROPPED))


def counted(sql: sa.Connection, receiver: str, step: str, since: int) -> list[Notification]:
    """Return the breaches that count towards a message, since an instant (ms UTC)."""
    mine = (notification.c.state == COUNTED, notification.c.receiver == receiver, notification.c.step == step)
    return _all(sql, *mine, notification.c.noted_at >= since, order=(notification.c.noted_at,))


def became(sql: sa.Connection, rows: Collection[Notification], state: str, **values: Any) -> None:  # noqa: ANN401 - of any column
    """Record what became of messages."""
    for row in rows:
        statement = sa.update(notification).where(*_is(row))
        sql.execute(statement.values(state=state, **values))


def interrupted(sql: sa.Connection) -> list[Notification]:
    """Return what a run was sending when it was killed: nobody knows whether it arrived."""
    return _all(sql, notification.c.state == SENDING, order=(notification.c.noted_at,))


def counts(sql: sa.Connection) -> dict[tuple[str, str], int]:
    """Return how many there are, by receiver (its name in the file) and state."""
    statement = sa.select(notification.c.receiver, notification.c.state, sa.func.count()).group_by(
        notification.c.receiver, notification.c.state
    )
    found: dict[tuple[str, str], int] = {}
    for address, state, count in sql.execute(statement):
        name = (address.partition("/")[0], state)
        found[name] = found.get(name, 0) + count
    return found


def troubles(sql: sa.Connection) -> list[Trouble]:
    """Return what waits, and what is unclear, by address, with the reason of the last that has one."""
    columns = (notification.c.receiver, notification.c.state)
    statement = (
        sa.select(*columns, sa.func.count(), sa.func.max(notification.c.reason))
        .where(notification.c.state.in_([WAITING, SENDING, UNCLEAR]))
        .group_by(*columns)
        .order_by(*columns)
    )
    return [Trouble(*row) for row in sql.execute(statement)]


def _all(
    sql: sa.Connection, *conditions: sa.ColumnElement[bool], order: Sequence[sa.Column[Any]]
) -> list[Notification]:
    rows = sql.execute(sa.select(notification).where(*conditions).order_by(*order)).mappings()
    return [_read(row) for row in rows]


def _read(row: sa.RowMapping) -> Notification:
    return Notification(**{name: row[name] for name in Notification.__slots__})


def _is(row: Notification) -> list[sa.ColumnElement[bool]]:
    return [notification.c[name] == getattr(row, name) for name in _KEY]
