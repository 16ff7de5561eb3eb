"""Quarantining: tickets that could not be read, judged or written, so that the others go on."""

from collections.abc import Sequence
from dataclasses import replace

import structlog

from slabridge.run.context import Context
from slabridge.state import Transaction, quarantine
from slabridge.state.quarantine import Quarantined

log = structlog.get_logger("slabridge.run")


def put_in_quarantine(transaction: Transaction, context: Context, items: Sequence[Quarantined]) -> None:
    """Put tickets into quarantine, count them, and say why."""
    if not items:
        return
    items = [replace(item, reason=context.people.text(item.reason)) for item in items]
    quarantine.put(transaction, items, context.as_of)
    context.quarantined.update(item.id for item in items)
    context.tally.newly_quarantined += len(items)
    for item in items:
        log.error("quarantined", connection=context.name, ticket=item.key, reason=item.reason)
