"""Doubt: whether another state may post on the same tools (docs/promises.md, "What is posted")."""

from collections.abc import Iterable, Sequence

import structlog

from connectors.interface import NativeTicket
from sla_engine import Result
from slabridge.run.actions import Terms
from slabridge.ticket.known import Known

log = structlog.get_logger("slabridge.run")


def in_doubt(judged: Iterable[tuple[Known, Sequence[Result]]], terms: Terms) -> bool:
    """Return whether comments of ours may stand on tickets that this state knows nothing of.

    It may be so until a run of this state was complete, and where one of ours is younger than the last such run.
    """
    last = terms.last_run
    return last is None or any(
        comment.marker is not None and comment.at >= last for known, _ in judged for comment in known.native.comments
    )


def report_twice_posted(connection: str, ticket: NativeTicket) -> None:
    """Say which keys of ours stand on a ticket more than once, where the tool does not let us delete one."""
    markers = [comment.marker for comment in ticket.comments if comment.marker is not None and not comment.id]
    for marker in sorted({one for one in markers if markers.count(one) > 1}):
        reason = "delete the later one by hand"
        log.warning("comment posted twice", connection=connection, ticket=ticket.key, key=marker, reason=reason)
