"""Choices: values that a dropdown offers. The Table API takes any other as well, and people then see it raw."""

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import structlog

from connectors.interface import FieldsWrite, LinkWrite
from connectors.servicenow.catalogue import lineage_of
from connectors.servicenow.records import Records
from connectors.servicenow.selection import Selection
from connectors.servicenow.settings import ServiceNowSettings

_DROPDOWNS = ("1", "3")
"""The dictionary's `choice` of a field that offers its choices alone; 2 suggests them, and takes others too.

https://www.servicenow.com/docs/r/australia/platform-administration/t_ViewChoiceListDefinitions.html
"""

log = structlog.get_logger(__name__)


class Choices:
    """What the dropdowns among the fields that we write offer; read once, thread-safe."""

    def __init__(self, records: Records, settings: ServiceNowSettings) -> None:
        self._records = records
        self._settings = settings
        self._table = settings.result_table or settings.table
        self._offered: Mapping[str, frozenset[str]] | None = None
        self._lock = threading.Lock()

    def left_out(self, writes: Sequence[FieldsWrite | LinkWrite]) -> Iterator[Mapping[str, str]]:
        """Yield for each write the fields whose value is no choice of theirs, and why."""
        with self._lock:
            if self._offered is None and writes:
                self._offered = self._read()
        for write in writes:
            yield {
                field: self._reason(field, value)
                for field, value in (write.fields.items() if isinstance(write, FieldsWrite) else ())
                if value and value not in (self._offered or {}).get(field, frozenset((value,)))
            }

    def _reason(self, field: str, value: str) -> str:
        return (
            f"the field {field!r} of {self._table} offers no choice {value!r}: add it there, or name one of its "
            "choices in `values` of that field under writeback.fields"
        )

    def _read(self) -> dict[str, frozenset[str]]:
        """Return the values that each dropdown offers; one of which no choices can be read says nothing."""
        tables = lineage_of(self._records, self._table)
        by_field = {"element": list(self._settings.written)}
        dictionary, choices = self._records.read(
            [
                Selection("sys_dictionary", "name", tables, ("choice",), by_field),
                Selection("sys_choice", "name", tables, ("value", "inactive"), by_field),
            ]
        )
        for got, table in ((dictionary, "sys_dictionary"), (choices, "sys_choice")):
            if got.refused or (got.hidden and not got.rows):
                loss = "values that a dropdown does not offer are written all the same"
                reason = str(got.refused or f"all {got.hidden} rows are hidden by access rules")
                log.warning(
                    "a table cannot be read", connection=self._settings.name, table=table, loss=loss, reason=reason
                )
                return {}
        dropdowns = {row["element"] for row in dictionary.rows if row.get("choice") in _DROPDOWNS}
        found: dict[str, set[str]] = defaultdict(set)
        for row in choices.rows:
            if row["element"] in dropdowns and row.get("inactive") != "true":
                found[row["element"]].add(str(row.get("value") or ""))
        return {field: frozenset(values) for field, values in found.items()}
