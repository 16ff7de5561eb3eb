"""Why a tool's clock differs from ours, where that can be shown (docs/compare.md, "Reasons"). Pure.

An explanation is a hypothesis about the other clock - it is older, it began elsewhere, it counts by another calendar -
that is tried on our own figures: it stands only where they then equal the tool's, every one of them. What no
combination of at most three explains is unexplained.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple, get_args

from connectors.interface import NativeClock
from sla_engine import Calendar, Engine, Result, Ticket
from sla_engine.agreement import Agreement, Objective, OnRetarget, Rule
from sla_engine.calendar import CalendarDefinition, Span
from sla_engine.duration import Duration
from sla_engine.instant import SECOND
from slabridge.compare.comparison import Explanation
from slabridge.compare.course import COUNTED, Course, Figures, differing

_ALWAYS = CalendarDefinition(timezone="UTC", weekly=((Span(0, 24 * 60),),) * 7)
_SPAN = ("stage", "started_at", "stopped_at", "target")
_MOST = 3
"""How many reasons together may explain a difference: of more, some combination fits by chance."""


_RARE = {Explanation.GOAL_POLICY: 3, Explanation.SCHEDULE: 9}
"""How many of the other reasons together are more likely: hours are whole, so two calendars can agree by chance."""


def _far_fetched(reasons: Iterable[Explanation]) -> int:
    return sum(_RARE.get(reason, 1) for reason in reasons)


class Case(NamedTuple):
    """A pair on its ticket, with all clocks of that ticket; `targets` are what the same clock is given elsewhere."""

    ticket: Ticket
    theirs: NativeClock
    ours: Result
    clocks: Sequence[NativeClock]
    targets: frozenset[int]


class _Try(NamedTuple):
    """A course that ours could have taken, and why."""

    reasons: tuple[Explanation, ...]
    course: Course


class Explainer:
    """Explains by the definitions of an engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._calendars = [*engine.calendars.values(), Calendar(_ALWAYS)]
        self._engines: dict[tuple[str, str, Rule], Engine] = {}

    def explain(self, case: Case, at: int) -> tuple[Explanation, ...] | None:
        """Return the plainest reasons that make our figures the tool's, None where there are none."""
        there = Figures.there(case.theirs)
        candidates: list[tuple[tuple[Explanation, ...], Figures]] = []
        for each in (bent for judged in self._courses(case, at) for bent in self._bent(case, judged)):
            candidates.append((each.reasons, each.course.figures()))
            if each.course.ends_paused and case.theirs.due_at is not None:
                candidates.append(((*each.reasons, Explanation.PAUSED), each.course.unmoved()))
        found: list[tuple[Explanation, ...]] = []
        for reasons, figures in candidates:
            rounded = _equal_but_rounded(there, figures)
            if rounded is not None and len(reasons) <= _MOST and (reasons or rounded):
                found.append((*reasons, Explanation.ROUNDING) if rounded else reasons)
        return min(found, key=_far_fetched, default=None) or self._other_hours(case, at)

    def _courses(self, case: Case, at: int) -> Iterator[_Try]:
        """Yield our cycle as it is, as it was, and as other policies would have it."""
        theirs, ours = case.theirs, case.ours
        clause = self._clause(ours)
        if clause is None:
            return
        agreement, objective = clause
        rules: list[tuple[tuple[Explanation, ...], Rule]] = [((), objective.rule)]
        rules += [
            ((Explanation.GOAL_POLICY,), replace(objective.rule, on_retarget=policy))
            for policy in get_args(OnRetarget)
            if policy != objective.rule.on_retarget and len(objective.targets) > 1
        ]
        if objective.rule.on_reopen != "new_cycle" and _follows_a_stop(case):
            rules.append(((Explanation.NEW_CYCLE,), replace(objective.rule, on_reopen="new_cycle")))
        for why, rule in rules:
            variant = replace(objective, rule=rule)
            for result in self._same_cycle(case, agreement, variant, at, why):
                kept = (Explanation.KEPT,) if result.definition != ours.definition and not why else ()
                yield _Try((*why, *kept), self._course(result, at))
                # Only figures grow old: a tool stops and pauses its clocks at once.
                if _is_older(theirs, at) and result.stage == theirs.stage:
                    for older in self._same_cycle(case, agreement, variant, theirs.calculated_at or 0, why):
                        yield _Try((Explanation.STALE, *why), self._course(older, theirs.calculated_at or 0))
        if cut := _cancelled_for_another(case):
            # What was decided by the change itself is not yet seen by the clock that it cancelled.
            for result in self._results(case.ticket, agreement, objective, cut - 1):
                if result.started_at == ours.started_at:
                    course = self._course(result, cut - 1)
                    yield _Try((Explanation.REATTACHED,), _ended(course, cut))

    def _same_cycle(
        self, case: Case, agreement: Agreement, objective: Objective, at: int, why: Iterable[Explanation]
    ) -> Iterator[Result]:
        """Yield the cycle in question; where cycles are made otherwise, the one that starts with the tool's."""
        wanted = case.theirs.started_at if Explanation.NEW_CYCLE in why else case.ours.started_at
        return (r for r in self._results(case.ticket, agreement, objective, at) if r.started_at == wanted)

    def _bent(self, case: Case, judged: _Try) -> Iterator[_Try]:
        """Yield a course, and it with another beginning, calendar and target."""
        theirs = case.theirs
        course = judged.course
        begun = [_Try((), course)]
        if theirs.started_at > course.start and _attached_again(case):
            begun.append(_Try((Explanation.REATTACHED,), course.begun(theirs.started_at)))
        if theirs.retroactive:
            moments = {case.ticket.created, *(entry.at for entry in case.ticket.history)}
            begun += [
                _Try((Explanation.RETROACTIVE,), course.begun(theirs.started_at, attached))
                for attached in sorted(moments)
                if max(theirs.started_at, course.start) <= attached <= course.end and attached > theirs.started_at
            ]
        for first in begun:
            for second in self._recounted(case, first):
                reasons = tuple(dict.fromkeys((*judged.reasons, *second.reasons)))
                if len(reasons) <= _MOST:
                    yield _Try(reasons, second.course)

    def _recounted(self, case: Case, first: _Try) -> Iterator[_Try]:
        course, target = first.course, case.theirs.target
        targets: list[tuple[tuple[Explanation, ...], int]] = [((), course.target)]
        if target is not None and target != course.target and self._keeps_its_goal(case, course):
            targets.append(((Explanation.OLD_GOAL,), target))
        for why, wanted in targets:
            yield _Try((*first.reasons, *why), replace(course, target=wanted))
            for calendar in self._calendars:
                if calendar is not course.calendar:
                    bent = replace(course, target=wanted, calendar=calendar)
                    yield _Try((*first.reasons, *why, Explanation.SCHEDULE), bent)

    def _keeps_its_goal(self, case: Case, course: Course) -> bool:
        """Say whether the clock ended under a goal that there is no more, while those open now have ours.

        A goal that our objective or an open clock has may as well have been chosen by another priority.
        """
        clause = self._clause(case.ours)
        if clause is None or case.theirs.stage != "completed":
            return False
        day = course.calendar.definition.day
        lengths = [target.limit for target in clause[1].targets if isinstance(target.limit, Duration)]
        ours = {length.within(day) for length in lengths if day or not length.working_days}
        return course.target in case.targets and case.theirs.target not in ours | case.targets

    def _other_hours(self, case: Case, at: int) -> tuple[Explanation, ...] | None:
        """Return the reasons where the hours of a schedule that we do not have are all that can be the difference.

        Both began and ended together, and neither was paused: then elapsed is the working time in between, and nothing
        else.
        """
        theirs = case.theirs
        there = Figures.there(theirs)
        if not theirs.calendar or theirs.paused != 0:
            return None
        for each in self._courses(case, at):
            here = each.course.figures()
            if (
                each.reasons in {(), (Explanation.STALE,)}
                and all(stretch.mode == COUNTED for stretch in each.course.stretches)
                and all(getattr(here, name) == getattr(there, name) for name in _SPAN)
                and there.elapsed <= each.course.end - each.course.start
                and there.breached == (here.target is not None and there.elapsed >= here.target)
            ):
                return (*each.reasons, Explanation.SCHEDULE)
        return None

    def _results(self, ticket: Ticket, agreement: Agreement, objective: Objective, at: int) -> Sequence[Result]:
        """Return the results that are courses; one by a deadline, or carried from calendar to calendar, is none."""
        key = (agreement.table, objective.name, objective.rule)
        if key not in self._engines:
            only = replace(agreement, objectives=(objective,))
            engine = Engine(replace(self._engine.definitions, agreements=(only,)))
            engine.calendars.update(self._engine.calendars)
            self._engines[key] = engine
        found = self._engines[key].evaluate([ticket], at, segments=True).results
        return [one for one in found if self._course(one, at).figures() == Figures.here(one)]

    def _course(self, result: Result, at: int) -> Course:
        return Course.of(result, at, self._engine.calendars[result.calendar])

    def _clause(self, result: Result) -> tuple[Agreement, Objective] | None:
        """Return what today's definitions say of a result's objective; None where a kept one is of no objective now."""
        found = (
            (clause.agreement, clause.objective)
            for clause in self._engine.clauses
            if (clause.agreement.table, clause.objective.name) == (result.table, result.objective)
        )
        return next(found, None)


def _is_older(theirs: NativeClock, at: int) -> bool:
    """Say whether the figures of a clock that goes on are from before `at`."""
    return theirs.stopped_at is None and theirs.calculated_at is not None and theirs.calculated_at < at


def _follows_a_stop(case: Case) -> bool:
    """Say whether the tool has two cycles where we have one: the clock, or its like before it, ended by a stop."""
    mine = [clock for clock in case.clocks if clock.name == case.theirs.name]
    return any(
        one.stage == "completed" and one.stopped_at is not None and later.started_at >= one.stopped_at
        for one in mine
        for later in mine
        if case.theirs in (one, later)
    )


def _attached_again(case: Case) -> bool:
    """Say whether clocks cancelled one after the other lead from our start to this clock's."""
    at, seen = case.theirs.started_at, set[int]()
    while at != case.ours.started_at and at not in seen:
        seen.add(at)
        before = [clock for clock in case.clocks if clock.stage == "cancelled" and clock.stopped_at == at]
        at = min((clock.started_at for clock in before), default=at)
    return at == case.ours.started_at


def _cancelled_for_another(case: Case) -> int | None:
    """Return when the clock was cancelled, where another of the tool's began in its place at that instant."""
    theirs = case.theirs
    if theirs.stage != "cancelled" or theirs.stopped_at is None:
        return None
    successors = [
        clock
        for clock in case.clocks
        if clock is not theirs and clock.kind == theirs.kind and clock.name != theirs.name
        if clock.started_at == theirs.stopped_at or (clock.retroactive and clock.started_at == theirs.started_at)
    ]
    return theirs.stopped_at if successors else None


def _ended(course: Course, at: int) -> Course:
    """Return a course looked at just before `at` as cancelled there."""
    last = course.stretches[-1] if course.stretches else None
    stretches = (*course.stretches[:-1], last._replace(end=at)) if last else ()
    return replace(course, stage="cancelled", end=at, stopped_at=at, stretches=stretches)


def _equal_but_rounded(there: Figures, here: Figures) -> bool | None:
    """Say whether figures differ, if at all, only as rounding makes them; None where they differ by more.

    Tools cut to whole seconds, and call a clock breached whose share rounds to 100.00 %, also at exactly the due time.
    """
    names = differing(there, here)
    for name in names:
        one, other = getattr(there, name), getattr(here, name)
        if name == "breached":
            share = round(there.elapsed * 100 / here.target, 2) if here.target else 0
            if not (there.breached and share >= 100 and here.target is not None and here.elapsed <= here.target):
                return None
        elif name == "stage" or one is None or other is None or abs(one - other) >= SECOND:
            return None
    return bool(names)
