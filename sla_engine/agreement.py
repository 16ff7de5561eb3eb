"""Agreements and their objectives, fully resolved: no shorthand, no reference by name but to calendars.

How they are written, and what each key means, is in docs/configuration.md and docs/engine.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sla_engine.calendar import CalendarDefinition
from sla_engine.condition import Condition, fields_of
from sla_engine.duration import Duration

Kind = Literal["sla", "ola", "uc"]
OnReopen = Literal["new_cycle", "resume", "first_only"]
OnRetarget = Literal["keep", "restart", "freeze"]
OnReset = Literal["cancel", "complete"]


@dataclass(frozen=True, slots=True)
class Threshold:
    """When an open cycle is at risk: `share` percent of the target is used, or `left` or less remains."""

    share: int | None = None
    left: Duration | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """How a clock runs; `while = C` has become `start = C`, `stop = { not = C }`."""

    start: Condition
    stop: Condition | None = None
    pause: Condition | None = None
    cancel: Condition | None = None
    reset: Condition | None = None
    on_reopen: OnReopen = "new_cycle"
    on_retarget: OnRetarget = "keep"
    on_reset: OnReset = "cancel"
    at_risk: tuple[Threshold, ...] = ()


@dataclass(frozen=True, slots=True)
class CalendarChoice:
    """The calendar's name: by the first of `values` that `field` holds, else `otherwise`."""

    otherwise: str
    field: str | None = None
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """`within` applies where `when` holds (None: always), on the calendar that is nearest to it."""

    within: Duration
    calendar: CalendarChoice
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Objective:
    """One promise of an agreement: a rule and its targets, the first that fits applies."""

    name: str
    rule: Rule
    targets: tuple[Target, ...]
    exclude: Condition | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """A table [agreements.<table>]; tables with one `id` are versions of one agreement."""

    table: str
    id: str
    kind: Kind
    objectives: tuple[Objective, ...]
    name: str = ""
    scope: Condition | None = None
    exclude: Condition | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    supports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Definitions:
    """Everything that the engine judges by. `timezone` is the one of validity dates."""

    calendars: Mapping[str, CalendarDefinition]
    agreements: tuple[Agreement, ...]
    timezone: str = "UTC"
    holder: str = "team"


def fields_read(agreement: Agreement) -> frozenset[str]:
    """Return the names of all fields that an agreement's conditions and choices read."""
    conditions = [agreement.scope, agreement.exclude]
    names: set[str] = set()
    for objective in agreement.objectives:
        rule = objective.rule
        conditions += [objective.exclude, rule.start, rule.stop, rule.pause, rule.cancel, rule.reset]
        conditions += [target.when for target in objective.targets]
        names |= {target.calendar.field for target in objective.targets if target.calendar.field is not None}
    return frozenset(names).union(*(fields_of(condition) for condition in conditions))


def calendars_of(targets: Sequence[Target]) -> list[str]:
    """Return the names of all calendars that the targets can choose, each once."""
    names = [
        name for target in targets for name in (*(n for _, n in target.calendar.values), target.calendar.otherwise)
    ]
    return list(dict.fromkeys(names))
