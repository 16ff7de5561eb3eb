"""History: sys_audit has one row for each field that an update changed."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from connectors.interface import NativeEntry, Values
from connectors.servicenow import stamp
from connectors.servicenow.page import Record
from connectors.servicenow.pull.names import Names
from connectors.servicenow.selection import Selection

_FIELDS = ("documentkey", "fieldname", "oldvalue", "newvalue", "user", "sys_created_on", "record_checkpoint")
_BOOLEAN = {"0": "false", "1": "true"}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that one update changed, raw. `checkpoint` is the number of the update on its record."""

    created: str
    checkpoint: int
    by: str
    field: str
    before: str
    after: str


class AuditTrail:
    """What to read for the changes of some fields, and the changes that it then gives.

    sys_audit is asked by documentkey only: it is huge.
    """

    table = "sys_audit"

    def __init__(self, fields: Sequence[str]) -> None:
        self._audited = [field for field in fields if "." not in field]

    def selections(self, ids: Sequence[str]) -> list[Selection]:
        """Return what to read of these records."""
        if not self._audited:
            return []
        return [Selection(self.table, "documentkey", ids, _FIELDS, {"fieldname": self._audited})]

    def changes(self, rows: Iterable[Record]) -> dict[str, list[FieldChange]]:
        """Return the changes by sys_id, oldest first."""
        found: dict[str, list[tuple[FieldChange, str]]] = defaultdict(list)
        for row in rows:
            found[row["documentkey"]].append((_change(row), row["sys_id"]))
        return {key: [change for change, _ in sorted(of, key=_order)] for key, of in found.items()}


def entries_of(changes: Iterable[FieldChange], names: Names, booleans: Collection[str]) -> Iterator[NativeEntry]:
    """Return one entry per update; `booleans` are fields in which the audit's 0 and 1 mean false and true.

    Raises:
        ValueError: a change has no proper date.
    """
    update: tuple[str, int, str] | None = None
    fields: dict[str, tuple[Values, Values]] = {}
    for change in changes:
        this = (change.created, change.checkpoint, change.by)
        if update is not None and (this != update or change.field in fields):
            yield NativeEntry(stamp.instant_of(update[0], "the date of a change"), update[2], fields)
            fields = {}
        update = this
        as_read = _BOOLEAN if change.field in booleans else {}
        before, after = (as_read.get(text, text) for text in (change.before, change.after))
        fields[change.field] = (names.values(change.field, before), names.values(change.field, after))
    if update is not None:
        yield NativeEntry(stamp.instant_of(update[0], "the date of a change"), update[2], fields)


def _change(row: Record) -> FieldChange:
    checkpoint = row.get("record_checkpoint") or ""
    return FieldChange(
        created=row.get("sys_created_on") or "",
        checkpoint=int(checkpoint) if checkpoint.isdecimal() else 0,
        by=row.get("user") or "",
        field=row["fieldname"],
        before=row.get("oldvalue") or "",
        after=row.get("newvalue") or "",
    )


def _order(found: tuple[FieldChange, str]) -> tuple[str, int, str]:
    change, sys_id = found
    return change.created, change.checkpoint, sys_id
