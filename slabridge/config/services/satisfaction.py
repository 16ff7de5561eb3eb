"""[satisfaction]: where people say how satisfied they were (docs/reports.md, "Satisfaction")."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from connectors.tool import Inside, TomlTable
from slabridge.config.problem import KeyPath
from slabridge.config.reading import FieldUse, Reading
from slabridge.config.shape import check_field, kind_of, shape


@dataclass(frozen=True, slots=True)
class Grades:
    """A scale of whole numbers, from the worst to the best; the best may be the lowest number."""

    worst: int = 1
    best: int = 5


@dataclass(frozen=True, slots=True)
class FieldRatings:
    """A mapped field that holds the grade; `answered` is the field that says when (None: when the grade was set)."""

    grades: Grades
    field: str
    answered: str | None = None


@dataclass(frozen=True, slots=True)
class ToolRatings:
    """What a tool itself keeps: the survey of a ServiceNow and its question, or (None) the feedback of a Jira."""

    grades: Grades
    connection: str
    survey: str | None = None
    question: str | None = None


RatingSource = FieldRatings | ToolRatings


class RatingSourceTable(TomlTable):
    """One of `sources`."""

    field: str | None = Field(None, examples=['"rating"'])
    """The field of the ticket that holds the grade. Default: one of these."""
    answered: str | None = Field(None, examples=['"rated_at"'])
    """Beside `field`: the field that says when it was given."""
    servicenow: str | None = Field(None, examples=['"snow"'], min_length=1)
    """The connection whose surveys are read. Default: one of these."""
    survey: str | None = Field(None, examples=['"Service desk satisfaction"'], min_length=1)
    """Beside `servicenow`: the survey's name there."""
    question: str | None = Field(None, examples=['"How satisfied are you?"'], min_length=1)
    """Beside `servicenow`: the question's name there."""
    jira: str | None = Field(None, examples=['"jira"'], min_length=1)
    """The connection whose feedback is read. Default: one of these."""
    grades: list[int] = Field(default=[1, 5], min_length=2, max_length=2)
    """The worst grade and the best. Default: `[1, 5]`."""


class SatisfactionTable(TomlTable):
    """[satisfaction]."""

    sources: Annotated[list[Any], Inside("[RatingSourceTable]")] = Field(examples=['[{ jira = "jira" }]'], min_length=1)
    """Where people say [how satisfied they were](reports.md#satisfaction)."""


_KINDS = {
    "field": ("answered", "grades"),
    "servicenow": ("survey", "question", "grades"),
    "jira": ("grades",),
}
_NEEDED = {"servicenow": ("survey", "question")}


def read_satisfaction(document: Mapping[str, Any], reading: Reading) -> tuple[RatingSource, ...]:
    """Return the sources that have no problem."""
    if "satisfaction" not in document:
        return ()
    table = shape(SatisfactionTable, document["satisfaction"], ("satisfaction",), reading)
    if table is None:
        return ()
    found = (_source(raw, ("satisfaction", "sources", n), reading) for n, raw in enumerate(table.sources))
    return tuple(source for source in found if source is not None)


def _source(raw: object, path: KeyPath, reading: Reading) -> RatingSource | None:
    table = shape(RatingSourceTable, raw, path, reading)
    if table is None or not isinstance(raw, Mapping):
        return None
    kind_of(raw, path, _KINDS, reading, needed=_NEEDED)
    for key in ("field", "answered"):
        if key in raw and check_field(raw[key], (*path, key), reading):
            reading.uses.append(FieldUse((*path, key), raw[key]))
    worst, best = table.grades
    if worst == best:
        reading.problem((*path, "grades"), "must be the worst and the best grade, as in [1, 5]", table.grades)
    if reading.broken(path):
        return None
    if table.field is not None:
        return FieldRatings(Grades(worst, best), table.field, table.answered)
    return ToolRatings(Grades(worst, best), table.servicenow or table.jira or "", table.survey, table.question)
