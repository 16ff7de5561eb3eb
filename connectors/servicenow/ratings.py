"""Answers to a survey of ServiceNow: how satisfied people were with how their tickets were handled.

`asmt_assessment_instance` has a row for each time that a survey (`metric_type`) was sent to somebody about a task, with
`state` and `taken_on`; `asmt_assessment_instance_question` the answer (`value`) to each of its questions (`metric`).
Comments are texts in the same table, and are not read.
"""

from collections.abc import Iterator

from connectors.errors import Refused
from connectors.interface import NativeRating, Skipped, Survey
from connectors.servicenow import query, stamp
from connectors.servicenow.page import Record
from connectors.servicenow.records import Records

_INSTANCE, _ANSWER = "asmt_assessment_instance", "asmt_assessment_instance_question"
_FIELDS = ("number", "metric_type", "task_id", "state", "taken_on", "sys_created_on")
_NAMESAKES = 10
"""Surveys, and questions, of one name that are looked at."""


def read_ratings(
    records: Records, survey: Survey, start: int, end: int, connection: str
) -> Iterator[NativeRating | Skipped]:
    """Yield what was answered or asked in [start, end), ms UTC, each once; what cannot be read says why.

    Raises:
        Refused: there is no such survey or question, or the tables may not be read.
    """
    named = query.equal("name", survey.name)
    metric_type = _id_of(records, "asmt_metric_type", named, survey.name, connection)
    named = query.joined(query.equal("name", survey.question), query.among("metric_type", [metric_type]))
    metric = _id_of(records, "asmt_metric", named, survey.question, connection)
    asked: dict[str, Record] = {}
    for field in ("taken_on", "sys_created_on"):
        rows = _rows(records, metric_type, (field, stamp.stamp_of(start), stamp.stamp_of(end)), connection)
        asked |= {row["sys_id"]: row for row in rows}
    answered = [sys_id for sys_id, row in asked.items() if row.get("state") == "complete"]
    where = {"metric": [metric]}
    answers = records.select(_ANSWER, "instance", answered, ["instance", "value"], where=where, complete=True)
    grades = {row["instance"]: row.get("value", "") for row in answers}
    for sys_id, row in asked.items():
        yield from _rating(row, grades.get(sys_id))


def _id_of(records: Records, table: str, where: str, name: str, connection: str) -> str:
    page = records.page(table, where, ["sys_id", "name"], limit=_NAMESAKES)
    found = [row["sys_id"] for row in page.rows if row.get("name", "").casefold() == name.casefold()]
    if len(found) != 1:
        many = "has several" if found else "has none that the account may read and that is"
        raise Refused(f"{connection}: {table} {many} named {name!r}")
    return str(found[0])


def _rows(records: Records, metric_type: str, within: tuple[str, str, str], connection: str) -> list[Record]:
    """Read the instances of a survey whose field lies within two stamps: (field, from, until)."""
    field, start, end = within
    condition = f"{query.among('metric_type', [metric_type])}^{field}>={start}^{field}<{end}"

    rows, hidden = records.matching(_INSTANCE, condition, _FIELDS)
    if any(row.get("metric_type") != metric_type or not start <= row.get(field, "") < end for row in rows):
        raise Refused(f"{connection}: {_INSTANCE} ignores a condition; may the account read metric_type and {field}?")
    if hidden:
        raise Refused(f"{connection}: {hidden} of {hidden + len(rows)} rows of {_INSTANCE} are hidden from the account")
    return rows


def _rating(row: Record, grade: str | None) -> Iterator[NativeRating | Skipped]:
    """Yield what an instance of the survey came to; one that was called off, or is about no task, is none."""
    if row.get("state") == "canceled" or not row.get("task_id"):
        return
    key = str(row.get("number") or row["sys_id"])
    try:
        asked = stamp.instant_of(row.get("sys_created_on", ""), "sys_created_on")
        at = stamp.instant_of(row.get("taken_on", ""), "taken_on") if grade else None
    except ValueError as error:
        yield Skipped(row["sys_id"], key, str(error))
        return
    yield NativeRating(row["task_id"], grade or None, at, asked)
