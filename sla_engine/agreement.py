"""Agreements and their objectives, fully resolved: no shorthand, no reference by name but to calendars.

How they are written, and what each key means, is in docs/configuration.md and docs/engine.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from sla_engine.calendar import CalendarDefinition
from sla_engine.chain.rule import ChainRule, WorkPath
from sla_engine.condition import Condition, fields_of
from sla_engine.duration import Duration

ADDED: Final = {"added": True}
"""Marks a field that a later version brought: definitions without it keep their identity (`sla_engine/identity.py`)."""

Kind = Literal["sla", "ola", "uc"]
OnReopen = Literal["new_cycle", "resume", "first_only"]
OnRetarget = Literal["keep", "carry", "restart", "freeze"]
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
    at_once: bool = field(default=False, metadata=ADDED)


@dataclass(frozen=True, slots=True)
class CalendarChoice:
    """The calendar's name: by the first of `values` that `field` holds, else `otherwise`."""

    otherwise: str
    field: str | None = None
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class FieldDeadline:
    """The instant, or the end of the date, that a field holds."""

    field: str


@dataclass(frozen=True, slots=True)
class DayDeadline:
    """The `days`-th working day after the day of receipt, at a local time, in minutes since midnight.

    Without `at` it is the end of that day's working time. What comes at `cutoff` or later is of the next working day.
    """

    days: int
    at: int | None = None
    cutoff: int | None = None


Limit = Duration | FieldDeadline | DayDeadline
"""How long a cycle may take: `within` a duration, or `by` a deadline."""


@dataclass(frozen=True, slots=True)
class Target:
    """`limit` applies where `when` holds (None: always), on the calendar that is nearest to it."""

    limit: Limit
    calendar: CalendarChoice
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Objective:
    """One promise of an agreement: a rule and its targets, the first that fits applies.

    `supports` are the objectives that it backs, as `agreement.objective` by the agreement's id.
    """

    name: str
    rule: Rule
    targets: tuple[Target, ...]
    exclude: Condition | None = None
    supports: tuple[str, ...] = ()


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


@dataclass(frozen=True, slots=True)
class Definitions:
    """Everything that the engine judges by. `timezone` is the one of validity dates, `chain` what stands above what.

    `paths` say how tickets are worked on; nothing is judged by them.
    """

    calendars: Mapping[str, CalendarDefinition]
    agreements: tuple[Agreement, ...]
    timezone: str = "UTC"
    holder: str = "team"
    chain: tuple[ChainRule, ...] = ()
    paths: tuple[WorkPath, ...] = ()


def conditions_of(agreement: Agreement) -> Iterator[Condition | None]:
    """Yield all conditions of an agreement."""
    yield from (agreement.scope, agreement.exclude)
    for objective in agreement.objectives:
        rule = objective.rule
        yield from (objective.exclude, rule.start, rule.stop, rule.pause, rule.cancel, rule.reset)
        yield from (target.when for target in objective.targets)


def fields_read(agreement: Agreement) -> frozenset[str]:
    """Return the names of all fields that an agreement's conditions, choices and deadlines read."""
    names: set[str] = set()
    for target in (target for objective in agreement.objectives for target in objective.targets):
        if target.calendar.field is not None:
            names.add(target.calendar.field)
        if isinstance(target.limit, FieldDeadline):
            names.add(target.limit.field)
    return frozenset(names).union(*map(fields_of, conditions_of(agreement)))


def calendars_of(targets: Sequence[Target]) -> list[str]:
    """Return the names of all calendars that the targets can choose, each once."""
    names = [
        name for target in targets for name in (*(n for _, n in target.calendar.values), target.calendar.otherwise)
    ]
    return list(dict.fromkeys(names))
