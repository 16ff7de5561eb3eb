"""History from metrics: metric_instance has one row for each value that a field had, and from when to when.

Metrics are made by events, seconds to minutes after the update, and begin with the day on which they were defined. They
know no person. A value that the record has and no metric yet is taken to hold since the record's last update.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from connectors.servicenow.page import Record, raw
from connectors.servicenow.pull.history import FieldChange
from connectors.servicenow.selection import Selection

_FIELDS = ("id", "definition", "field_value", "value", "start", "end")


class Metrics:
    """What to read for the changes of measured fields; `metrics` are (sys_id, since when it measures) by field."""

    table = "metric_instance"

    def __init__(self, metrics: Mapping[str, tuple[str, str]]) -> None:
        self._fields = {sys_id: field for field, (sys_id, _) in metrics.items()}
        self._since = {field: since for field, (_, since) in metrics.items()}

    def selections(self, ids: Sequence[str]) -> list[Selection]:
        """Return what to read of these records."""
        if not self._fields:
            return []
        return [Selection(self.table, "id", ids, _FIELDS, {"definition": list(self._fields)})]

    def changes(self, rows: Iterable[Record], records: Iterable[Record]) -> dict[str, list[FieldChange]]:
        """Return the changes of these records by sys_id, oldest first."""
        spans: dict[str, dict[str, list[Record]]] = defaultdict(lambda: defaultdict(list))
        for row in rows:
            spans[row["id"]][self._fields[row["definition"]]].append(row)
        found = {}
        for record in records:
            moves = [
                move
                for field, of in spans[record["sys_id"]].items()
                for move in _moves(field, of, record, self._since[field])
            ]
            found[record["sys_id"]] = sorted(moves, key=lambda move: move.created)
        return found


def _moves(field: str, spans: Sequence[Record], record: Record, since: str) -> Iterator[FieldChange]:
    """Yield what happened between the spans of one field; where there is none, it was empty."""
    created = record.get("sys_created_on") or ""
    held: str | None = None
    until = created
    for span in sorted(spans, key=lambda row: (row.get("start") or "", row["sys_id"])):
        start, value = span.get("start") or "", _value(span)
        if held is None:
            held = "" if since <= created < start else value
        elif until and until < start and held:
            yield FieldChange(until, 0, "", field, held, "")
            held = ""
        if held != value:
            yield FieldChange(start, 0, "", field, held, value)
        held, until = value, span.get("end") or ""
    now = raw(record.get(field))
    if held is not None and now is not None and held != now:
        yield FieldChange(until or record["sys_updated_on"], 0, "", field, held, now)


def _value(span: Record) -> str:
    """Return the value as the field stores it; instances whose metrics lack that have the one that people see."""
    stored = span.get("field_value")
    return str(stored if stored is not None else span.get("value") or "")
