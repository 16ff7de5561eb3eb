"""The tool's own SLA clocks beside our results (docs/compare.md). Pure."""

from collections.abc import Iterator, Mapping, Sequence

from connectors.interface import NativeClock
from sla_engine import Definitions, Engine, Ticket
from slabridge.compare.comparison import Comparison, Finding
from slabridge.compare.course import Figures, differing
from slabridge.compare.explainer import Case, Explainer
from slabridge.compare.pairing import Names, Pair, pair
from slabridge.ticket.judging import judge
from slabridge.ticket.known import Known
from slabridge.ticket.mapping import Mapper


class Comparer:
    """Compares by these definitions; `names` says which clocks stand for which objective."""

    def __init__(self, definitions: Definitions, names: Names) -> None:
        self._names = names
        self._engine = Engine(definitions)
        self._explainer = Explainer(self._engine)

    def compare(
        self,
        tickets: Sequence[Known],
        mapper: Mapper,
        clocks: Mapping[str, Sequence[NativeClock]],
        as_of: int,
    ) -> Iterator[Comparison]:
        """Yield the comparisons of these tickets, in their order; `clocks` are by the ticket's id.

        Ended cycles are compared as they were judged. A clock that was worked out after `as_of` is compared with ours
        at that later instant.
        """
        open_targets: dict[str, set[int]] = {}
        for clock in (clock for of_one in clocks.values() for clock in of_one):
            if clock.stopped_at is None and clock.target is not None:
                open_targets.setdefault(clock.name, set()).add(clock.target)
        for known in tickets:
            native = clocks.get(known.id, ())
            at = max([as_of, *(clock.calculated_at or 0 for clock in native)])
            judgement = judge(self._engine, mapper, [known], at)
            for one in pair(native, judgement.results[0], self._names):
                yield self._compared(judgement.tickets[0], one, native, open_targets, at)

    def _compared(
        self,
        ticket: Ticket,
        one: Pair,
        clocks: Sequence[NativeClock],
        open_targets: Mapping[str, set[int]],
        at: int,
    ) -> Comparison:
        theirs, ours = one.theirs, one.ours
        if theirs is None or ours is None:
            finding = Finding.ONLY_HERE if theirs is None else Finding.ONLY_THERE
            return Comparison(ticket, one.objective, theirs, ours, finding, note=one.note)
        there = Figures.there(theirs)
        differences = differing(there, Figures.here(ours))
        if not differences:
            return Comparison(ticket, one.objective, theirs, ours, Finding.AGREE)
        case = Case(ticket, theirs, ours, clocks, frozenset(open_targets.get(theirs.name, ())))
        reasons = self._explainer.explain(case, at)
        finding = Finding.UNEXPLAINED if reasons is None else Finding.EXPLAINED
        return Comparison(ticket, one.objective, theirs, ours, finding, differences, reasons or ())
