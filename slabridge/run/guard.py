"""The guard: what a changed configuration would do to very many tickets waits until somebody accepts it."""

from collections.abc import Iterable
from typing import NamedTuple

import structlog

from slabridge.run.actions import Planned, Reason
from slabridge.run.context import Context
from slabridge.state import connections, tickets
from slabridge.ticket.known import Evaluated, Known

log = structlog.get_logger("slabridge.run")

FEW = 20
"""Tickets that may change whatever share they are."""

_OURS = {Reason.CHANGED, Reason.EMPTIED}


def is_guarded(context: Context) -> bool:
    """Return whether tickets here are judged or written by another configuration than that last accepted."""
    with context.state.begin() as transaction:
        standing = connections.standing(transaction)
    changed = standing.accepted_by not in (None, standing.judged_by)
    return changed and context.connection.guard is not None and not context.run.accept


def note_due(context: Context, batch: Iterable[Known]) -> None:
    """Note those of these tickets, as they were judged before, that time alone has moved."""
    for known in batch:
        if known.wake_at is not None and known.wake_at <= context.as_of:
            context.due.add(known.id)


class Moved(NamedTuple):
    """On how many tickets a plan changes or empties what we wrote, and how many of these have no open cycle left."""

    tickets: int = 0
    ended: int = 0


def moved(context: Context, planned: Iterable[Planned]) -> Moved:
    """Count the tickets that a plan changes or empties, though neither history nor time did."""
    number = context.run.number
    found = [
        known
        for known, actions in planned
        if known.changed_in != number and known.id not in context.due
        if any(change.reason in _OURS for action in actions for change in action.changes)
    ]
    return Moved(len(found), sum(not Evaluated(known.id, known.results).is_open for known in found))


def holds(context: Context, count: int, ended: int) -> bool:
    """Say whether so many tickets are too many; if so, nothing is written on this connection until it is accepted.

    Those whose cycles the change `ended` were among those that carry values, too.
    """
    with context.state.begin() as transaction:
        carrying = tickets.carrying(transaction) + ended
        guard = context.connection.guard or 0
        if count <= FEW or count * 100 <= guard * carrying:
            return False
        connections.hold(transaction, context.as_of)
    context.tally.held = count
    log.error("held back", connection=context.name, tickets=count, carrying=carrying, guard=f"{guard}%")
    return True
