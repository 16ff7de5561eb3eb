"""What an instance says of a table: the tables it extends, its fields, their choices, and what is measured of them.

It is read once. What may not be read is done without: fields of which the dictionary says nothing count as audited.
"""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import structlog

from connectors.servicenow.page import Record
from connectors.servicenow.records import Records
from connectors.servicenow.selection import Selected, Selection
from connectors.servicenow.settings import ServiceNowSettings

_ANCESTORS = tuple("super_class." * depth + "name" for depth in range(1, 6))
_DURATION = "field_value_duration"
_EXCLUDED, _INCLUDED = "no_audit", "audit_type=whitelist"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TableFacts:
    """The lineage; by field: the table it refers to, why it is not audited, its metric (sys_id, since when); labels.

    `kinds` has the dictionary's type of each field.
    """

    tables: tuple[str, ...]
    targets: dict[str, str] = field(default_factory=dict)
    unaudited: dict[str, str] = field(default_factory=dict)
    labels: dict[tuple[str, str], str] = field(default_factory=dict)
    metrics: dict[str, tuple[str, str]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)


class Catalogue:
    """The facts of one table, read when they are first needed."""

    def __init__(self, records: Records, settings: ServiceNowSettings) -> None:
        self._records = records
        self._settings = settings
        self._fields = [name for name in settings.fields if "." not in name]
        self._facts: TableFacts | None = None
        self._lock = threading.Lock()

    @property
    def facts(self) -> TableFacts:
        """The facts; in an outage nothing is kept, and they are asked for again."""
        with self._lock:
            if self._facts is None:
                self._facts = self._read() if self._fields else TableFacts((self._settings.table,))
            return self._facts

    def _read(self) -> TableFacts:
        table = self._settings.table
        near = list(dict.fromkeys([table, "task"]))
        line, *found = self._records.read(
            [Selection("sys_db_object", "name", [table], _ANCESTORS), *self._selections(near, whole=True)]
        )
        lineage = _lineage(table, line.rows) or near
        further = [name for name in lineage if name not in near]
        if further:
            more = self._records.read(self._selections(further, whole=False))
            found = [_both(*pair) for pair in zip(found, more, strict=True)]
        fields, collection, choices, metrics = found
        self._say(fields, "sys_dictionary", "whether fields are audited is not known")
        self._say(choices, "sys_choice", "codes stand for their labels")
        entries = _nearest(fields.rows, "name", lineage)
        return TableFacts(
            tuple(lineage),
            {row["element"]: row.get("reference") or "" for row in entries},
            _unaudited(table, entries, collection.rows),
            {
                (row["element"], row.get("value") or ""): row.get("label") or ""
                for row in _nearest(choices.rows, "name", lineage)
            },
            _metrics(metrics.rows),
            {row["element"]: row.get("internal_type") or "" for row in entries},
        )

    def _selections(self, tables: Sequence[str], *, whole: bool) -> list[Selection]:
        by_field = {"element": self._fields}
        dictionary = ("reference", "audit", "attributes", "internal_type")
        return [
            Selection("sys_dictionary", "name", tables, dictionary, by_field),
            Selection("sys_dictionary", "name", tables[:1], dictionary, {"internal_type": ["collection"]}),
            Selection("sys_choice", "name", tables, ("value", "label"), {**by_field, "language": ["en"]}),
            *(
                [
                    Selection(
                        "metric_definition",
                        "table",
                        tables,
                        ("type", "active", "sys_created_on"),
                        {"field": self._fields},
                    )
                ]
                if whole and self._settings.history == "metric_instance"
                else [Selection("metric_definition", "table", [], ())]
            ),
        ]

    def _say(self, got: Selected, table: str, loss: str) -> None:
        if got.refused or (got.hidden and not got.rows):
            reason = str(got.refused or f"all {got.hidden} rows are hidden by access rules")
            log.warning("a table cannot be read", connection=self._settings.name, table=table, loss=loss, reason=reason)


def _both(one: Selected, other: Selected) -> Selected:
    return Selected([*one.rows, *other.rows], one.hidden + other.hidden, one.refused or other.refused)


def lineage_of(records: Records, table: str) -> list[str]:
    """Ask for a table and those that it extends, the nearest first; where nobody tells, itself and task."""
    (line,) = records.read([Selection("sys_db_object", "name", [table], _ANCESTORS)])
    return _lineage(table, line.rows) or list(dict.fromkeys([table, "task"]))


def _lineage(table: str, rows: Iterable[Record]) -> list[str]:
    """Return a table and those that it extends, the nearest first."""
    return [table, *(row[name] for row in rows for name in _ANCESTORS if row.get(name))] if rows else []


def _nearest(rows: Iterable[Record], name: str, lineage: Sequence[str]) -> list[Record]:
    """Return rows so that those of the table itself come last, and win."""
    return sorted(rows, key=lambda row: -lineage.index(row[name]) if row[name] in lineage else -len(lineage))


def _unaudited(table: str, fields: Iterable[Record], collection: Iterable[Record]) -> dict[str, str]:
    """Return the fields of which updates leave no audit, and why.

    A table is audited or not by its own entry, whatever those that it extends say; of its fields then all are, but for
    those with an attribute that excludes them, or those that a list does not include.
    """
    of_table = {"audit": "", "attributes": ""}
    for row in collection:
        if row.get("name") == table:
            of_table = {name: str(row.get(name) or "") for name in of_table}
    found = {}
    for row in fields:
        held, attributes = row.get("audit"), row.get("attributes") or ""
        by_list = _INCLUDED in of_table["attributes"] or not of_table["audit"]
        if of_table["audit"] == "false":
            found[row["element"]] = f"the dictionary says that {table} is not audited"
        elif (by_list and held == "false") or (_EXCLUDED in attributes and f"{_EXCLUDED}=false" not in attributes):
            found[row["element"]] = f"the dictionary says that it is not audited in {row['name']}"
        else:
            found.pop(row["element"], None)
    return found


def _metrics(rows: Iterable[Record]) -> dict[str, tuple[str, str]]:
    """Return of each field the oldest metric that measures how long it had which value."""
    found: dict[str, tuple[str, str]] = {}
    for row in rows:
        kind = (row.get("type") or "").casefold().replace(" ", "_")
        if kind == _DURATION and row.get("active") == "true":
            metric = (row["sys_id"], row.get("sys_created_on") or "")
            found[row["field"]] = min(found.get(row["field"], metric), metric, key=lambda pair: pair[1])
    return found
