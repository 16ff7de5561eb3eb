"""What a target allows: `within` a duration, or `by` a deadline (docs/configuration.md, "Agreements")."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from connectors.tool import TomlTable
from sla_engine.agreement import CalendarChoice, DayDeadline, FieldDeadline, Limit
from sla_engine.calendar import CalendarDefinition
from sla_engine.condition import OWN_FIELDS
from sla_engine.duration import Duration
from slabridge.config.agreements.hours import read_time
from slabridge.config.problem import KeyPath
from slabridge.config.reading import FieldUse, Reading
from slabridge.config.shape import check_field, shape, text_as

_MOST_DAYS = 3653
_EXAMPLE = 'write by = { field = "due_date" } or by = { days = 1, at = "17:00" }'


class DeadlineTable(TomlTable):
    """`by` of a target."""

    field: str | None = None
    """A field with an instant, or with a date, which means its end. Put `when = { due_date = { set = true } }` beside
    it where further targets follow, or they are never reached. Default: this or `days`.
    """
    days: int | None = Field(None, ge=0, le=_MOST_DAYS)
    """How many working days after the day of receipt; 0: on that day itself. Default: this or `field`."""
    at: Annotated[int | None, text_as(read_time)] = None
    """The local time on that day. Default: the end of its working time."""
    cutoff: Annotated[int | None, text_as(read_time)] = None
    """From which local time on a working day is over for what comes."""


def read_deadline(raw: object, path: KeyPath, reading: Reading) -> Limit | None:
    """Return the deadline that `by` names, or None and problems."""
    table = shape(DeadlineTable, raw, path, reading)
    if table is None:
        return None
    if table.field is None and table.days is not None:
        return DayDeadline(table.days, table.at, table.cutoff)
    if table.field is None or not table.model_fields_set <= {"field"}:
        reading.problem(path, f"is either a field, or days with at and cutoff; {_EXAMPLE}", raw)
    elif table.field in OWN_FIELDS:
        reading.problem((*path, "field"), "the engine itself knows this field, and it holds no date", table.field)
    elif check_field(table.field, (*path, "field"), reading):
        reading.uses.append(FieldUse((*path, "field"), table.field))
        return FieldDeadline(table.field)
    return None


def lengths_of(
    limit: Limit, choice: CalendarChoice, calendars: Mapping[str, CalendarDefinition]
) -> dict[str, int | None]:
    """Return a duration in ms by each calendar that the choice can give; None where working days have no length.

    A deadline has no length that is known beforehand.
    """
    if not isinstance(limit, Duration):
        return {}
    names = dict.fromkeys((choice.otherwise, *(name for _, name in choice.values)))
    days: dict[str, Any] = {name: calendars[name].day for name in names if name in calendars}
    return {name: None if limit.working_days and day is None else limit.within(day) for name, day in days.items()}
