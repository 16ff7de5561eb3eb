"""What a quarter's cycles tell: how long they took, who had them for how long, and what was promised for that time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from sla_engine import Result, Ticket
from sla_engine.chain.outcome import ChainSegment
from sla_engine.ticket import Entry, Values
from slabridge.report.baseline import Taken
from slabridge.report.period import Period

Promised = tuple[str, str, int, str]
"""A promise as cycles had it: the agreement's table, the objective, the target (ms), and the calendar."""


class Visit(NamedTuple):
    """One holder's part in a cycle to a customer, in its working time (ms).

    `cover` is the promise beneath (agreement.objective) with its calendar, None where there was none; `closed` is what
    lay outside of that one's hours.
    """

    holder: str
    worked: int
    cover: tuple[str, str] | None
    closed: int


@dataclass(frozen=True, slots=True)
class Cycle:
    """A cycle to a customer that was completed in the quarter; `over` is how far beyond its target it ended, ms.

    `first` has what fields held when the ticket was created; `began` says that the cycle began then, too.
    """

    ticket: tuple[str, str]
    table: str
    objective: str
    calendar: str
    target: int
    breached: bool
    over: int
    visits: tuple[Visit, ...]
    first: Mapping[str, Values]
    began: bool


@dataclass(slots=True)
class Seen:
    """All that was seen of a quarter, batch by batch: what cycles took, open ones too, and those to customers."""

    taken: dict[Promised, Taken] = field(default_factory=dict)
    cycles: list[Cycle] = field(default_factory=list)

    def add(self, tickets: Sequence[Ticket], results: Iterable[Result], quarter: Period, fields: Sequence[str]) -> None:
        """Add results, with their chain, of tickets; of these the first values of `fields` are kept."""
        start, end = quarter.start, quarter.end
        for result in results:
            if result.excluded or result.stage == "cancelled":
                continue
            if start <= result.started_at < end and result.deadline is None:
                promise = (result.table, result.objective, result.target, result.calendar)
                self.taken.setdefault(promise, Taken()).add(result.elapsed, result.target, result.stopped_at)
            ended = result.stopped_at is not None and start <= result.stopped_at < end
            if result.kind == "sla" and ended and result.stage == "completed":
                self.cycles.append(_cycle(tickets[result.position], result, parts_of(result), fields))


def parts_of(result: Result) -> list[list[ChainSegment]]:
    """Return the counted segments of a completed cycle to a customer, visit by visit; none of other cycles."""
    if result.kind != "sla" or result.stage != "completed" or result.excluded or result.chain is None:
        return []
    counted = [segment for segment in result.chain.segments if segment.mode == "counted"]
    return [list(part) for _, part in groupby(counted, key=attrgetter("holder", "carrier"))]


def _cycle(ticket: Ticket, result: Result, parts: Sequence[Sequence[ChainSegment]], fields: Sequence[str]) -> Cycle:
    return Cycle(
        (result.source, result.id),
        result.table,
        result.objective,
        result.calendar,
        result.target,
        result.breached,
        -result.remaining,
        tuple(_visit(part) for part in parts),
        {name: first_value(ticket, name) for name in fields},
        result.started_at == ticket.created,
    )


def _visit(part: Sequence[ChainSegment]) -> Visit:
    cover = next((segment.cover for segment in part if segment.cover is not None), None)
    named = None if cover is None else (f"{cover.agreement}.{cover.objective}", cover.calendar)
    closed = sum(one.worked - one.covered for one in part if one.cover is not None and one.cover_runs)
    return Visit(part[0].holder or "", sum(segment.worked for segment in part), named, closed)


def first_value(ticket: Ticket, name: str) -> Values:
    """Return what a field held when the ticket was created."""
    changes = (entry.changes[name] for entry in _ordered(ticket) if name in entry.changes)
    before, _ = next(changes, (ticket.fields.get(name, ()), ()))
    return before


def straight(ticket: Ticket, holder: str, team: str) -> Ticket:
    """Return a ticket as if it had come to a team at once: as it was from there on, created when the team got it.

    `holder` is the field that names the team. Of one that never came there nothing is left out.
    """
    history = [*_ordered(ticket)]
    for n, entry in enumerate(history):
        if holder in entry.changes and entry.changes[holder][1] == (team,):
            comments = [comment for comment in ticket.comments if comment.at > entry.at]
            return Ticket(
                ticket.source,
                ticket.id,
                ticket.key,
                max(entry.at, ticket.created),
                ticket.fields,
                history[n + 1 :],
                comments,
                ticket.links,
            )
    return ticket


def _ordered(ticket: Ticket) -> Iterator[Entry]:
    return iter(sorted(ticket.history, key=attrgetter("at")))
