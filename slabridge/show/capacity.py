"""What teams carry, as tables and as JSON."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sla_engine.instant import HOUR, format_instant, seconds
from slabridge.app.capacity import Capacity
from slabridge.capacity.arrivals import Arrivals
from slabridge.capacity.decided import Kept
from slabridge.capacity.growth import STEPS, Grown
from slabridge.capacity.hours import HOURS
from slabridge.capacity.load import Load
from slabridge.text.language import Language
from slabridge.text.printed import line
from slabridge.text.said import Said, said, word
from slabridge.text.spoken import WEEKDAYS, roughly, spoken, zoned

_MOST: Final = 20
"""The teams shown: those that most leaves."""


def print_capacity(console: Console, found: Capacity, language: Language, team: str | None = None) -> None:
    """Print what teams carry, or what one of them has, and what breaks if more comes."""
    printed = _Printed(console, language)
    printed.window(found)
    arrivals = [one for one in found.arrivals if one.team == (team or "")]
    for one in arrivals:
        printed.arrivals(one)
    loads = [load for load in found.loads if team is None or name_of(load, language) == team]
    printed.loads(loads[:_MOST], found.growth)
    if len(loads) > _MOST:
        printed.say(said("%(count)s more teams, of which less leaves, are in --json", count=len(loads) - _MOST))
    if team is None:
        printed.grown(found)


def name_of(load: Load, language: Language) -> str:
    """Return what a team is called where it is shown: what nobody has is in the hands of `nobody`."""
    return load.team or language.word(word("nobody"))


class _Printed:
    def __init__(self, console: Console, language: Language) -> None:
        self._console, self._language = console, language

    def say(self, text: Said) -> None:
        self._console.print(Text(line(self._language.tell(text))))

    def _table(self, title: str, first: str, *columns: str) -> Table:
        table = Table(title=title, title_justify="left")
        table.add_column(self._language.word(first), overflow="fold")  # a name that is cut could be another's
        for column in columns:
            table.add_column(self._language.word(column), justify="right", overflow="fold")
        return table

    def _number(self, number: float | None, unit: str = "") -> str:
        return "" if number is None else self._language.number(f"{number:.1f}") + unit

    def window(self, found: Capacity) -> None:
        first, until = (f"{zoned(at, found.zone):%Y-%m-%d %H:%M}" for at in (found.first, found.until))
        self.say(said("%(first)s to %(until)s (%(zone)s)", first=first, until=until, zone=found.zone))
        if found.dated:
            text = said(
                "%(count)s tickets were created at midnight sharp, a date without a time: they are in no hour below",
                count=found.dated,
            )
            self.say(text)

    def arrivals(self, of: Arrivals) -> None:
        """Print the hours of the week in which anything came."""
        text = said("%(count)s tickets that came, by hour of the week: mean (10 %% to 90 %% of weeks)", count=of.count)
        table = self._table(self._language.tell(text), word("hour"), *WEEKDAYS)
        for hour in range(HOURS):
            cells = of.cells[hour::HOURS]
            if any(cell.mean for cell in cells):
                shown = (f"{self._number(cell.mean)} ({cell.low}-{cell.high})" if cell.mean else "" for cell in cells)
                table.add_row(f"{hour:02}", *shown)
        self._console.print(table)

    def loads(self, loads: Sequence[Load], growth: int) -> None:
        wait = self._language.word(word("wait for a slot"))
        table = self._table(
            self._language.word(word("what teams have")),
            *(word("team"), word("in hand"), word("waiting"), word("work, hours"), word("come a day")),
            *(word("leave a day"), word("work for, days"), word("at this rate")),
            f"{wait}, +{growth} %",
        )
        for load in loads:
            table.add_row(
                Text(line(name_of(load, self._language))),
                str(load.open),
                str(load.waiting),
                self._language.word(word("unknown")) if load.work is None else self._number(load.work / HOUR),
                self._number(load.comes),
                self._number(load.leaves),
                self._number(load.in_hand_days),
                self._language.tell(_trend(load)),
                "" if load.slots is None else " -> ".join(self._time(ms) for ms in load.waited),
            )
        self._console.print(table)

    def _time(self, ms: int) -> str:
        return self._language.tell(spoken(ms) if ms < HOUR else roughly(ms))

    def grown(self, found: Capacity) -> None:
        more = f"+{found.growth} %"
        title = self._language.tell(said("what is kept if %(growth)s percent more tickets come", growth=found.growth))
        columns = (word("promised"), word("in truth"), word("replayed"))
        table = self._table(title, word("objective"), *columns, more, word("falls by"), word("breaks at"))
        for one in found.grown:
            fall = one.fall(found.growth)
            table.add_row(
                one.objective,
                "" if one.promised is None else self._language.number(f"{one.promised:g}") + " %",
                self._share(one.truth),
                self._share(one.replayed[0]),
                self._share(one.replayed[found.growth]),
                "" if fall is None else self._language.number(f"{fall:.2f}"),
                self._language.tell(_breaks(one)),
            )
        self._console.print(table)
        self.say(_first(found))

    def _share(self, kept: Kept) -> str:
        return "" if kept.percent is None else f"{self._language.number(f'{kept.percent:.2f}')} %"


def _trend(load: Load) -> Said:
    if not load.left:
        return said("nothing leaves") if load.came else said("nothing comes or leaves")
    if load.days_to_empty is not None:
        if not load.open:
            return said("empty")
        days = f"{load.days_to_empty:.1f}"
        return said("empty in %(days)s days", days=days)
    count = f"{load.grows:.2f}"
    return said("grows by %(count)s a day", count=count) if load.grows else said("stays as it is")


def _breaks(one: Grown) -> Said | str:
    if one.is_broken:
        return said("not kept today")
    return "" if one.breaks_at is None else f"+{one.breaks_at} %"


def _first(found: Capacity) -> Said:
    first = found.breaks_first
    if first is not None:
        return said(
            "%(objective)s breaks first, where %(growth)s percent more tickets come",
            objective=first.objective,
            growth=first.breaks_at or 0,
        )
    return said("nothing breaks where up to %(growth)s percent more tickets come", growth=max(found.growth, *STEPS))


def as_json(found: Capacity) -> dict[str, Any]:
    """Return plain values: instants as texts in UTC, times in seconds, only hours of the week in which any came."""
    first = found.breaks_first
    return {
        "from": format_instant(found.first),
        "to": format_instant(found.until),
        "timezone": found.zone,
        "dated": found.dated,
        "arrivals": [
            {"team": one.team or None, "tickets": one.count, "hours": [*_cells(one)]} for one in found.arrivals
        ],
        "teams": [_load(load) for load in found.loads],
        "growth_percent": found.growth,
        "objectives": [_grown(one, found.growth) for one in found.grown],
        "breaks_first": None if first is None else first.objective,
    }


def _cells(of: Arrivals) -> Iterator[dict[str, Any]]:
    for n, cell in enumerate(of.cells):
        if cell.mean:
            yield {"weekday": n // HOURS + 1, "hour": n % HOURS, **cell._asdict(), "mean": round(cell.mean, 4)}


def _load(load: Load) -> dict[str, Any]:
    values = asdict(load)
    work, waited = values.pop("work"), values.pop("waited")
    return {
        **values,
        "team": load.team or None,
        "work_seconds": None if work is None else seconds(work),
        "grows_a_day": round(load.grows, 4),
        "in_hand_days": None if load.in_hand_days is None else round(load.in_hand_days, 4),
        "days_to_empty": None if load.days_to_empty is None else round(load.days_to_empty, 4),
        "waited_seconds": {"replayed": seconds(waited[0]), "grown": seconds(waited[1])},
    }


def _grown(one: Grown, growth: int) -> dict[str, Any]:
    return {
        "objective": one.objective,
        "promised_percent": one.promised,
        "truth": _kept(one.truth),
        "replayed": {str(percent): _kept(kept) for percent, kept in one.replayed.items()},
        "falls_by": one.fall(growth),
        "not_kept_today": one.is_broken,
        "breaks_at_percent": one.breaks_at,
    }


def _kept(kept: Kept) -> dict[str, Any]:
    return {**kept._asdict(), "compliance": kept.percent}
