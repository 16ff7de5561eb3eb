"""Laying tickets out as a table, and noticing what is wrong with their histories (docs/tickets.md)."""

from collections.abc import Iterable
from operator import attrgetter

import numpy as np

from sla_engine.layout import Layout
from sla_engine.oddities import oddities_of
from sla_engine.table import Table
from sla_engine.ticket import Comment, Entry, Ticket

Warned = list[tuple[int, str]]
"""Data warnings as (position of the ticket, text), each kind once per ticket."""


def tabulate(tickets: Iterable[Ticket], fields: Iterable[str]) -> tuple[Table, Warned]:
    """Lay tickets out as a table with these fields; return also what is wrong with their histories."""
    layout, at = Layout(fields), list[int]()
    warned: Warned = []
    for position, ticket in enumerate(tickets):
        instants, fine = add(layout, ticket)
        at += instants
        if not fine:
            warned += ((position, text) for text in oddities_of(ticket))
    return layout.table(np.array(at, np.int64)), warned


def add(layout: Layout, ticket: Ticket) -> tuple[list[int], bool]:
    """Add a ticket to what is laid out; return its rows' instants, ms UTC, and whether nothing is odd about it."""
    happened: list[Entry | Comment] = [*ticket.history, *ticket.comments]  # at one instant in this order
    happened.sort(key=_AT)
    created = ticket.created
    early = bool(happened) and happened[0].at < created
    if early:
        happened = [*ticket.history, *ticket.comments]
        happened.sort(key=lambda item: max(item.at, created))
    joins = layout.add(ticket, happened)
    instants = [created, *map(_AT, happened)]
    return [max(at, created) for at in instants] if early else instants, joins and not early


_AT = attrgetter("at")
