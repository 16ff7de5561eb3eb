"""Writes in batches, with one receipt each, in order.

Fields are facts: where their fate is unknown they are sent again. A note is not: where its fate is unknown it is looked
for in the journal, at once where the instance says that it did not come to it, else by a later run.
"""

import itertools
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from connectors.errors import ConnectorError, Refused, Unclear
from connectors.interface import CommentWrite, FieldsWrite, Outcome, Receipt, Write
from connectors.parallel import Lanes
from connectors.receipts import UNCLEAR_LIMIT, too_unclear
from connectors.servicenow import query
from connectors.servicenow.batch import WRITES, Inner, Reply
from connectors.servicenow.pull.comments import journal_selection, marker_in
from connectors.servicenow.selection import Ask, Row, raw
from connectors.servicenow.settings import ServiceNowSettings
from connectors.servicenow.table import Tables
from connectors.servicenow.write.result import Results
from connectors.servicenow.write.writing import apply, receipt_of, receipt_refused, values_of

_LOOK_UP = 10 * WRITES
_AGAIN = frozenset({401, 408, 429})
"""What says nothing of the write itself: a call of its own tells."""

Group = Sequence[Write]


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a group: a receipt for all that may have been sent, and what ends the writing, if anything."""

    receipts: Sequence[Receipt]
    error: ConnectorError | None = None


class Writer:
    """Writes to one table, fields perhaps to one of results; made anew for each list of writes."""

    def __init__(self, tables: Tables, settings: ServiceNowSettings, lanes: Lanes, account: str) -> None:
        self._tables = tables
        self._settings = settings
        self._lanes = lanes
        self._account = account
        self._results = Results(tables, settings) if settings.result_table else None
        self._rows: dict[str, Row] = {}
        self._error: ConnectorError | None = None
        self._first = threading.Lock()
        self._proven = False

    def write(self, writes: Sequence[Write]) -> Iterator[Receipt]:
        """Apply writes. What has no receipt when an error is raised was not sent.

        Raises:
            Unavailable: the tool went away, also when several writes in a row got no clear answer.
            Refused: the credentials no longer hold, or an id is none.
            ValueError: a comment's marker could not be found again.
        """
        for write in writes:
            query.checked(write.id, query.SYS_ID, "sys_id")
            values_of(write)
        tickets = [ticket for ticket, _ in itertools.groupby(write.id for write in writes)]
        # Writes of a ticket that comes back later must not overtake each other.
        lanes = self._lanes if len(set(tickets)) == len(tickets) else Lanes(1, "")
        unclear = 0
        for done in lanes.map(self._apply, self._groups(writes)):
            for receipt in done.receipts:
                unclear = unclear + 1 if receipt.outcome is Outcome.UNCLEAR else 0
                yield receipt
            self._error = self._error or done.error
            if self._error is None and unclear >= UNCLEAR_LIMIT:
                self._error = too_unclear(self._settings.name, unclear, done.receipts[-1])
        if self._error is not None:
            raise self._error

    def _groups(self, writes: Sequence[Write]) -> Iterator[Group]:
        """Yield what goes into one batch: whole tickets, in order. What fails here fails after those under way."""
        try:
            size = WRITES if len(writes) > 1 and self._is_batched() else 1
            for start in range(0, len(writes), _LOOK_UP) if self._results else ():
                self._look_for(writes[start : start + _LOOK_UP])
        except ConnectorError as error:
            self._error = error
            return
        group: list[Write] = []
        for _, of in itertools.groupby(writes, key=lambda write: write.id):
            ticket = list(of)
            if group and len(group) + len(ticket) > size:
                yield group
                group = []
            group += ticket
        if group:
            yield group

    def _is_batched(self) -> bool:
        probe = Ask(self._settings.table, "", ["sys_id"], 1)
        return self._tables.batch.proven(self._tables.inner_read(probe))

    def _look_for(self, writes: Sequence[Write]) -> None:
        """Look for the rows of results of these tickets."""
        keys = {write.id: write.key for write in writes if isinstance(write, FieldsWrite)}
        if self._results and keys:
            found = self._results.find(keys)
            for task in keys:  # in place: other threads do the same with other tickets
                self._rows.pop(task, None)
            self._rows.update(found)
            self._proven = self._proven or bool(found)

    def _apply(self, group: Group) -> Done:
        if self._error is not None:
            return Done([])
        if len(group) == 1 or not self._tables.batch.there:
            return self._one_by_one(group)
        return self._together(group)

    def _one_by_one(self, group: Group) -> Done:
        receipts: list[Receipt] = []
        for write in group:
            try:
                receipts.append(self._alone(write))
            except ConnectorError as error:
                return Done([*receipts, Receipt(write, Outcome.FAILED, str(error))], error)
        return Done(receipts)

    def _together(self, group: Group) -> Done:
        early: dict[int, Receipt] = {}
        try:
            early = self._prove(group)
            rest = self._at_once([write for write in group if id(write) not in early])
            repeatable = all(isinstance(write, FieldsWrite) and self._record(write)[1] for write in rest)
            sent = self._tables.batch.send([self._request(write) for write in rest], idempotent=repeatable)
        except Unclear as lost:
            return self._after_loss(group, early, str(lost))
        except ConnectorError as error:
            if isinstance(error, Refused) and error.status == 403:
                return self._after_loss(group, early, str(error))
            return Done([early.get(id(write)) or Receipt(write, Outcome.FAILED, str(error)) for write in group], error)
        if sent is None:
            return self._one_by_one(group)
        found = dict(zip(map(id, rest), sent.replies, strict=True))
        return self._judged(group, early, found)

    def _at_once(self, writes: Group) -> Group:
        """Return those that can go into one batch: of two that make a row of one ticket, the second waits."""
        made: set[str] = set()
        found = []
        for write in writes:
            _, sys_id = self._record(write)
            if sys_id or write.id not in made:
                found.append(write)
            if not sys_id:
                made.add(write.id)
        return found

    def _prove(self, group: Group) -> dict[int, Receipt]:
        """Make the very first row of results by itself: if its reference is not taken, no more are made."""
        with self._first:
            if self._proven:
                return {}
            for write in group:
                table, sys_id = self._record(write)
                if not sys_id and table:
                    receipt = self._create(write)
                    self._proven = True
                    return {id(write): receipt}
        return {}

    def _judged(self, group: Group, early: dict[int, Receipt], replies: dict[int, Reply | None]) -> Done:
        """Return receipts for a group by the replies that it got; those that say too little are asked for alone."""
        receipts: list[Receipt] = []
        error: ConnectorError | None = None
        unclear = 0
        told: dict[str, set[str]] | None = None
        for write in group:
            reply = replies.get(id(write))
            receipt = early.get(id(write))
            try:
                receipt = receipt or self._verdict(write, reply)
                if receipt is None and error is None:
                    if isinstance(write, CommentWrite) and reply is None:
                        told = self._told(group, replies) if told is None else told
                    receipt = self._again(write, reply, told)
            except ConnectorError as raised:
                error = error or raised
            if receipt is None:
                lost = reply is not None or isinstance(write, CommentWrite)
                receipt = Receipt(write, Outcome.UNCLEAR if lost else Outcome.FAILED, str(error))
            receipts.append(receipt)
            unclear = unclear + 1 if receipt.outcome is Outcome.UNCLEAR else 0
            if unclear == UNCLEAR_LIMIT and error is None:
                error = too_unclear(self._settings.name, unclear, receipt)
        return Done(receipts, error)

    def _verdict(self, write: Write, reply: Reply | None) -> Receipt | None:
        """Return what a reply says became of a write, None where it does not."""
        if reply is None or reply.status in _AGAIN:
            return None
        table, sys_id = self._record(write)
        if isinstance(reply.result, dict):
            return receipt_of(write, table, reply.result) if sys_id else self._created(write, reply.result)
        reason = f"{self._tables.who}: {table}/{sys_id} answers {reply.status} ({self._tables.clean(reply.said)})"
        if 400 <= reply.status < 500 and (sys_id or reply.status != 403):
            on_ticket = sys_id == write.id
            if reply.status == 404 and sys_id and not on_ticket:
                return None  # its row of results is gone: a call of its own looks for another, or makes one
            return receipt_refused(write, reply.status, reason, on_ticket=on_ticket)
        if isinstance(write, CommentWrite):
            return Receipt(write, Outcome.UNCLEAR, f"{reason}; the write may have been applied")
        return None

    def _again(self, write: Write, reply: Reply | None, told: dict[str, set[str]] | None) -> Receipt:
        """Send a write alone; a note that the instance says it did not come to only if the journal has it not."""
        if isinstance(write, CommentWrite) and reply is None:
            if told is None or write.id not in told:
                return Receipt(write, Outcome.UNCLEAR, "the batch left it out, and the journal may not be read")
            if write.marker in told[write.id]:
                return Receipt(write, Outcome.APPLIED)
        return self._alone(write)

    def _told(self, group: Group, replies: dict[int, Reply | None]) -> dict[str, set[str]]:
        """Return the markers in the journals of tickets whose notes were left out; empty where it may not be read."""
        left = [write.id for write in group if isinstance(write, CommentWrite) and replies.get(id(write)) is None]
        (got,) = self._tables.read([journal_selection(list(dict.fromkeys(left)))])
        if got.refused or got.hidden:
            return {}
        found: dict[str, set[str]] = {ticket: set() for ticket in left}
        for row in got.rows:
            marker = marker_in(row.get("value") or "")
            if marker and self._account.casefold() in ("", (row.get("sys_created_by") or "").casefold()):
                found[row["element_id"]].add(marker)
        return found

    def _after_loss(self, group: Group, early: dict[int, Receipt], reason: str) -> Done:
        """Send fields again whose answer was lost; neither notes, nor rows that are still not there: they may come."""
        fields = [write for write in group if isinstance(write, FieldsWrite) and id(write) not in early]
        known = dict(early)
        try:
            self._look_for(fields)
            again = [write for write in fields if self._record(write)[1]]
            sent = self._tables.batch.send([self._request(write) for write in again], idempotent=True)
            if sent is None:
                done = self._one_by_one(again)
            else:
                done = self._judged(again, {}, dict(zip(map(id, again), sent.replies, strict=True)))
            known |= zip(map(id, again), done.receipts, strict=False)
            error = done.error
        except ConnectorError as raised:
            error = raised
        return Done([known.get(id(write)) or Receipt(write, Outcome.UNCLEAR, reason) for write in group], error)

    def _alone(self, write: Write) -> Receipt:
        """Send a write by itself; raises as `apply` does."""
        if self._results is None or isinstance(write, CommentWrite):
            return apply(self._tables, self._settings.table, write, sys_id=write.id)
        self._look_for([write])
        return self._update(write) if write.id in self._rows else self._create(write)

    def _update(self, write: Write) -> Receipt:
        table, sys_id = self._record(write)
        return apply(self._tables, table, write, sys_id=sys_id)

    def _create(self, write: Write) -> Receipt:
        """Make a row of results, which was looked for; where its fate is unknown it is looked for again."""
        table, _ = self._record(write)
        try:
            return self._created(write, self._tables.create(table, self._values(write)))
        except Unclear as unclear:
            outcome, reason = Outcome.UNCLEAR, str(unclear)
        except Refused as refused:
            if refused.status is None or refused.status < 400 or refused.status == 401:
                raise
            outcome, reason = Outcome.REFUSED, str(refused)
        self._look_for([write])
        return self._update(write) if write.id in self._rows else Receipt(write, outcome, reason)

    def _created(self, write: Write, row: Row) -> Receipt:
        table, _ = self._record(write)
        reference = self._settings.result_reference
        if raw(row.get(reference)) != write.id:
            raise Refused(
                f"{self._tables.who}: {table} did not take {reference}, so its row {row.get('sys_id')} belongs to no "
                f"ticket; delete it, and let the account write {reference}, a reference to {self._settings.table}"
            )
        self._rows[write.id] = row
        return receipt_of(write, table, row)

    def _record(self, write: Write) -> tuple[str, str]:
        """Return the table and sys_id to write to; "" where a row is to be made."""
        if self._results is None or isinstance(write, CommentWrite):
            return self._settings.table, write.id
        row = self._rows.get(write.id)
        return self._results.table, str(row["sys_id"]) if row else ""

    def _values(self, write: Write) -> dict[str, str]:
        _, sys_id = self._record(write)
        return values_of(write) if sys_id else {self._settings.result_reference: write.id, **values_of(write)}

    def _request(self, write: Write) -> Inner:
        return self._tables.inner_write(*self._record(write), self._values(write))
