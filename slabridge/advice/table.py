"""Conditions, targets and durations as TOML has them: what a proposal gives to paste."""

from collections.abc import Mapping, Sequence
from typing import Any

from sla_engine.agreement import CalendarChoice, DayDeadline, FieldDeadline, Limit, Target
from sla_engine.condition import AllOf, AnyOf, Condition, Differs, Equals, IsSet, Not
from sla_engine.duration import Duration
from sla_engine.instant import HOUR, MINUTE, SECOND

_STEPS = ((HOUR, 5 * MINUTE), (8 * HOUR, 15 * MINUTE), (48 * HOUR, HOUR))
"""Up to how long a time is rounded to what."""
_LONG = 4 * HOUR


def rounded_up(ms: int) -> int:
    """Return a time as people agree on one, and no shorter: 10m, 1h 15m, 9h, 52h."""
    step = next((step for limit, step in _STEPS if ms <= limit), _LONG)
    return -(-max(ms, 1) // step) * step


def duration_text(duration: Duration) -> str:
    """Return a duration as the file writes it: `2wd`, `1h30m`."""
    rest, parts = duration.ms, [f"{duration.working_days}wd"] if duration.working_days else []
    for size, unit in ((HOUR, "h"), (MINUTE, "m"), (SECOND, "s")):
        count, rest = divmod(rest, size)
        parts += [f"{count}{unit}"] if count else []
    return "".join(parts)


def condition_table(condition: Condition) -> Any:  # noqa: ANN401 - a TOML value
    """Return a condition as the file writes it.

    Raises:
        ValueError: it holds at an event, and cannot stand where a ticket's state is asked for.
    """
    match condition:
        case AllOf(parts):
            return _together([condition_table(part) for part in parts])
        case AnyOf(parts):
            return [condition_table(part) for part in parts]
        case Not(inner):
            return {"not": condition_table(inner)}
        case Equals(field, values):
            return {field: _values(values)}
        case Differs(field, values):
            return {field: {"not": _values(values)}}
        case IsSet(field, expected):
            return {field: {"set": expected}}
        case _:
            raise ValueError(f"{type(condition).__name__} is no condition of values")


def _together(tables: Sequence[Any]) -> Any:  # noqa: ANN401 - a TOML value
    """Return what holds where all of these do: one table where no key stands in two, else none of their opposites."""
    keys = [key for table in tables if isinstance(table, Mapping) for key in table]
    if len(keys) == len(set(keys)) and all(isinstance(table, Mapping) for table in tables):
        return {key: held for table in tables for key, held in table.items()}
    return {"not": [{"not": table} for table in tables]}


def _values(values: Sequence[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)


def objective_keys(targets: Sequence[Target]) -> dict[str, Any]:
    """Return the targets of an objective, with their calendar: one for all of them, or each with its own.

    Raises:
        ValueError: one is chosen by an event.
    """
    calendars = [calendar_value(target.calendar) for target in targets]
    tables = [
        ({} if target.when is None else {"when": condition_table(target.when)}) | _limit(target.limit)
        for target in targets
    ]
    if any(one != calendars[0] for one in calendars):
        return {"targets": [{**one, "calendar": other} for one, other in zip(tables, calendars, strict=True)]}
    alone = tables[0]["within"] if [*tables[0]] == ["within"] else tables
    return {"targets": alone if len(tables) == 1 else tables, "calendar": calendars[0]}


def _limit(limit: Limit) -> dict[str, Any]:
    if isinstance(limit, Duration):
        return {"within": duration_text(limit)}
    if isinstance(limit, FieldDeadline):
        return {"by": {"field": limit.field}}
    return {"by": _days(limit)}


def _days(limit: DayDeadline) -> dict[str, Any]:
    times = {"at": limit.at, "cutoff": limit.cutoff}
    return {"days": limit.days} | {
        key: f"{minutes // 60:02}:{minutes % 60:02}" for key, minutes in times.items() if minutes is not None
    }


def calendar_value(choice: CalendarChoice) -> Any:  # noqa: ANN401 - a TOML value
    """Return which calendar counts, as the file writes it."""
    if choice.field is None:
        return choice.otherwise
    return {"field": choice.field, "values": dict(choice.values), "else": choice.otherwise}
