"""The step that sends messages: what was noted, by address, when its time has come (docs/notifications.md)."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

import sqlalchemy as sa
import structlog

from sla_engine import Result
from sla_engine.instant import HOUR, MINUTE
from slabridge import __version__
from slabridge.config import Config
from slabridge.config.notify.receiver import Receiver
from slabridge.run.bug import kind_of, places_of
from slabridge.run.context import Run
from slabridge.run.counted import note_counted
from slabridge.run.ladder import applies, holds
from slabridge.run.noting import ROOT_CAUSE, root_cause_of
from slabridge.run.tally import Messages
from slabridge.state import Busy, State, StateError, Transaction, lease, notifications, results, tickets
from slabridge.text.language import Language
from slabridge.text.said import said
from slabridge.ticket.notification import DROPPED, SENDING, SENT, UNCLEAR, WAITING, Notification

log = structlog.get_logger("slabridge.run")

_NAMED = 3
"""Tickets that a title names."""

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
        for start in range(0, len(rows), TOGETHER):
            if delivery.this.halt.stopping():
                return
            _send(delivery, receiver, address, rows[start : start + TOGETHER])
    with delivery.begin() as sql:
        found.next_at = _next(delivery, notifications.waiting(sql))
    if found.unclear:
        log.error("messages unclear", steps=found.unclear, remedy="`slabridge status` names the receivers")


def _send(delivery: _Delivery, receiver: Receiver, address: str, rows: Sequence[Notification]) -> None:
    found, now = delivery.found, delivery.now
    with delivery.begin() as sql:
        notifications.became(sql, rows, SENDING, sent_at=now)
    outcome, reason = delivery.send(address, *_text(rows, receiver.language))
    with delivery.begin() as sql:
        match outcome:
            case Outcome.SENT:
                notifications.became(sql, rows, SENT, reason="")
                found.sent, found.steps = found.sent + 1, found.steps + len(rows)
            case Outcome.UNCLEAR:
                notifications.became(sql, rows, UNCLEAR, reason=reason)
                found.unclear += len(rows)
            case Outcome.NOT_SENT:
                for row in rows:
                    again = now + min(MINUTE << min(row.attempts, 6), HOUR)
                    tried = row.attempts + 1
                    notifications.became(sql, [row], WAITING, reason=reason, attempts=tried, not_before=again)
                found.deferred += len(rows)
    if outcome is not Outcome.SENT:
        log.warning("message not sent", receiver=address, steps=len(rows), reason=reason)


def _due(delivery: _Delivery, sql: sa.Connection) -> list[tuple[Receiver, str, list[Notification]]]:
    """Return what is to be sent now, by address; what is over is dropped, and what was tried for too long given up."""
    config, now = delivery.config, delivery.now
    waiting = [row for row in notifications.waiting(sql) if (row.not_before or 0) <= now]
    for reason, rows in _over(config, sql, waiting):
        notifications.became(sql, rows, DROPPED, reason=reason)
        waiting = [row for row in waiting if row not in rows]
    lost = [row for row in waiting if row.attempts and row.noted_at + config.post_within <= now]
    notifications.became(sql, lost, DROPPED)  # with the reason why it was last not sent
    delivery.found.lost += len(lost)
    if lost:
        log.error("messages given up", steps=len(lost), receivers=", ".join(sorted({row.receiver for row in lost})))
    left = sorted((row for row in waiting if row not in lost), key=lambda row: row.receiver)
    due = []
    for address, group in groupby(left, key=lambda row: row.receiver):
        receiver, rows = config.receivers[address.partition("/")[0]], list(group)
        if _is_time(delivery, receiver, rows):
            due.append((receiver, address, sorted(rows, key=lambda row: not row.urgent)))
    return due


def _next(delivery: _Delivery, waiting: Sequence[Notification]) -> int | None:
    """Return when something that waits may be sent, if nothing else happens."""
    receivers, calendars = delivery.config.receivers, delivery.this.engine.calendars
    found = []
    for row in waiting:
        receiver = receivers.get(row.receiver.partition("/")[0])
        if receiver is None:  # it is dropped when its time comes
            continue
        at = max(row.not_before or 0, row.noted_at + (0 if row.urgent else receiver.every))
        found.append(at if receiver.only is None else calendars[receiver.only].opens(at))
    return min(found, default=None)


def _is_time(delivery: _Delivery, receiver: Receiver, rows: Sequence[Notification]) -> bool:
    """Return whether a message goes out now: something is urgent, or the oldest has waited for others long enough."""
    now = delivery.now
    if receiver.only is not None and delivery.this.engine.calendars[receiver.only].opens(now) > now:
        return False
    return any(row.urgent for row in rows) or min(row.noted_at for row in rows) + receiver.every <= now


def _over(
    config: Config, sql: sa.Connection, waiting: Sequence[Notification]
) -> Iterator[tuple[str, list[Notification]]]:
    """Yield what need not be told any more, by the reason why."""
    addresses = {address for one in config.receivers.values() for address in one.addresses}
    over: dict[str, list[Notification]] = {}
    for row in waiting:
        if row.receiver not in addresses:
            over.setdefault("the file names no such address any more", []).append(row)
    for connection in {row.connection for row in waiting if row.connection}:
        mine = [row for row in waiting if row.connection == connection and row.receiver in addresses]
        here = Transaction(sql, connection)
        gone = tickets.gone(here, {row.ticket for row in mine})
        came_to = results.of(here, {row.ticket: row.key for row in mine})
        for row in mine:
            moot = _moot(config, row, came_to.get(row.ticket, ()))
            reason = "the ticket is gone, or hidden from us" if row.ticket in gone else moot
            if reason:
                over.setdefault(reason, []).append(row)
    yield from over.items()


def _moot(config: Config, row: Notification, every: Sequence[Result]) -> str:
    """Return why a step is not told, by what its ticket has come to meanwhile; "" where it is."""
    place = (row.agreement, row.objective, row.cycle)
    result = next((one for one in every if (one.agreement, one.objective, one.cycle) == place), None)
    if result is None or result.stage == "cancelled" or result.excluded:
        return "the cycle counts no more"
    if row.step == ROOT_CAUSE:
        rca = root_cause_of(config, row.agreement)
        held = () if rca is None or rca.delivered is None else result.dimensions.get(rca.delivered, ())
        return "the analysis was delivered, or is not owed any more" if held or rca is None else ""
    if result.stopped_at is not None and not (row.urgent and result.breached):
        return "it was solved before it was sent"
    rules = [rule for rule in config.notify if applies(rule, result)]
    if all(rule.silence is not None and holds(rule.silence, result) for rule in rules):
        return "silenced, as the rule says" if rules else "no rule tells of it any more"
    return "" if row.urgent or not _is_inhibited(result, every) else "an SLA of the same ticket is breached"


def _is_inhibited(result: Result, every: Sequence[Result]) -> bool:
    """Return whether a warning of an OLA or UC says less than what is known: an SLA of the same ticket is breached."""
    return result.kind != "sla" and any(
        one.kind == "sla" and one.breached and one.stopped_at is None and not one.excluded for one in every
    )


def _text(rows: Sequence[Notification], language: str) -> tuple[str, str]:
    """Return the title and the text of a message."""
    shown = Language(language)
    body = "\n\n".join(row.body for row in rows)
    if len(rows) == 1:
        return body.partition("\n")[0], body
    names = list(dict.fromkeys(row.key or row.agreement or row.step for row in rows))
    named = ", ".join(names[:_NAMED])
    text = said("%(tickets)s and %(more)s more", tickets=named, more=len(names) - _NAMED) if names[_NAMED:] else named
    return shown.tell(said("Breached: %(tickets)s", tickets=text) if rows[0].urgent else text), body
