"""The tickets that wait to be judged, a batch at a time."""

import structlog

from slabridge.run.context import Context
from slabridge.run.reading import read
from slabridge.state import tickets
from slabridge.ticket.known import Known

log = structlog.get_logger("slabridge.run")


def pending(context: Context, after: str, limit: int) -> tuple[list[Known], str]:
    """Return the next tickets behind an id, and the last id that was looked at: "" where there was none.

    A ticket whose stored form is damaged is read anew from its tool first.
    """
    with context.state.begin() as transaction:
        waiting = tickets.pending(transaction, after, limit)
    if not waiting.damaged:
        return waiting.known, waiting.last
    log.warning("damaged tickets are read anew", connection=context.name, tickets=len(waiting.damaged))
    read(context, waiting.damaged)
    with context.state.begin() as transaction:
        anew = tickets.load(transaction, waiting.damaged)
    return [*waiting.known, *anew], waiting.last
