"""Tickets judged as several replays move them."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from sla_engine import Ticket
from sla_engine.derived import derived
from sla_engine.table import Rows, Table
from slabridge.capacity.decided import Kept, add_decided
from slabridge.capacity.gathered import Gathered, identity_of
from slabridge.capacity.moved import Moves, moved
from slabridge.capacity.replay import Replay


class Trial:
    """Judges the tickets that were gathered as replays, by the growth in percent, move them."""

    def __init__(self, gathered: Gathered, replays: Mapping[int, Replay]) -> None:
        self._gathered = gathered
        self._replays = replays
        identities = gathered.column("identity")
        self._order = np.argsort(identities)
        self._identities = identities[self._order]
        self._rows = gathered.column("rows")
        self._copies = {
            growth: np.searchsorted(one.copies.ticket, np.arange(len(identities) + 1))
            for growth, one in replays.items()
        }
        self.kept: dict[int, dict[str, Kept]] = {growth: {} for growth in replays}

    def add(self, tickets: Sequence[Ticket]) -> None:
        """Judge tickets as every replay moves them."""
        engine, gathered = self._gathered.engine, self._gathered
        for growth, table in self.tables(tickets):
            of = derived(table, engine.fields, engine.calendars)
            add_decided(self.kept[growth], engine.judge(of, gathered.until), gathered.first)

    def tables(self, tickets: Sequence[Ticket]) -> Iterator[tuple[int, Table]]:
        """Yield the growth of each replay, and tickets as it moves them.

        One that has another history than when it was gathered stays as it is, and comes once.
        """
        table = self._gathered.table(tickets)
        known = self._known(tickets, table)
        for growth, one in self._replays.items():
            yield growth, moved(table, self._moves(known, one, self._copies[growth]), self._gathered.until)

    def _known(self, tickets: Sequence[Ticket], table: Table) -> Rows:
        """Return the number of each ticket among those gathered, -1 of one that has no visit."""
        identity = np.array([identity_of(ticket) for ticket in tickets], np.int64)
        if not len(self._identities):
            return np.full(len(tickets), -1, np.int64)
        place = np.minimum(np.searchsorted(self._identities, identity), len(self._identities) - 1)
        number = self._order[place]
        same = (self._identities[place] == identity) & (self._rows[number] == np.diff(table.first))
        return np.where(same, number, -1)

    def _moves(self, known: Rows, one: Replay, copies: Rows) -> Moves:
        """Return how these tickets are moved; one without visits comes once."""
        times = np.where(known < 0, 1, copies[known + 1] - copies[known])
        ticket = np.repeat(np.arange(len(known)), times)
        nth = np.arange(len(ticket)) - np.repeat(np.cumsum(times) - times, times)
        copy = np.where(known[ticket] < 0, -1, copies[known[ticket]] + nth)
        first = one.copies.first
        size = np.where(copy < 0, 0, first[copy + 1] - first[copy])
        begin = np.concatenate([[0], np.cumsum(size)])
        visit = np.arange(begin[-1]) + np.repeat(first[copy] - begin[:-1], size)
        of = one.copies.visit[visit]
        begins, ends, came, left = (self._gathered.column(name)[of] for name in ("begin", "end", "came", "left"))
        return Moves(ticket, begin, begins, ends, came, left, one.leaves[visit])
