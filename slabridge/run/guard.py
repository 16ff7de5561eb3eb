"""The guard: what a changed configuration would do to very many tickets waits until somebody accepts it."""

from collections.abc import Iterable
from typing import NamedTuple

import structlog

from slabridge.run.actions import Planned, PlannedField, Reason
from slabridge.run.context import Context
from slabridge.state import configurations, connections, open_tickets
from slabridge.ticket.known import Evaluated

log = structlog.get_logger("slabridge.run")

FEW = 20
"""Tickets that may change whatever share they are."""

_OURS = {Reason.CHANGED, Reason.EMPTIED}


def _replaces(change: PlannedField) -> bool:
    """Return whether a write changes what we wrote, or is the first over what somebody else did."""
    return change.reason in _OURS or (change.reason is Reason.FIRST and change.before is not None)


def is_guarded(context: Context) -> bool:
    """Return whether tickets here are judged or written by another configuration than that last accepted."""
    with context.state.begin() as transaction:
        standing = connections.standing(transaction)
    changed = standing.accepted_by not in (None, standing.judged_by)
    return changed and context.connection.guard is not None and not context.run.accept


def holds_reverted(context: Context) -> bool:
    """Say whether the configuration is still what a run went by that was taken back; it would write the same again."""
    with context.state.begin() as transaction:
        standing = connections.standing(transaction)
        if standing.reverted is None or standing.reverted_by != standing.judged_by or context.run.accept:
            return False
        connections.hold(transaction, context.as_of)
    context.tally.reverted = standing.reverted
    log.error("held back after a revert", connection=context.name, run=standing.reverted)
    return True


class Moved(NamedTuple):
    """On how many tickets a plan changes what stands there, and how many of these have no open cycle left."""

    tickets: int = 0
    ended: int = 0


def moved(context: Context, planned: Iterable[Planned]) -> Moved:
    """Count the tickets on which a plan changes or empties what stands there, though neither history nor time did."""
    found = [
        known
        for known, actions in planned
        if context.is_unmoved(known)
        if any(_replaces(change) for action in actions for change in action.changes)
    ]
    return Moved(len(found), sum(not Evaluated(known.id, known.results).is_open for known in found))


def holds(context: Context, count: int, ended: int) -> bool:
    """Say whether so many tickets are too many; if so, nothing is written on this connection until it is accepted.

    Those whose cycles the change `ended` were among those that carry values, too.
    """
    with context.state.begin() as transaction:
        carrying = open_tickets.carrying(transaction) + ended
        guard = context.connection.guard or 0
        if count <= FEW or count * 100 <= guard * carrying:
            return False
        connections.hold(transaction, context.as_of)
        configurations.hold(transaction, count)
    context.tally.held = count
    log.error("held back", connection=context.name, tickets=count, carrying=carrying, guard=f"{guard}%")
    return True
