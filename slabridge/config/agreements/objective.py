"""The objectives of an agreement: rule, targets, and the calendar that is nearest to each target."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from connectors.tool import Inside, TomlTable
from sla_engine.agreement import CalendarChoice, Limit, Objective, Target, calendars_of
from sla_engine.calendar import CalendarDefinition
from sla_engine.condition import Condition, Equals, needs_event
from sla_engine.duration import Duration
from sla_engine.instant import DAY, SECOND
from slabridge.config.agreements.condition import read_condition
from slabridge.config.agreements.limit import lengths_of, read_deadline
from slabridge.config.agreements.rule import Clock, ClockTable, read_clock, refuse_beside_while, rule_of
from slabridge.config.percent import Percent, PercentText
from slabridge.config.problem import KeyPath, instead
from slabridge.config.reading import FieldUse, Reading
from slabridge.config.shape import DurationText, as_text, check_field, own_words, read_duration, shape


class ObjectiveTable(ClockTable):
    """[agreements.NAME.objectives.NAME]."""

    clock: str | None = None
    """The clock whose rule it has, where it says nothing itself."""
    targets: Annotated[Any, Inside("text", "targets", "[TargetTable]")] = Field(examples=['"4h"'])
    """Within which time: a duration, a table by one field, or [a list](#agreements)."""
    calendar: Annotated[Any, Inside("text", "ChoiceTable")] = None
    """For targets that name none. Default: the agreement's."""
    exclude: Annotated[Any, Inside("condition")] = None
    """As for the agreement, for this objective alone."""
    supports: list[str] | None = Field(None, examples=['["standard.resolution"]'])
    """As for the agreement, and instead of it. Default: the agreement's."""
    compliance: Annotated[Percent | None, PercentText] = None
    """The share of its cycles that is promised, as `"95%"`: [reports](reports.md#what-counts-in-a-period) say whether
    it was kept.
    """
    at_least: int | None = Field(None, ge=1)
    """Of fewer cases than this a report gives no verdict. Default: 1."""


class TargetTable(TomlTable):
    """One of a list of targets."""

    when: Annotated[Any, Inside("condition")] = None
    """For which tickets it holds, by a [condition](#conditions) without events; the first target whose `when` holds is
    taken. Default: all.
    """
    within: Annotated[Duration | None, DurationText] = None
    """The time, as `"4h"`. Default: required, or `by`."""
    by: Annotated[Any, Inside("DeadlineTable")] = None
    """A [deadline](#agreements), which no pause moves. Default: required, or `within`."""
    calendar: Annotated[Any, Inside("text", "ChoiceTable")] = None
    """When time counts for it. Default: the objective's."""


class ChoiceTable(TomlTable):
    """A calendar chosen by a field."""

    field: str = Field(examples=['"country"'])
    """The field whose value chooses the calendar."""
    values: dict[str, str] = Field(examples=['{ US = "office-us" }'], min_length=1)
    """Values of the field = names of calendars."""
    otherwise: str = Field(alias="else", examples=['"office"'])
    """The calendar for all other values, and where the field is unset."""


_ANY_LENGTH = (SECOND, 3653 * DAY)
"""What a deadline may leave, from the least to the most."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What objectives refer to. The names have the broken ones too: naming one is no second problem."""

    calendars: Mapping[str, CalendarDefinition]
    calendar_names: tuple[str, ...]
    clocks: Mapping[str, Clock]
    clock_names: tuple[str, ...]
    reading: Reading


def read_objective(raw: object, path: KeyPath, calendar: CalendarChoice | None, shared: Shared) -> Objective | None:
    """Return the objective at `path`, or None and problems. `calendar` is its agreement's."""
    reading = shared.reading
    table = shape(ObjectiveTable, raw, path, reading)
    if not isinstance(raw, Mapping):
        return None
    clock = _joined(raw, table, path, shared)
    exclude = read_condition(raw["exclude"], (*path, "exclude"), reading) if "exclude" in raw else None
    if "calendar" in raw:
        calendar = read_calendar(raw["calendar"], (*path, "calendar"), shared)
    targets = []
    for place, when, limit, own in _targets(raw["targets"], (*path, "targets"), shared) if "targets" in raw else ():
        choice = own or calendar
        if choice is not None:
            _check_days(limit, choice, place, shared)
            targets.append(Target(limit, choice, when))
        elif not any(reading.broken((*level, "calendar")) for level in (path[:2], path, place[:-1])):
            reading.problem((*path, "calendar"), "is missing; name one on the target, the objective or the agreement")
    if clock is None:
        return None
    _note_thresholds(clock, targets, shared)
    if reading.broken(path):
        return None
    rule = rule_of(clock)
    if rule.on_reopen != "first_only" and rule.stop and needs_event(rule.stop) and not needs_event(rule.start):
        reading.restarting[clock["stop_path"]] = None
    supports = tuple(table.supports or ()) if table is not None else ()
    return Objective(str(path[-1]), rule, tuple(targets), exclude, supports)


def _joined(raw: Mapping[str, Any], table: ObjectiveTable | None, path: KeyPath, shared: Shared) -> Clock | None:
    """Return the objective's own rule keys beside those of its clock, or None if no clock can start."""
    reading = shared.reading
    own = read_clock(raw, table, path, reading)
    name = raw.get("clock")
    if isinstance(name, str) and name not in shared.clock_names:
        reading.problem((*path, "clock"), f"no such clock; {instead(name, shared.clock_names)}", name)
        return None
    clock = shared.clocks.get(name, Clock()) | own if isinstance(name, str) else own
    of_clock = ("clocks", str(name))
    if "while_" in clock:
        if not reading.broken((*of_clock, "while")):
            refuse_beside_while(clock, path, reading)
        return clock
    if "start" in clock:
        return clock
    if not reading.broken(path) and not reading.broken(of_clock):
        reading.problem((*path, "start"), "is missing; an objective needs start or while, its own or its clock's")
    return None


def read_calendar(raw: object, path: KeyPath, shared: Shared) -> CalendarChoice | None:
    """Return a calendar by name, or by a field."""
    if isinstance(raw, str):
        return CalendarChoice(raw) if _known_calendar(raw, path, shared) else None
    reading = shared.reading
    table = shape(ChoiceTable, raw, path, reading)
    if table is None:
        return None
    known = [_known_calendar(table.otherwise, (*path, "else"), shared)]
    known += [_known_calendar(name, (*path, "values", value), shared) for value, name in table.values.items()]
    known.append(check_field(table.field, (*path, "field"), reading))
    known.append(_no_empty_value(table.values, (*path, "values"), reading))
    if not all(known):
        return None
    reading.uses.append(FieldUse((*path, "field"), table.field, tuple(table.values)))
    return CalendarChoice(table.otherwise, table.field, tuple(table.values.items()))


def _known_calendar(name: str, path: KeyPath, shared: Shared) -> bool:
    if name in shared.calendar_names:
        return True
    shared.reading.problem(path, f"no such calendar; {instead(name, shared.calendar_names)}", name)
    return False


def _no_empty_value(values: Mapping[str, Any], path: KeyPath, reading: Reading) -> bool:
    if "" not in values:
        return True
    reading.problem(path, 'a value must not be empty; what an unset field means stands under "else"')
    return False


_Found = tuple[KeyPath, Condition | None, Limit, CalendarChoice | None]


def _targets(raw: object, path: KeyPath, shared: Shared) -> list[_Found]:
    """Return the targets as (place of the limit, when, limit, own calendar), whichever way they are written."""
    match raw:
        case str():
            return _target(None, raw, path, shared.reading)
        case Mapping():
            return _targets_by_field(raw, path, shared.reading)
        case [_, *_]:
            return [target for n, item in enumerate(raw) for target in _target_table(item, (*path, n), shared)]
    form = 'write a duration, a table as in { priority = { P1 = "1h" }, else = "4h" }, or a list of tables'
    shared.reading.problem(path, form, raw)
    return []


def _target(when: Condition | None, raw: object, path: KeyPath, reading: Reading) -> list[_Found]:
    try:
        return [(path, when, read_duration(as_text(raw)), None)]
    except ValueError as error:
        reading.problem(path, own_words(error, raw), raw)
        return []


def _targets_by_field(raw: Mapping[str, Any], path: KeyPath, reading: Reading) -> list[_Found]:
    fields = [key for key in raw if key != "else"]
    if len(fields) != 1:
        found = ", ".join(fields) or "none"
        reading.problem(path, f"a table of targets goes by one field, with else beside it, and here by {found}")
        return []
    field = fields[0]
    values = raw[field]
    if not isinstance(values, Mapping) or not values:
        reading.problem((*path, field), f'must be a table, as in {field} = {{ P1 = "1h" }}', values)
        return []
    if not check_field(field, (*path, field), reading) or not _no_empty_value(values, (*path, field), reading):
        return []
    reading.uses.append(FieldUse((*path, field), field, tuple(values)))
    targets = []
    for value, within in values.items():
        targets += _target(Equals(field, (value,)), within, (*path, field, value), reading)
    if "else" in raw:
        targets += _target(None, raw["else"], (*path, "else"), reading)
    return targets


def _target_table(raw: object, path: KeyPath, shared: Shared) -> list[_Found]:
    table = shape(TargetTable, raw, path, shared.reading)
    if not isinstance(raw, Mapping):
        return []
    when = read_condition(raw["when"], (*path, "when"), shared.reading) if "when" in raw else None
    choice = read_calendar(raw["calendar"], (*path, "calendar"), shared) if "calendar" in raw else None
    if table is None:
        return []
    if "by" in raw and table.within is not None:
        shared.reading.problem((*path, "by"), "stands instead of within; drop one of them")
    elif "by" in raw:
        deadline = read_deadline(raw["by"], (*path, "by"), shared.reading)
        return [] if deadline is None else [((*path, "by"), when, deadline, choice)]
    elif table.within is None:
        shared.reading.problem((*path, "within"), 'is missing; write within = "4h", or by = { field = "due_date" }')
    return [] if table.within is None else [((*path, "within"), when, table.within, choice)]


def _check_days(limit: Limit, choice: CalendarChoice, path: KeyPath, shared: Shared) -> None:
    for name, length in lengths_of(limit, choice, shared.calendars).items():
        if length is None:
            remedy = f'write day = "8h" in [calendars.{name}]'
            shared.reading.problem(path, f"working days (wd) need to know how long a day is; {remedy}")


def _note_thresholds(clock: Clock, targets: list[Target], shared: Shared) -> None:
    """Check the thresholds against the calendars of the targets, and note which targets they stand beside."""
    if not clock.get("at_risk"):
        return
    path = clock["at_risk_path"]
    _, beside = shared.reading.at_risk.setdefault(path, (clock["at_risk"], []))
    for target in targets:
        for n, threshold in enumerate(clock["at_risk"]):
            if threshold.left is not None:
                _check_days(threshold.left, target.calendar, (*path, n), shared)
        for name, length in lengths_of(target.limit, target.calendar, shared.calendars).items():
            if length is not None:
                beside.append((length, shared.calendars[name].day))
        if not isinstance(target.limit, Duration):
            beside += [
                (length, shared.calendars[name].day)
                for length in _ANY_LENGTH
                for name in calendars_of([target])
                if name in shared.calendars
            ]
