"""How satisfied people were with how their tickets were handled (docs/measures.md)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from fractions import Fraction
from zoneinfo import ZoneInfo

from connectors.interface import NativeRating
from sla_engine.instant import instant_of, parse_instant
from slabridge.config.services.satisfaction import FieldRatings, Grades, RatingSource, ToolRatings
from slabridge.report.life import Life
from slabridge.report.period import Period

LEAST = 10
"""Of fewer answers no percentage is said."""


@dataclass(frozen=True, slots=True)
class Rating:
    """An answer: about which ticket, the grade, and when it was given (ms UTC)."""

    life: Life
    grade: int
    at: int


@dataclass(slots=True)
class Satisfaction:
    """What one source came to: its answers.

    `odd` answers have a grade that is not on the scale. `asked` is how many were asked for in the period,
    and `of_asked` how many of these were given (None: not known).
    """

    source: RatingSource
    ratings: list[Rating] = field(default_factory=list)
    odd: int = 0
    asked: int | None = None
    of_asked: int | None = None

    def merge(self, other: "Satisfaction") -> None:
        """Add the answers that fields of other tickets hold."""
        self.ratings += other.ratings
        self.odd += other.odd

    @property
    def mean(self) -> Fraction | None:
        """The mean grade, None without answers."""
        return Fraction(sum(one.grade for one in self.ratings), len(self.ratings)) if self.ratings else None

    @property
    def satisfied(self) -> int:
        """How many gave one of the two best grades."""
        return sum(abs(one.grade - self.source.grades.best) <= 1 for one in self.ratings)


def of_fields(source: FieldRatings, lives: Iterable[Life], period: Period) -> Satisfaction:
    """Return the answers that fields of tickets hold: given when `answered` says, else when the grade was set."""
    given: list[tuple[Life, str, int]] = []
    odd = 0
    for life in lives:
        grade = ", ".join(life.last_values.get(source.field, ()))
        if not life.in_scope or not grade:
            continue
        try:
            given.append((life, grade, _answered(source, life, period.timezone)))
        except ValueError:
            odd += 1
    return _counted(source, given, period, odd)


def of_tool(
    source: ToolRatings, found: Iterable[NativeRating], lives: Mapping[str, Life], period: Period
) -> Satisfaction:
    """Return the answers that a tool keeps, about those of these tickets (by id) that are in scope."""
    mine = [(lives[one.ticket], one) for one in found if one.ticket in lives and lives[one.ticket].in_scope]
    here = [one for _, one in mine if one.asked is not None and period.start <= one.asked < period.end]
    given = [(life, one.grade, one.at) for life, one in mine if one.grade is not None and one.at is not None]
    counted = _counted(source, given, period, 0)
    if not here and not any(one.asked for _, one in mine):
        return counted
    answered = sum(one.at is not None for one in here)
    return Satisfaction(source, counted.ratings, counted.odd, len(here), answered)


def _answered(source: FieldRatings, life: Life, zone: str) -> int:
    if source.answered is None:
        return life.set_at[source.field]
    text = ", ".join(life.last_values.get(source.answered, ()))
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):  # a date is its first instant
        return instant_of(datetime.combine(date.fromisoformat(text), time(), ZoneInfo(zone)))
    return parse_instant(text)


def _counted(source: RatingSource, given: Iterable[tuple[Life, str, int]], period: Period, odd: int) -> Satisfaction:
    ratings = []
    for life, text, at in given:
        if not period.start <= at < period.end:
            continue
        grade = _grade(text, source.grades)
        if grade is None:
            odd += 1
        else:
            ratings.append(Rating(life, grade, at))
    return Satisfaction(source, ratings, odd)


def _grade(text: str, grades: Grades) -> int | None:
    number = text.removesuffix(".0")
    low, high = sorted((grades.worst, grades.best))
    return int(number) if number.isascii() and number.isdigit() and low <= int(number) <= high else None
