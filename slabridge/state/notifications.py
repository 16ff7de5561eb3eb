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
from slabridge.ticket.notification import (
    COUNTED,
    DROPPED,
    FAILING,
    OWED,
    ROOT_CAUSE,
    SENDING,
    UNCLEAR,
    WAITING,
    Notification,
)

_KEY = tuple(column.name for column in notification.primary_key)
_IS = [notification.c[name] == sa.bindparam(f"the_{name}") for name in _KEY]
_WAITS = notification.c.state == WAITING
_STATE = sa.case(
    (_WAITS & (notification.c.attempts > 0), FAILING),
    (_WAITS & (notification.c.step == ROOT_CAUSE), OWED),
    else_=notification.c.state,
)


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


def counted(sql: sa.Connection, receiver: str, step: str) -> list[Notification]:
    """Return the breaches that count towards a message."""
    mine = (notification.c.state == COUNTED, notification.c.receiver == receiver, notification.c.step == step)
    return _all(sql, *mine, order=(notification.c.noted_at,))


def became(sql: sa.Connection, rows: Collection[Notification], state: str, **values: Any) -> None:  # noqa: ANN401 - of any column
    """Record what became of messages."""
    if rows:
        sql.execute(sa.update(notification).where(*_IS).values(state=state, **values), _keys(rows))


def forget(sql: sa.Connection, rows: Collection[Notification]) -> None:
    """Let messages be as if they had never been noted."""
    if rows:
        sql.execute(sa.delete(notification).where(*_IS), _keys(rows))


def uncount(sql: sa.Connection, receiver: str, step: str, before: int) -> None:
    """Let breaches go that count no more towards a message: those of before an instant (ms UTC)."""
    mine = (notification.c.state == COUNTED, notification.c.receiver == receiver, notification.c.step == step)
    sql.execute(sa.delete(notification).where(*mine, notification.c.noted_at < before))


def interrupted(sql: sa.Connection) -> list[Notification]:
    """Return what a run was sending when it was killed: nobody knows whether it arrived."""
    return _all(sql, notification.c.state == SENDING, order=(notification.c.noted_at,))


def counts(sql: sa.Connection) -> dict[tuple[str, str], int]:
    """Return how many there are, by receiver (its name in the file) and state; what was tried in vain is `failing`.

    A root cause analysis that is not overdue is `owed`.
    """
    statement = sa.select(notification.c.receiver, _STATE, sa.func.count()).group_by(notification.c.receiver, _STATE)
    found: dict[tuple[str, str], int] = {}
    for address, state, count in sql.execute(statement):
        name = (address.partition("/")[0], state)
        found[name] = found.get(name, 0) + count
    return found


def troubles(sql: sa.Connection) -> list[Trouble]:
    """Return what waits, and what is unclear, by address, with the reason of what was tried last."""
    mine = notification.c.state.in_([WAITING, SENDING, UNCLEAR])
    statement = sa.select(notification.c.receiver, _STATE, sa.func.count()).where(mine)
    found = []
    for address, state, count in sql.execute(statement.group_by(notification.c.receiver, _STATE)).all():
        last = sa.select(notification.c.reason).where(mine, notification.c.receiver == address, state == _STATE)
        reason = sql.scalar(
            last.order_by(sa.func.coalesce(notification.c.sent_at, notification.c.noted_at).desc()).limit(1)
        )
        found.append(Trouble(address, state, count, reason or ""))
    return sorted(one for one in found if one.state != OWED)


def _all(
    sql: sa.Connection, *conditions: sa.ColumnElement[bool], order: Sequence[sa.Column[Any]]
) -> list[Notification]:
    rows = sql.execute(sa.select(notification).where(*conditions).order_by(*order)).mappings()
    return [_read(row) for row in rows]


def _read(row: sa.RowMapping) -> Notification:
    return Notification(**{name: row[name] for name in Notification.__slots__})


def _keys(rows: Collection[Notification]) -> list[dict[str, Any]]:
    return [{f"the_{name}": getattr(row, name) for name in _KEY} for row in rows]
