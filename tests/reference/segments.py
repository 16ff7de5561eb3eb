"""A cycle opened into stretches of one mode and one holder."""

from dataclasses import dataclass, replace

from tests.reference.calendar import Calendar, text
from tests.reference.condition import Row
from tests.reference.replay import Cycle


@dataclass
class Stretch:
    """A part of a cycle, [start, end), caused by `row`. Mode: counted, paused, stopped or restarted.

    `worked` is the working time in it, on the calendar that counts there.
    """

    start: int
    end: int
    mode: str
    row: int
    holder: str | None
    calendar: Calendar
    worked: int

    def is_like(self, other: "Stretch") -> bool:
        return (self.mode, self.holder) == (other.mode, other.holder)


def holder_of(row: Row, field: str) -> str | None:
    return ", ".join(sorted(row.fields.get(field, frozenset()))) or None


def stretches_of(
    cycle: Cycle,
    modes: list[str],
    calendars: list[Calendar],
    rows: list[Row],
    end: int,
    restarted_before: int,
    field: str,
) -> list[Stretch]:
    """Return one stretch for each row of the cycle; it ends where the next row comes, the last at the cycle's end."""
    stretches = []
    for index, mode in enumerate(modes, start=cycle.first):
        is_last = index == cycle.first + len(modes) - 1
        calendar = calendars[index - cycle.first]
        until = end if is_last else rows[index + 1].at
        shown = "restarted" if mode == "counted" and index < restarted_before else mode
        worked = calendar.elapsed(rows[index].at, until)
        holder = holder_of(rows[index], field)
        stretches.append(Stretch(rows[index].at, until, shown, index, holder, calendar, worked))
    return stretches


def segments_of(stretches: list[Stretch]) -> list[Stretch]:
    """Join rows of one mode and holder, drop what has no length, and join again what became alike."""
    return join([each for each in join(stretches) if each.start < each.end])


def join(stretches: list[Stretch]) -> list[Stretch]:
    joined: list[Stretch] = []
    for each in stretches:
        if joined and joined[-1].is_like(each):
            joined[-1] = replace(joined[-1], end=each.end, worked=joined[-1].worked + each.worked)
        else:
            joined.append(each)
    return joined


def time_in(mode: str, stretches: list[Stretch]) -> int:
    """Return the working time in the stretches of one mode."""
    return sum(each.worked for each in stretches if each.mode == mode)


def as_json(each: Stretch) -> dict[str, object]:
    return {
        "from": text(each.start),
        "to": text(each.end),
        "mode": each.mode,
        "seconds": each.worked / 1000,
        "row": each.row,
        "holder": each.holder,
    }
