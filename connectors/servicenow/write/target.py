"""The record that a write goes to: its ticket, or for fields its row of results, which may have to be made."""

import threading
from collections.abc import Sequence

from connectors.errors import Refused, Unclear
from connectors.interface import CommentWrite, FieldsWrite, Outcome, Receipt, Write
from connectors.servicenow.batch import InnerRequest
from connectors.servicenow.page import Record, raw
from connectors.servicenow.records import Records
from connectors.servicenow.settings import ServiceNowSettings
from connectors.servicenow.table import Tables
from connectors.servicenow.write.result import Results
from connectors.servicenow.write.writing import apply, receipt_of, values_of


class Targets:
    """Where writes go; rows of results are remembered once they were looked for."""

    def __init__(self, tables: Tables, records: Records, settings: ServiceNowSettings) -> None:
        self._tables = tables
        self._settings = settings
        self._results = Results(records, settings) if settings.result_table else None
        self._rows: dict[str, Record] = {}
        self._first = threading.Lock()
        self._proven = False

    @property
    def may_be_made(self) -> bool:
        """Whether fields go to rows of results."""
        return self._results is not None

    def of(self, write: Write) -> tuple[str, str]:
        """Return the table and sys_id to write to; "" where a row is to be made."""
        if self._results is None or isinstance(write, CommentWrite):
            return self._settings.table, write.id
        row = self._rows.get(write.id)
        return self._results.table, str(row["sys_id"]) if row else ""

    def request(self, write: Write) -> InnerRequest:
        """Return the write as a request within a batch."""
        return self._tables.inner_write(*self.of(write), self._values(write))

    def look_for(self, writes: Sequence[Write]) -> None:
        """Look for the rows of results of these tickets.

        Raises:
            Refused: the table may not be read, or some rows of it.
        """
        keys = {write.id: write.key for write in writes if isinstance(write, FieldsWrite)}
        if self._results and keys:
            found = self._results.find(keys)
            for task in keys:  # in place: other threads do the same with other tickets
                self._rows.pop(task, None)
            self._rows.update(found)
            self._proven = self._proven or bool(found)

    def prove(self, writes: Sequence[Write]) -> dict[int, Receipt]:
        """Make the very first row of results by itself: if its reference is not taken, no more are made.

        Returns the receipt of its write by the write's `id()`, or nothing; raises as `send` does.
        """
        with self._first:
            if self._proven:
                return {}
            for write in writes:
                table, sys_id = self.of(write)
                if not sys_id and table:
                    receipt = self._create(write)
                    self._proven = True
                    return {id(write): receipt}
        return {}

    def send(self, write: Write) -> Receipt:
        """Send a write by itself; raises as `apply` does."""
        if self._results is None or isinstance(write, CommentWrite):
            return apply(self._tables, self._settings.table, write, sys_id=write.id)
        self.look_for([write])
        return self._update(write) if write.id in self._rows else self._create(write)

    def receipt_created(self, write: Write, row: Record) -> Receipt:
        """Remember the row that a write made, and return what became of the write.

        Raises:
            Refused: the row belongs to no ticket.
        """
        table, _ = self.of(write)
        reference = self._settings.result_reference
        if raw(row.get(reference)) != write.id:
            raise Refused(
                f"{self._tables.who}: {table} did not take {reference}, so its row {row.get('sys_id')} belongs to no "
                f"ticket; delete it, and let the account write {reference}, a reference to {self._settings.table}"
            )
        self._rows[write.id] = row
        return receipt_of(write, table, row)

    def _update(self, write: Write) -> Receipt:
        table, sys_id = self.of(write)
        return apply(self._tables, table, write, sys_id=sys_id)

    def _create(self, write: Write) -> Receipt:
        """Make a row of results, which was looked for; where its fate is unknown it is looked for again."""
        table, _ = self.of(write)
        try:
            return self.receipt_created(write, self._tables.create(table, self._values(write)))
        except Unclear as unclear:
            outcome, reason = Outcome.UNCLEAR, str(unclear)
        except Refused as refused:
            if refused.status is None or refused.status < 400 or refused.status == 401:
                raise
            outcome, reason = Outcome.REFUSED, str(refused)
        self.look_for([write])
        return self._update(write) if write.id in self._rows else Receipt(write, outcome, reason)

    def _values(self, write: Write) -> dict[str, str]:
        _, sys_id = self.of(write)
        return values_of(write) if sys_id else {self._settings.result_reference: write.id, **values_of(write)}
