"""Comments: sys_journal_field has one row for each; their text is looked at for our marker and not kept."""

import re
from collections import defaultdict
from collections.abc import Collection

from connectors.interface import CommentWrite, NativeComment
from connectors.servicenow import stamp
from connectors.servicenow.table import Row, Tables

PUBLIC, INTERNAL = "comments", "work_notes"
_FIELDS = ("sys_created_on", "sys_created_by", "value")
_MARKER = re.compile(r"\[slabridge ([^\[\]\r\n]+)\]\s*\Z")
_CODE = re.compile(r"\[(/?code)\]", re.IGNORECASE)
_PLATFORM = "system"


def read_journal(tables: Tables, ids: Collection[str]) -> dict[str, list[Row]]:
    """Return the journal rows by sys_id of their record, oldest first.

    Raises:
        Refused: part of them is hidden from us.
    """
    found: dict[str, list[Row]] = defaultdict(list)
    where = {"element": [PUBLIC, INTERNAL]}
    for row in tables.select("sys_journal_field", "element_id", ids, _FIELDS, where=where, complete=True):
        found[row["element_id"]].append(row)
    for rows in found.values():
        rows.sort(key=lambda row: (row.get("sys_created_on") or "", row["sys_id"]))
    return found


def comment_of(row: Row, account: str, caller: str) -> NativeComment:
    """Return a journal row without its text: ours and the platform's are the system's, the caller's the customer's.

    Raises:
        ValueError: it has no proper date.
    """
    by = row.get("sys_created_by") or ""
    ours = by.casefold() == account.casefold()
    role = "system" if ours or by == _PLATFORM else "customer" if caller and by == caller else "agent"
    marker = _MARKER.search(row.get("value") or "") if ours else None
    return NativeComment(
        at=stamp.instant_of(row.get("sys_created_on") or "", "sys_journal_field.sys_created_on"),
        by=by,
        role=role,
        public=row["element"] == PUBLIC,
        marker=marker[1] if marker else None,
    )


def journal_of(write: CommentWrite) -> dict[str, str]:
    """Return what to set to add a comment: its text as text ([code] would make it HTML), its marker in the last line.

    Raises:
        ValueError: the marker could not be found again.
    """
    body = _CODE.sub(r"(\1)", write.body)
    text = f"{body}\n[slabridge {write.marker}]"
    found = _MARKER.search(text)
    if not found or found[1] != write.marker:
        raise ValueError(f"{write.marker!r} is no marker: it has brackets or line breaks, or is empty")
    return {INTERNAL if write.internal else PUBLIC: text}
