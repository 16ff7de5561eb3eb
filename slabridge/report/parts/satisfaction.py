"""Satisfaction in a report, with the answers behind it."""

from fractions import Fraction

from sla_engine.instant import format_instant
from slabridge.config.services.satisfaction import RatingSource, ToolRatings
from slabridge.report.parts.values import Document
from slabridge.report.satisfaction import LEAST, Satisfaction
from slabridge.report.shown import shown_number, shown_share


def satisfaction(found: Satisfaction) -> Document:
    """Return what one source came to, its answers as they were given; of few without a percentage."""
    count, grades = len(found.ratings), found.source.grades
    up = grades.best > grades.worst
    enough = count >= LEAST
    asked = found.asked
    return {
        "source": _named(found.source),
        "worst": grades.worst,
        "best": grades.best,
        "answers": count,
        "sum": sum(one.grade for one in found.ratings),
        "mean": None if found.mean is None else shown_number(found.mean, 2, worse="down" if up else "up"),
        "satisfied": found.satisfied,
        "percent": shown_share(Fraction(found.satisfied, count), 2) if enough else None,
        "asked": asked,
        "of_asked": found.of_asked,
        "response_percent": shown_share(Fraction(found.of_asked or 0, asked), 2) if asked else None,
        "odd": found.odd,
        "ratings": [
            {
                "source": one.life.source,
                "ticket": one.life.key,
                "id": one.life.id,
                "at": format_instant(one.at),
                "grade": one.grade,
            }
            for one in sorted(found.ratings, key=lambda one: (one.at, one.life.source, one.life.id))
        ],
    }


def _named(source: RatingSource) -> str:
    if not isinstance(source, ToolRatings):
        return source.field
    return source.connection if source.survey is None else f"{source.connection}: {source.survey}, {source.question}"
