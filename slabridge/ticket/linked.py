"""Linked tickets of a file: only they are held in memory, so that each batch has those that its own are linked with."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sla_engine import Ticket
from slabridge.ticket.file import read_batches, read_links

Name = tuple[str, str]
"""A ticket's source and id."""


@dataclass(frozen=True, slots=True)
class Linked:
    """Tickets that are linked, by name, and the names with which each is linked, whoever states it."""

    tickets: dict[Name, Ticket] = field(default_factory=dict)
    neighbours: dict[Name, set[Name]] = field(default_factory=dict)

    def others(self, tickets: Sequence[Ticket]) -> list[Ticket]:
        """Return those that are linked with these, directly or through others, and not among them."""
        mine = {(ticket.source, ticket.id) for ticket in tickets}
        found: dict[Name, None] = {}
        ahead = [name for name in mine if name in self.neighbours]
        while ahead:
            for name in self.neighbours[ahead.pop()]:
                if name not in mine and name not in found and name in self.tickets:
                    found[name] = None
                    ahead.append(name)
        return [self.tickets[name] for name in sorted(found)]


def read_linked(path: Path) -> Linked:
    """Read a file for its linked tickets.

    Raises:
        UnreadableFile: it cannot be read.
    """
    neighbours: dict[Name, set[Name]] = defaultdict(set)
    for one, other in read_links(path):
        neighbours[one].add(other)
        neighbours[other].add(one)
    tickets: dict[Name, Ticket] = {}
    if neighbours:
        for batch in read_batches(path):
            for ticket in batch.tickets:
                name = (ticket.source, ticket.id)
                if name in neighbours:
                    tickets.setdefault(name, ticket)
    return Linked(tickets, dict(neighbours))
