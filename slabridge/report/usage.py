"""Who used the time: counted time that lies in a period, per holder, ticket and promise beneath (docs/chain.md)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from sla_engine import Calendar, Result
from sla_engine.attribution import Segment
from sla_engine.chain.hours import Hours
from sla_engine.chain.outcome import ChainSegment


@dataclass(slots=True)
class Used:
    """Counted time in ms, and what it divides into, as the shares of docs/chain.md."""

    covered: int = 0
    closed: int = 0
    paused: int = 0
    uncovered: int = 0

    def plus(self, other: "Used") -> None:
        """Add another."""
        self.covered += other.covered
        self.closed += other.closed
        self.paused += other.paused
        self.uncovered += other.uncovered

    @property
    def all(self) -> int:
        """All of it."""
        return self.covered + self.closed + self.paused + self.uncovered


Whose = tuple[str, str, str]
"""An agreement above, the holder ("" is nobody), and the promise beneath as agreement.objective ("" is none)."""
OfTicket = tuple[str, str, str]
"""A ticket's source, key and id."""


class Usage:
    """Adds up who used the time of a period [start, end), ms UTC."""

    def __init__(self, start: int, end: int, calendars: Mapping[str, Calendar]) -> None:
        self._start, self._end = start, end
        self._calendars = calendars
        self._hours = Hours(calendars)
        self.used: dict[Whose, Used] = {}
        self.by_ticket: dict[Whose, dict[OfTicket, Used]] = {}

    def add(self, results: Iterable[Result]) -> None:
        """Add cycles that were evaluated with their segments, or their chain; excluded ones are left out."""
        for result in results:
            ticket = (result.source, result.ticket, result.id)
            segments: Iterable[Segment | ChainSegment] = result.segments
            if result.chain is not None:
                segments = result.chain.segments
            for segment in () if result.excluded else segments:
                if segment.mode == "counted" and segment.end > self._start and segment.start < self._end:
                    self._add(result, ticket, segment)

    def _add(self, result: Result, ticket: OfTicket, segment: Segment | ChainSegment) -> None:
        worked, covered, cover = segment.worked, 0, None
        if isinstance(segment, ChainSegment):
            cover, covered = segment.cover, segment.covered
        if segment.start < self._start or segment.end > self._end:
            worked, covered = self._within(result, segment)
        promise = "" if cover is None else f"{cover.agreement}.{cover.objective}"
        whose = (result.agreement, segment.holder or "", promise)
        of_tickets = self.by_ticket.setdefault(whose, {})
        for used in (self.used.setdefault(whose, Used()), of_tickets.setdefault(ticket, Used())):
            if cover is None:
                used.uncovered += worked
            elif isinstance(segment, ChainSegment) and not segment.cover_runs:
                used.paused += worked
            else:
                used.covered += covered
                used.closed += worked - covered

    def _within(self, result: Result, segment: Segment | ChainSegment) -> tuple[int, int]:
        """Return the working time of the part that lies in the period, and what of it its promise beneath covers."""
        start = np.array([max(segment.start, self._start)], np.int64)
        end = np.array([min(segment.end, self._end)], np.int64)
        worked = int(self._calendars[result.calendar].elapsed(start, end)[0])
        if isinstance(segment, Segment) or segment.cover is None or not segment.cover_runs:
            return worked, 0
        return worked, int(self._hours.shared(result.calendar, frozenset([segment.cover.calendar]), start, end)[0])
