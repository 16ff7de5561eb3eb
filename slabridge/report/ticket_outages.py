"""Outages that tickets tell of: while a condition holds on one, its service is down."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from sla_engine import Calendar, Ticket
from sla_engine.condition import AllOf, Condition, fields_of
from sla_engine.derived import derived
from sla_engine.instant import parse_instant
from sla_engine.predicate import holds
from sla_engine.tabulate import tabulate
from slabridge.config.services.service import Service
from slabridge.config.services.sources import TicketSource
from slabridge.report.outage import Outage

_TICKETS = "tickets"
"""The source of these outages."""


def fields_asked(source: TicketSource, scope: Condition | None) -> Collection[str]:
    """Return the fields that tell."""
    own = [name for name in (source.begin, source.end) if name]
    return fields_of(source.condition) | fields_of(scope) | frozenset(own)


def outages_of(
    tickets: Sequence[Ticket], as_of: int, service: Service, source: TicketSource, calendars: Mapping[str, Calendar]
) -> Iterator[Outage]:
    """Yield an outage for each unbroken stretch in which the condition holds on a ticket of the service.

    Fields that say when it began or ended win, where they hold an instant.
    """
    scope = service.scope
    fields = fields_asked(source, scope)
    table, _ = tabulate(tickets, fields)
    table = derived(table.until(as_of), fields, calendars)
    condition = source.condition if scope is None else AllOf((scope, source.condition))
    on = holds(condition, table)
    for place, (begin, end) in enumerate(pairwise(table.first.tolist())):
        mine = on[begin:end]
        if not mine.any():
            continue
        at = table.at[begin:end]
        turns = np.flatnonzero(np.diff(mine.astype(np.int8), prepend=0, append=0))
        for start, stop in zip(turns[::2].tolist(), turns[1::2].tolist(), strict=True):
            ticket = tickets[place]
            until = int(at[stop]) if stop < len(at) else None
            begun = _said(ticket, source.begin)
            ended = _said(ticket, source.end)
            yield Outage(
                service=service.name,
                start=int(at[start]) if begun is None else begun,
                end=until if ended is None else ended,
                cause=ticket.key,
                ref=f"{ticket.source}/{ticket.id}#{start}",
                source=_TICKETS,
            )


def told_by(outage: Outage) -> tuple[str, str] | None:
    """Return source and id of the ticket that told of an outage; None where none did."""
    source, _, id_ = outage.ref.rpartition("#")[0].partition("/")
    return (source, id_) if outage.source == _TICKETS else None


def _said(ticket: Ticket, field: str | None) -> int | None:
    values = ticket.fields.get(field, ()) if field else ()
    if len(values) != 1:
        return None
    try:
        return parse_instant(values[0])
    except ValueError:
        return None
