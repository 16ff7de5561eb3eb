"""Paths that do not fit: agreements beneath that allow more than the promise above has (docs/advise.md)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from sla_engine import Calendar
from sla_engine.agreement import Agreement, Objective
from sla_engine.chain.fit import Allowed, Fit, fits_of
from sla_engine.duration import Duration
from sla_engine.instant import DAY
from slabridge.advice.change import Change
from slabridge.advice.present import ENOUGH, Present, name_of
from slabridge.advice.seen import Seen
from slabridge.advice.table import objective_keys, rounded_up
from slabridge.advice.targets import places_of
from slabridge.report.baseline import Taken, time_of
from slabridge.text.said import said
from slabridge.text.spoken import spoken

KEPT: Final = 90
"""A shorter target is one that so many percent of the step's cycles kept."""
_YEAR = 365 * DAY


def misfits(present: Present, seen: Seen, calendars: Mapping[str, Calendar]) -> Iterator[Change]:
    """Yield for each path that does not fit the first step whose shorter target lets it, in the year from then on."""
    start = present.quarter.end
    for number, fit in enumerate(fits_of(present.definitions, calendars, start, start + _YEAR)):
        if fit.fits is False:
            for change in (one for step in fit.steps for one in _shorter(present, seen, fit, step)):
                assert change.paste is not None  # noqa: S101 - made so
                alone = replace(present.tried(change.paste), paths=(present.definitions.paths[number],))
                if fits_of(alone, calendars, start, start + _YEAR)[0].fits:
                    yield change
                    break


def _shorter(present: Present, seen: Seen, fit: Fit, step: Allowed) -> Iterator[Change]:
    """Yield the target of a step that most of its cycles kept, where it is shorter than what is agreed."""
    for agreement, objective in present.objectives():
        if name_of(agreement, objective) != step.objective:
            continue
        taken = seen.taken.get((agreement.table, objective.name, step.target, step.calendar), Taken())
        time = time_of(taken.curve(), KEPT) if sum(taken.ended) >= ENOUGH else None
        if time is not None and rounded_up(time) < step.target:
            yield _change(present, (agreement, objective), fit, step, (rounded_up(time), len(taken.elapsed)))


def _change(
    present: Present, of: tuple[Agreement, Objective], fit: Fit, step: Allowed, kept: tuple[int, int]
) -> Change:
    (agreement, objective), (target, count) = of, kept
    assert fit.worst is not None  # noqa: S101 - it does not fit
    found = list(objective.targets)
    for place in places_of(objective, step.target, step.calendar, present.definitions.calendars):
        found[place] = replace(found[place], limit=Duration(target))
    unfit = f"{100 * fit.worst.unfit:.1f}"
    values = {"promise": fit.path.objective, "now": spoken(step.target), "other": spoken(target)}
    return Change(
        kind="target",
        effect="helps",
        what=said(
            "agree on %(objective)s in %(other)s instead of %(now)s, so that %(promise)s can be kept",
            objective=step.objective,
            **values,
        ),
        promise=fit.path.objective,
        tried=step.objective,
        rests=(
            said(
                "the path %(path)s breaks %(promise)s in %(share)s %% of all starts although each step is kept",
                path=" -> ".join(fit.path.steps),
                promise=fit.path.objective,
                share=unfit,
            ),
            said(
                "%(kept)s %% of %(count)s cycles of %(objective)s took no longer than %(other)s",
                kept=KEPT,
                count=count,
                objective=step.objective,
                other=spoken(target),
            ),
        ),
        paste=present.paste(agreement, objective, objective_keys(found)),
        unfit=fit.worst.unfit,
    )
