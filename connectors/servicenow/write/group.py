"""A group of writes in one batch, and by themselves those of which the batch does not say what became of them.

Fields are facts: where their fate is unknown they are sent again. A comment is not: where its fate is unknown it is
looked for in the journal, at once where the instance says that it did not come to it, else by a later run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.errors import ConnectorError, Refused, Unclear
from connectors.interface import CommentWrite, FieldsWrite, Outcome, Receipt, Write
from connectors.receipts import UNCLEAR_LIMIT, too_unclear
from connectors.servicenow.batch import InnerReply
from connectors.servicenow.pull.comment import journal_selection, markers_in
from connectors.servicenow.records import Records
from connectors.servicenow.row import is_record
from connectors.servicenow.table import Tables
from connectors.servicenow.write.target import Targets
from connectors.servicenow.write.writing import receipt_of, receipt_refused

_AGAIN = frozenset({401, 408, 429})
"""What says nothing of the write itself: a call of its own does."""

Group = Sequence[Write]
Replies = Mapping[int, InnerReply | None]
"""The replies to writes, by `id()` of the write."""


@dataclass(frozen=True, slots=True)
class GroupDone:
    """What became of a group: a receipt for all that may have been sent, and what ends the writing, if anything."""

    receipts: Sequence[Receipt]
    error: ConnectorError | None = None


class GroupWriter:
    """Writes groups; `name` is the connection's, `account` the user name of ours ("" where it is not known)."""

    def __init__(self, name: str, account: str, tables: Tables, records: Records, targets: Targets) -> None:
        self._name = name
        self._account = account
        self._tables = tables
        self._records = records
        self._targets = targets

    def write(self, group: Group) -> GroupDone:
        """Write a group in one batch, or one by one where it is a single write or there are no batches."""
        if len(group) == 1 or not self._tables.batch.there:
            return self._one_by_one(group)
        return self._together(group)

    def _one_by_one(self, group: Group) -> GroupDone:
        receipts: list[Receipt] = []
        for write in group:
            try:
                receipts.append(self._targets.send(write))
            except ConnectorError as error:
                return GroupDone([*receipts, Receipt(write, Outcome.FAILED, str(error))], error)
        return GroupDone(receipts)

    def _together(self, group: Group) -> GroupDone:
        early: dict[int, Receipt] = {}
        try:
            early = self._targets.prove(group)
            rest = self._at_once([write for write in group if id(write) not in early])
            repeatable = all(isinstance(write, FieldsWrite) and self._targets.of(write)[1] for write in rest)
            sent = self._tables.batch.send([self._targets.request(write) for write in rest], idempotent=repeatable)
        except Unclear as lost:
            return self._after_loss(group, early, str(lost))
        except ConnectorError as error:
            if isinstance(error, Refused) and error.status == 403:
                return self._after_loss(group, early, str(error))
            receipts = [early.get(id(write)) or Receipt(write, Outcome.FAILED, str(error)) for write in group]
            return GroupDone(receipts, error)
        if sent is None:
            return self._one_by_one(group)
        return self._judged(group, early, dict(zip(map(id, rest), sent.replies, strict=True)))

    def _at_once(self, writes: Group) -> Group:
        """Return those that can go into one batch: of two that make a row of one ticket, the second waits."""
        made: set[str] = set()
        found = []
        for write in writes:
            _, sys_id = self._targets.of(write)
            if sys_id or write.id not in made:
                found.append(write)
            if not sys_id:
                made.add(write.id)
        return found

    def _judged(self, group: Group, early: Mapping[int, Receipt], replies: Replies) -> GroupDone:
        """Return receipts for a group by the replies that it got; those that say too little are asked for alone."""
        receipts: list[Receipt] = []
        error: ConnectorError | None = None
        unclear = 0
        posted: dict[str, set[str]] | None = None
        for write in group:
            reply = replies.get(id(write))
            receipt = early.get(id(write))
            try:
                receipt = receipt or self._verdict(write, reply)
                if receipt is None and error is None:
                    if isinstance(write, CommentWrite) and reply is None:
                        posted = self._posted(group, replies) if posted is None else posted
                    receipt = self._again(write, reply, posted)
            except ConnectorError as raised:
                error = error or raised
            if receipt is None:
                lost = reply is not None or isinstance(write, CommentWrite)
                receipt = Receipt(write, Outcome.UNCLEAR if lost else Outcome.FAILED, str(error))
            receipts.append(receipt)
            unclear = unclear + 1 if receipt.outcome is Outcome.UNCLEAR else 0
            if unclear == UNCLEAR_LIMIT and error is None:
                error = too_unclear(self._name, unclear, receipt)
        return GroupDone(receipts, error)

    def _verdict(self, write: Write, reply: InnerReply | None) -> Receipt | None:
        """Return what a reply says became of a write, None where it does not."""
        if reply is None or reply.status in _AGAIN:
            return None
        table, sys_id = self._targets.of(write)
        stored = reply.result
        if is_record(stored):
            return receipt_of(write, table, stored) if sys_id else self._targets.receipt_created(write, stored)
        reason = f"{self._tables.who}: {table}/{sys_id} answers {reply.status} ({self._tables.clean(reply.said)})"
        if 400 <= reply.status < 500 and (sys_id or reply.status != 403):
            on_ticket = sys_id == write.id
            if reply.status == 404 and sys_id and not on_ticket:
                return None  # its row of results is gone: a call of its own looks for another, or makes one
            return receipt_refused(write, reply.status, reason, on_ticket=on_ticket)
        if isinstance(write, CommentWrite):
            return Receipt(write, Outcome.UNCLEAR, f"{reason}; the write may have been applied")
        return None

    def _again(self, write: Write, reply: InnerReply | None, posted: Mapping[str, set[str]] | None) -> Receipt:
        """Send a write alone; a comment that the instance says it did not come to only if the journal has it not."""
        if isinstance(write, CommentWrite) and reply is None:
            if posted is None or write.id not in posted:
                return Receipt(write, Outcome.UNCLEAR, "the batch left it out, and the journal may not be read")
            there = posted[write.id].intersection(write.markers)
            if len(there) == len(write.markers):
                return Receipt(write, Outcome.APPLIED)
            if there:  # somebody else posted a part of it: a later run posts the rest
                return Receipt(write, Outcome.UNCLEAR, f"the journal has {', '.join(sorted(there))} of it")
        return self._targets.send(write)

    def _posted(self, group: Group, replies: Replies) -> dict[str, set[str]]:
        """Return the markers in the journals of tickets whose comments were left out; none where it may not be read."""
        left = [write.id for write in group if isinstance(write, CommentWrite) and replies.get(id(write)) is None]
        (got,) = self._records.read([journal_selection(list(dict.fromkeys(left)))])
        if got.refused or got.hidden:
            return {}
        found: dict[str, set[str]] = {ticket: set() for ticket in left}
        for row in got.rows:
            if self._account.casefold() in ("", (row.get("sys_created_by") or "").casefold()):
                found[row["element_id"]].update(markers_in(row.get("value") or ""))
        return found

    def _after_loss(self, group: Group, early: Mapping[int, Receipt], reason: str) -> GroupDone:
        """Send fields again whose answer was lost; neither comments, nor rows still not there: they may come."""
        fields = [write for write in group if isinstance(write, FieldsWrite) and id(write) not in early]
        known = dict(early)
        try:
            self._targets.look_for(fields)
            again = [write for write in fields if self._targets.of(write)[1]]
            sent = self._tables.batch.send([self._targets.request(write) for write in again], idempotent=True)
            if sent is None:
                done = self._one_by_one(again)
            else:
                done = self._judged(again, {}, dict(zip(map(id, again), sent.replies, strict=True)))
            known |= zip(map(id, again), done.receipts, strict=False)
            error = done.error
        except ConnectorError as raised:
            error = raised
        return GroupDone([known.get(id(write)) or Receipt(write, Outcome.UNCLEAR, reason) for write in group], error)
