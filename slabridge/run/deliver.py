"""The step that sends messages: what was noted, by address, when its time has come (docs/notifications.md)."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

import sqlalchemy as sa
import structlog

from sla_engine.instant import HOUR, MINUTE
from slabridge import __version__
from slabridge.config import Config, Connection
from slabridge.config.notify.receiver import Receiver
from slabridge.run.bug import kind_of, places_of
from slabridge.run.context import Run
from slabridge.run.counted import note_counted
from slabridge.run.moot import NO_ADDRESS, NO_TICKET, SUPERSEDED, Moot, moot, superseded
from slabridge.run.noting import root_cause_of
from slabridge.run.tally import Messages
from slabridge.state import Busy, State, StateError, Transaction, lease, notifications, results, tickets
from slabridge.text.language import Language
from slabridge.text.said import Said, said
from slabridge.ticket.known import Known
from slabridge.ticket.mapping import Mapper
from slabridge.ticket.notification import DROPPED, ROOT_CAUSE, SENDING, SENT, UNCLEAR, WAITING, Notification

log = structlog.get_logger("slabridge.run")

_NAMED = 3
"""Tickets that a title names."""

_LOGGED = 10
"""Tickets that a line of the log names."""

TOGETHER = 50
"""Steps told in one message: tools refuse, and people do not read, longer ones."""


class Outcome(StrEnum):
    """What became of a message: it was taken; it certainly was not; nobody knows."""

    SENT = "sent"
    NOT_SENT = "not sent"
    UNCLEAR = "unclear"


Send = Callable[[str, str, str], tuple[Outcome, str]]
"""Sends a title and a text to an address, by what the state calls it; returns the outcome, and why it is not sent."""


def deliver(this: Run, state: State, send: Send, now: int) -> Messages:
    """Send what is due by `now` (ms UTC, the tools' clock); what fails is said, and fails nothing else.

    Raises:
        StateError, Busy: nothing can be kept any more.
    """
    found = Messages()
    try:
        _deliver(_Delivery(this, state, send, now, found))
    except (StateError, Busy):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, what the run did for the tickets stands
        found.bug = kind_of(error)
        log.error(  # noqa: TRY400 - a traceback shows values
            "bug", part="notifications", error=found.bug, version=__version__, places=places_of(error)
        )
    return found


@dataclass(frozen=True, slots=True)
class _Delivery:
    """What is sent in one run: how, by when, and what came of it."""

    this: Run
    state: State
    send: Send
    now: int
    found: Messages

    @property
    def config(self) -> Config:
        return self.this.config

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        with self.state.begin() as sql:
            yield sql
            if self.this.number:
                lease.renew(sql)


def _deliver(delivery: _Delivery) -> None:
    found = delivery.found
    with delivery.begin() as sql:
        interrupted = notifications.interrupted(sql)
        notifications.became(sql, interrupted, UNCLEAR, reason="the run that sent it was killed")
        notifications.outlived(sql, delivery.now - delivery.config.post_within)
        note_counted(sql, delivery.config, delivery.now)
        due = _due(delivery, sql)
    found.unclear += len(interrupted)
    for receiver, address, rows in due:
        _send_all(delivery, receiver, address, rows)
    with delivery.begin() as sql:
        waiting = notifications.waiting(sql)
    found.next_at = _next(delivery, waiting)
    found.deferred = sum(row.attempts > 0 for row in waiting) + found.deferred
    if found.unclear:
        log.error("messages unclear", steps=found.unclear, remedy="`slabridge status` names the receivers")


def _send_all(delivery: _Delivery, receiver: Receiver, address: str, rows: Sequence[Notification]) -> None:
    """Send what is due to an address, some steps at a time, until it takes no more or the run has to end."""
    found, halt = delivery.found, delivery.this.halt
    for start in range(0, len(rows), TOGETHER):
        left = rows[start:]
        if halt.stopping() or halt.left() <= 0:
            found.deferred += len(left)
            return
        outcome, reason = _send(delivery, receiver, address, left[:TOGETHER])
        if outcome is Outcome.NOT_SENT:
            with delivery.begin() as sql:
                for attempts, group in groupby(sorted(left, key=_attempts), key=_attempts):
                    again = delivery.now + min(MINUTE << min(attempts, 6), HOUR)
                    tried = {"reason": reason, "attempts": attempts + 1, "not_before": again}
                    notifications.became(sql, list(group), WAITING, **tried)
            return


def _attempts(row: Notification) -> int:
    return row.attempts


def _send(delivery: _Delivery, receiver: Receiver, address: str, rows: Sequence[Notification]) -> tuple[Outcome, str]:
    found, now = delivery.found, delivery.now
    with delivery.begin() as sql:
        notifications.became(sql, [row for row in rows if row.tried_at is None], SENDING, tried_at=now)
        notifications.became(sql, rows, SENDING, sent_at=now)
    outcome, reason = delivery.send(address, *_text(rows, receiver.language))
    if outcome is Outcome.SENT:
        with delivery.begin() as sql:
            notifications.became(sql, rows, SENT, reason="")
        found.sent, found.steps = found.sent + 1, found.steps + len(rows)
        return outcome, reason
    log.warning("message not sent", receiver=address, steps=len(rows), reason=reason, tickets=_named(rows))
    if outcome is Outcome.UNCLEAR:
        with delivery.begin() as sql:
            notifications.became(sql, rows, UNCLEAR, reason=reason)
        found.unclear += len(rows)
    return outcome, reason


def _due(delivery: _Delivery, sql: sa.Connection) -> list[tuple[Receiver, str, list[Notification]]]:
    """Return what is to be sent now, by address; what is over is let go, and what was tried for too long given up."""
    config, now = delivery.config, delivery.now
    waiting = []
    over: dict[Moot, list[Notification]] = {}
    lost: list[Notification] = []
    for row, why in _looked_at(config, sql, notifications.waiting(sql), now):
        if why is not None:
            over.setdefault(why, []).append(row)
        elif row.tried_at is not None and row.tried_at + config.post_within <= now:
            lost.append(row)
        else:
            waiting.append(row)
    over[SUPERSEDED] = [*superseded(waiting)]
    passed = {id(row) for row in over[SUPERSEDED]}
    waiting = [row for row in waiting if id(row) not in passed]
    for why, rows in over.items():
        if why.again:
            notifications.forget(sql, rows)
        else:
            notifications.became(sql, rows, DROPPED, reason=why.reason)
    notifications.became(sql, lost, DROPPED)  # with the reason why it was last not sent
    delivery.found.lost += len(lost)
    if lost:
        log.error(
            "messages given up",
            steps=len(lost),
            receivers=", ".join(sorted({row.receiver for row in lost})),
            tickets=_named(lost),
        )
    due = []
    for address, group in groupby(sorted(waiting, key=lambda row: row.receiver), key=lambda row: row.receiver):
        receiver, rows = config.receivers[address.partition("/")[0]], list(group)
        if _is_time(delivery, receiver, rows):
            due.append((receiver, address, sorted(rows, key=lambda row: not row.urgent)))
    return due


def _looked_at(
    config: Config, sql: sa.Connection, every: Sequence[Notification], now: int
) -> Iterator[tuple[Notification, Moot | None]]:
    """Yield those whose time has come, each with why it need not be told, if so; and those for nobody."""
    addresses = {address for one in config.receivers.values() for address in one.addresses}
    rows = [row for row in every if (row.not_before or 0) <= now or row.receiver not in addresses]
    connections = {one.name: one for one in config.connections}
    for connection, group in groupby(sorted(rows, key=lambda row: row.connection), key=lambda row: row.connection):
        mine = list(group)
        here = Transaction(sql, connection)
        gone = tickets.gone(here, {row.ticket for row in mine})
        came_to = results.of(here, {row.ticket: row.key for row in mine if row.ticket})
        known = {one.id: one for one in tickets.readable(here, {row.ticket for row in mine if row.step == ROOT_CAUSE})}
        for row in mine:
            if row.receiver not in addresses:
                yield row, NO_ADDRESS
            elif not row.ticket:
                yield row, None
            elif row.ticket in gone or connection not in connections:
                yield row, NO_TICKET
            else:
                held = _delivered(config, connections[connection], row, known.get(row.ticket))
                yield row, moot(config, row, came_to.get(row.ticket, ()), held)


def _delivered(config: Config, connection: Connection, row: Notification, known: Known | None) -> Sequence[str]:
    """Return what the field holds now that says when the root cause analysis was delivered, as reports read it."""
    rca = root_cause_of(config, row.agreement)
    if known is None or rca is None or rca.delivered is None:
        return ()
    return Mapper(connection).ticket(known.native).fields.get(rca.delivered, ())


def _next(delivery: _Delivery, waiting: Sequence[Notification]) -> int | None:
    """Return when something that waits may be sent, if nothing else happens."""
    receivers, calendars, now = delivery.config.receivers, delivery.this.engine.calendars, delivery.now
    found = []
    for row in waiting:
        receiver = receivers.get(row.receiver.partition("/")[0])
        if receiver is None:  # it is dropped when its time comes
            continue
        at = max(row.not_before or 0, row.noted_at + (0 if row.urgent else receiver.every))
        found.append(at if receiver.only is None else calendars[receiver.only].opens(max(at, now)))
    return min(found, default=None)


def _is_time(delivery: _Delivery, receiver: Receiver, rows: Sequence[Notification]) -> bool:
    """Return whether a message goes out now: something is urgent, or the oldest has waited for others long enough."""
    now = delivery.now
    if receiver.only is not None and delivery.this.engine.calendars[receiver.only].opens(now) > now:
        return False
    return any(row.urgent for row in rows) or min(row.noted_at for row in rows) + receiver.every <= now


def _text(rows: Sequence[Notification], language: str) -> tuple[str, str]:
    """Return the title and the text of a message: the first line of its only step, or its tickets, late ones first."""
    shown = Language(language)
    body = "\n\n".join(row.body for row in rows)
    names = _keys(rows)
    if len(rows) == 1 or not names:
        return body.partition("\n")[0], body
    breached = [name for name in names if any(row.urgent and row.key == name for row in rows)]
    first = (breached or names)[:_NAMED]
    more = len(names) - len(first)
    text: Said | str = ", ".join(first)
    if breached:
        text = said("Breached: %(tickets)s", tickets=text)
    return shown.tell(said("%(tickets)s and %(more)s more", tickets=text, more=more) if more else text), body


def _keys(rows: Sequence[Notification]) -> list[str]:
    return list(dict.fromkeys(row.key for row in rows if row.key))


def _named(rows: Sequence[Notification]) -> str:
    """Return the tickets of messages for the log, the first of many."""
    keys = _keys(rows)
    return ", ".join(keys[:_LOGGED]) + (f" and {len(keys) - _LOGGED} more" if keys[_LOGGED:] else "")
