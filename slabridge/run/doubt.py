"""Doubt: whether another state may post on the same tools (docs/promises.md, "What is posted")."""

from collections import Counter
from collections.abc import Iterable, Sequence

import structlog

from connectors.interface import NativeTicket
from sla_engine import Result
from slabridge.run.comments import doubles_of
from slabridge.run.terms import Terms
from slabridge.ticket.known import Known

log = structlog.get_logger("slabridge.run")


def in_doubt(judged: Iterable[tuple[Known, Sequence[Result]]], terms: Terms) -> bool:
    """Return whether comments of ours may stand on tickets that this state knows nothing of.

    It may be so until a run of this state was complete, and where one of ours is younger than the last such run.
    """
    last = terms.last_run
    return last is None or any(
        comment.markers and comment.at >= last for known, _ in judged for comment in known.native.comments
    )


def report_twice_posted(connection: str, ticket: NativeTicket) -> None:
    """Say which keys of ours stand on a ticket more than once, where we delete no comment for it."""
    ours = [one for one in ticket.comments if one.markers]
    if not ours:
        return
    doubles = doubles_of(ours)
    twice = {marker: "delete the later one by hand" for one in doubles if not one.id for marker in one.markers}
    left = Counter(marker for one in ours if one not in doubles for marker in one.markers)
    twice |= {key: "it stands in a comment with others, which stays" for key, count in left.items() if count > 1}
    for marker, reason in sorted(twice.items()):
        log.warning("comment posted twice", connection=connection, ticket=ticket.key, key=marker, reason=reason)
