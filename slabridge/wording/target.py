"""Targets in words: which tickets have how long, and by which calendar."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sla_engine.agreement import CalendarChoice, DayDeadline, FieldDeadline, Limit, Target
from sla_engine.duration import Duration
from slabridge.text.said import Said, said
from slabridge.wording.condition import condition_said
from slabridge.wording.hours import time_of
from slabridge.wording.listed import SEMICOLON, folded, shown
from slabridge.wording.rule import duration_said
from slabridge.wording.sentence import Sentence


@dataclass(frozen=True, slots=True)
class TargetSaid:
    """`when` is None where it is for all tickets; `calendar` says which one."""

    when: Said | None
    limit: Said
    calendar: Said

    @property
    def text(self) -> Said:
        """All of it in one line."""
        limit = said("%(limit)s, %(calendar)s", limit=self.limit, calendar=self.calendar)
        return limit if self.when is None else said("%(when)s: %(limit)s", when=self.when, limit=limit)


def targets_said(targets: Sequence[Target]) -> tuple[TargetSaid, ...]:
    """Return the targets of an objective in their order."""
    return tuple(_target(target, place) for place, target in enumerate(targets))


def choice_said(targets: Sequence[Target]) -> Iterator[Sentence]:
    """Yield what is to be said of which target applies."""
    if len([target for target in targets if target.when is not None]) > 1:
        yield Sentence("targets", said("Where several of these times fit a ticket, the first of them applies."))
    if targets[-1].when is not None:
        yield Sentence("targets", said("To tickets that none of these times fits, nothing is promised."))


def _target(target: Target, place: int) -> TargetSaid:
    if target.when is not None:
        when: Said | None = said("where %(condition)s", condition=condition_said(target.when))
    else:
        when = said("else") if place else None
    return TargetSaid(when, _limit(target.limit), _calendar(target.calendar))


def _limit(limit: Limit) -> Said:
    match limit:
        case Duration():
            return said("within %(time)s", time=duration_said(limit))
        case FieldDeadline(field):
            return said("by the time that %(field)s says; a date means its end", field=shown(field))
        case DayDeadline():
            return _day(limit)


def _day(limit: DayDeadline) -> Said:
    time = said("the end of working time") if limit.at is None else time_of(limit.at)
    if limit.days == 0:
        text = said("by %(time)s on the working day on which it comes", time=time)
    elif limit.days == 1:
        text = said("by %(time)s on the next working day", time=time)
    else:
        text = said("by %(time)s on working day %(number)s after it comes", time=time, number=limit.days)
    if limit.cutoff is None:
        return text
    return said(
        "%(deadline)s; what comes at %(cutoff)s or later comes on the next working day",
        deadline=text,
        cutoff=time_of(limit.cutoff),
    )


def _calendar(choice: CalendarChoice) -> Said:
    if choice.field is None:
        return said("by the calendar %(name)s", name=shown(choice.otherwise))
    field = shown(choice.field)
    chosen = [
        said("%(name)s where %(field)s is %(value)s", name=shown(name), field=field, value=shown(value))
        for value, name in choice.values
    ]
    return said(
        "by the calendar %(chosen)s; else %(name)s", chosen=folded(chosen, SEMICOLON), name=shown(choice.otherwise)
    )
