"""The chain over a whole table: from judged cycles and links to what it says of each result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sla_engine.agreement import Definitions, calendars_of
from sla_engine.attribution import MODES, holder_text
from sla_engine.chain.account import ACCOUNTS, Accounted, accounted
from sla_engine.chain.backings import backed_of
from sla_engine.chain.course import Courses, courses_of
from sla_engine.chain.hours import Hours
from sla_engine.chain.moment import Moments
from sla_engine.chain.outcome import Breach, ChainOutcome, ChainSegment, CycleRef, Overrun, TicketRef, cause_of
from sla_engine.chain.path import paths_of
from sla_engine.chain.piece import NOTHING
from sla_engine.chain.position import Position, named, reached, standing
from sla_engine.chain.scene import Scene, holders
from sla_engine.chain.waits import Links, waits_of
from sla_engine.judged import ClauseResults
from sla_engine.table import Mask, Rows
from sla_engine.ticket import Ticket
from sla_engine.timeline import Timeline
from sla_engine.verdict import Stage


@dataclass(frozen=True, slots=True)
class Chained:
    """What the chain found for the cycles of a table; `first` is the first cycle of each objective among all."""

    tickets: Sequence[Ticket]
    parts: Sequence[ClauseResults]
    first: Rows
    courses: Courses
    backed: Mask
    scene: Scene
    found: Accounted
    held: Rows
    overruns: Mapping[int, Sequence[tuple[int, int]]]

    def of(self, clause: int, place: int) -> ChainOutcome:
        """Return what the chain says of one objective's cycle, by its place among the results of the objective."""
        cycle = int(self.first[clause]) + place
        return ChainOutcome(self._segments(cycle), self._breach(cycle, clause, place))

    def _segments(self, cycle: int) -> tuple[ChainSegment, ...]:
        segments, part = self.found.segments, slice(int(self.found.first[cycle]), int(self.found.first[cycle + 1]))
        names = ("start", "end", "mode", "worked", "holder", "span", "cover", "cover_runs", "covered")
        return tuple(
            ChainSegment(
                start,
                end,
                MODES[mode],
                worked,
                self._holder(holder),
                self._path(span),
                None if cover == NOTHING else self._cycle(cover),
                runs,
                covered,
            )
            for start, end, mode, worked, holder, span, cover, runs, covered in zip(
                *(getattr(segments, name)[part].tolist() for name in names), strict=True
            )
        )

    def _breach(self, cycle: int, clause: int, place: int) -> Breach | None:
        courses, verdicts = self.courses, self.parts[clause].verdicts
        if not courses.breached[cycle]:
            return None
        at, held_at = int(courses.breached_at[cycle]), int(courses.late_from[cycle])
        excess = -int(verdicts.remaining[place])
        span = int(self.held[cycle])
        carrier = int(self.scene.paths.carrier[span])
        code = holders(np.array([carrier]), np.array([held_at]), self.scene)[0]
        accounts = dict(zip(ACCOUNTS, self.found.accounts[cycle].tolist(), strict=True))
        return Breach(
            at,
            held_at,
            self._holder(int(code)),
            self._ticket(carrier),
            excess,
            int(verdicts.stage[place]) in (Stage.COMPLETED, Stage.CANCELLED),
            tuple(
                Overrun(self._cycle(by), int(courses.late_from[by]), worked, 0 < excess <= worked)
                for by, worked in sorted(self.overruns.get(cycle, ()), key=self._order)
            ),
            accounts,
            cause_of(accounts, excess, backed=bool(self.backed[clause])),
        )

    def _order(self, overrun: tuple[int, int]) -> tuple[int, int, str, str, int]:
        by, courses = overrun[0], self.courses
        ticket = self.tickets[int(courses.ticket[by])]
        return int(courses.late_from[by]), int(courses.clause[by]), ticket.source, ticket.id, int(courses.number[by])

    def _cycle(self, cycle: int) -> CycleRef:
        clause = self.parts[int(self.courses.clause[cycle])].clause
        ticket = self._ticket(int(self.courses.ticket[cycle]))
        calendar = self.scene.calendars[int(self.courses.calendar[cycle])]
        return CycleRef(clause.agreement.id, clause.objective.name, int(self.courses.number[cycle]), ticket, calendar)

    def _ticket(self, place: int) -> TicketRef:
        ticket = self.tickets[place]
        return TicketRef(ticket.source, ticket.id, ticket.key)

    def _path(self, span: int) -> tuple[TicketRef, ...]:
        paths = self.scene.paths
        return tuple(map(self._ticket, paths.nodes[paths.first[span] : paths.first[span + 1]].tolist()))

    def _holder(self, code: int) -> str | None:
        return holder_text(self.scene.holder.values[code])


@dataclass(frozen=True, slots=True)
class Chaining:
    """What does not change from table to table."""

    definitions: Definitions
    backs: Mask
    calendars: Sequence[str]
    hours: Hours

    def chained(
        self, tickets: Sequence[Ticket], parts: Sequence[ClauseResults], timeline: Timeline, aside: frozenset[int]
    ) -> Chained:
        """Look at the tickets of a table, which are judged, together; those `aside` are linked with nothing."""
        scene = self._scene(tickets, links_of(tickets, aside, timeline.as_of), timeline)
        paths, moments = scene.paths, scene.moments
        courses = courses_of(parts, self.calendars)
        found = accounted(courses, self.backs, scene)
        overruns: dict[int, list[tuple[int, int]]] = {}
        for cycle, by, worked in zip(*(column.tolist() for column in found.overruns), strict=True):
            if worked:
                overruns.setdefault(cycle, []).append((by, worked))
        late = np.where(courses.breached, courses.late_from, timeline.as_of)
        first_of = np.cumsum([0, *(len(part.verdicts.cycle) for part in parts)])
        held = paths.at(courses.ticket, late, moments)
        return Chained(tickets, parts, first_of, courses, backed_of(self.backs), scene, found, held, overruns)

    def positions(self, tickets: Sequence[Ticket], timeline: Timeline, aside: frozenset[int]) -> list[Position]:
        """Return where each ticket stands at the table's instant; those `aside` are linked with nothing."""
        links = links_of(tickets, aside, timeline.as_of)
        scene = self._scene(tickets, links, timeline)
        every = np.arange(len(tickets), dtype=np.int64)
        now = np.full(len(tickets), timeline.as_of)
        carriers = scene.paths.carrier[scene.paths.at(every, now, scene.moments)]
        first = timeline.table.first
        begun = first[carriers] < first[carriers + 1]
        held: list[str | None] = [None] * len(tickets)
        for place, code in zip(np.flatnonzero(begun), holders(carriers[begun], now[begun], scene), strict=True):
            held[place] = holder_text(scene.holder.values[code])
        refs = [TicketRef(ticket.source, ticket.id, ticket.key) for ticket in tickets]
        above, below = reached(standing(self.definitions.chain, links, timeline))
        return [
            Position(
                refs[place],
                refs[carrier],
                held[place],
                named(above.get(place, set()), refs),
                named(below.get(place, set()), refs),
            )
            for place, carrier in enumerate(carriers.tolist())
        ]

    def _scene(self, tickets: Sequence[Ticket], links: Links, timeline: Timeline) -> Scene:
        at = timeline.table.at
        first = min(int(at.min(initial=timeline.as_of)), int(links.start.min(initial=timeline.as_of)))
        moments = Moments(first, timeline.as_of)
        waits = waits_of(self.definitions.chain, links, timeline, moments)
        linked = sorted(
            {*waits.above.tolist(), *waits.below.tolist()}, key=lambda n: (tickets[n].source, tickets[n].id)
        )
        order = np.zeros(len(tickets), np.int64)
        order[linked] = np.arange(len(linked))
        paths = paths_of(len(tickets), waits, order, moments)
        holder = timeline.table.columns[self.definitions.holder]
        return Scene(timeline, paths, moments, holder, self.hours, self.calendars)


def chaining_of(definitions: Definitions, backs: Mask, hours: Hours) -> Chaining:
    """Return what the chain goes by."""
    targets = [target for a in definitions.agreements for o in a.objectives for target in o.targets]
    return Chaining(definitions, backs, calendars_of(targets), hours)


def links_of(tickets: Sequence[Ticket], aside: frozenset[int], as_of: int) -> Links:
    """Return the links between these tickets as they are seen at an instant."""
    places: dict[tuple[str, str], int] = {}
    for place, ticket in enumerate(tickets):
        places.setdefault((ticket.source, ticket.id), place)
    found: list[tuple[int, int, str, int, int]] = []
    for place, ticket in enumerate(tickets):
        for link in ticket.links:
            other = places.get((link.source, link.id))
            if other is None or not aside.isdisjoint((place, other)):
                continue
            start = ticket.created if link.start is None else max(link.start, ticket.created)
            end = as_of + 1 if link.end is None else min(link.end, as_of + 1)
            if start <= as_of:
                found.append((place, other, link.type, start, end))
    columns = list(zip(*found, strict=True)) or [()] * 5
    numbers = [np.array(columns[n], np.int64) for n in (0, 1, 3, 4)]
    return Links(numbers[0], numbers[1], [str(kind) for kind in columns[2]], numbers[2], numbers[3])
