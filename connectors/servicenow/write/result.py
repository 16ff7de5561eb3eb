"""Rows of a table of our own, each with the results of one task: nothing on the task itself is written.

A task has one row. A lost answer never makes a second: before a row is made, it is looked for. Where there are two all
the same, the oldest counts.
"""

from collections.abc import Iterable, Mapping, Sequence

import structlog

from connectors.servicenow.page import Record
from connectors.servicenow.records import Records
from connectors.servicenow.selection import Selection
from connectors.servicenow.settings import ServiceNowSettings

log = structlog.get_logger(__name__)


class Results:
    """Our table, as the settings name it."""

    def __init__(self, records: Records, settings: ServiceNowSettings) -> None:
        self.table = settings.result_table
        self.reference = settings.result_reference
        self._records = records
        self._settings = settings
        self._warned: set[str] = set()

    def selection(self, ids: Sequence[str]) -> Selection:
        """Return what to read for the rows of these tasks."""
        return Selection(self.table, self.reference, ids, ("sys_created_on", *self._settings.written))

    def by_task(self, rows: Iterable[Record], keys: Mapping[str, str]) -> dict[str, Record]:
        """Return the row of each task; `keys` are what people call them, for the warning where there are two."""
        found: dict[str, Record] = {}
        for row in sorted(rows, key=lambda row: (row.get("sys_created_on") or "", row["sys_id"])):
            task = row[self.reference]
            if found.setdefault(task, row) is not row and task not in self._warned:
                self._warned.add(task)
                log.warning(
                    "a ticket has two rows of results, the oldest counts; delete the other",
                    connection=self._settings.name,
                    table=self.table,
                    ticket=keys.get(task, task),
                    row=row["sys_id"],
                )
        return found

    def find(self, keys: Mapping[str, str]) -> dict[str, Record]:
        """Look for the rows of these tasks, sys_id -> what people call it.

        Raises:
            Refused: the table may not be read, or some rows of it: one could be made twice.
        """
        (got,) = self._records.read([self.selection(list(keys))])
        if got.refused:
            raise got.refused
        self._records.require_all(self.table, got)
        return self.by_task(got.rows, keys)
