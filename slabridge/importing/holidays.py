"""Which country's holidays a set of closed dates is, of the countries of a time zone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

import holidays
from holidays.registry import EntityLoader

_LEAST_A_YEAR = 3
_ALIKE = 0.7


@dataclass(frozen=True, slots=True)
class Likeness:
    """A code of the `holidays` library, the dates that it has, and how far these are the ones asked about."""

    code: str
    dates: frozenset[date]
    more: tuple[date, ...]
    """Dates of the code that are not closed in the tool."""
    fewer: tuple[date, ...]
    """Dates closed in the tool that the code does not have."""


def likest(closed: Iterable[date], working: Iterable[date], zone: str) -> Likeness | None:
    """Return the code that is most like some closed dates, looked at on days that are else worked; None: none is.

    Which dates a code has beside working days makes no difference, and is not looked at.
    """
    days = frozenset(working)
    wanted = frozenset(closed) & days
    years = sorted({day.year for day in days})
    if len(wanted) < _LEAST_A_YEAR * len(years):
        return None
    found = []
    for code, dates in _codes(zone, tuple(years)):
        has = dates & days
        if has and len(has & wanted) >= _ALIKE * len(has | wanted):
            found.append(Likeness(code, dates, tuple(sorted(has - wanted)), tuple(sorted(wanted - has))))
    return min(found, key=lambda one: (len(one.more), len(one.fewer), len(one.code)), default=None)


@cache
def _codes(zone: str, years: tuple[int, ...]) -> list[tuple[str, frozenset[date]]]:
    return [
        (code, frozenset(holidays.country_holidays(country, subdiv=part, years=years, categories=categories)))
        for country in _countries(zone)
        for code, part, categories in _variants(country)
    ]


def _variants(country: str) -> Iterator[tuple[str, str | None, tuple[str, ...]]]:
    known = getattr(holidays, country)
    further = [name for name in known.supported_categories if name not in {"public", "half_day"}]
    for part in (None, *known.subdivisions):
        entity = f"{country}-{part}" if part else country
        yield entity, part, ("public",)
        for category in further:
            yield f"{entity}:public+{category}", part, ("public", category)


def _countries(zone: str) -> list[str]:
    """Return the countries that have a zone, as the time zone database says; none for one like UTC."""
    known = set(EntityLoader.get_country_codes(include_aliases=False))
    lines = (files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return [code for code, _, name, *_ in rows if name == zone and code in known]
