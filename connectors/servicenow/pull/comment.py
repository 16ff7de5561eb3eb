"""Comments: sys_journal_field has one row for each; their text is looked at for our markers and not kept."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from connectors.interface import NativeComment
from connectors.servicenow import stamp
from connectors.servicenow.page import Record
from connectors.servicenow.selection import Selection

PUBLIC, INTERNAL = "comments", "work_notes"
JOURNAL = "sys_journal_field"
BETWEEN = ", "
"""Stands between the markers of one comment, and in none."""

_FIELDS = ("sys_created_on", "sys_created_by", "value")
_MARKERS = re.compile(r"\[slabridge ([^\[\]\r\n]+)\]\s*\Z")


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One comment with its text; `created` is a stamp, `by` the author, and whether that is us or the caller."""

    created: str
    by: str
    element: str
    text: str
    ours: bool
    callers: bool


def journal_selection(ids: Sequence[str]) -> Selection:
    """Return what to read for the comments of these records."""
    return Selection(JOURNAL, "element_id", ids, _FIELDS, {"element": [PUBLIC, INTERNAL]})


def entries_of(rows: Iterable[Record], account: str, callers: dict[str, str]) -> dict[str, list[JournalEntry]]:
    """Return journal rows by sys_id of their record, oldest first; `callers` are the user names of their callers."""
    found: dict[str, list[Record]] = defaultdict(list)
    for row in rows:
        found[row["element_id"]].append(row)
    return {
        sys_id: [
            _entry(row, account, callers.get(sys_id, ""))
            for row in sorted(of, key=lambda row: (row.get("sys_created_on") or "", row["sys_id"]))
        ]
        for sys_id, of in found.items()
    }


def comment_of(entry: JournalEntry, role: str, person: str) -> NativeComment:
    """Return a comment without its text; `role` is that of its author, `person` what fields hold for them.

    Raises:
        ValueError: it has no proper date.
    """
    return NativeComment(
        at=stamp.instant_of(entry.created, f"{JOURNAL}.sys_created_on"),
        by=entry.by,
        role=role,
        public=entry.element == PUBLIC,
        markers=markers_in(entry.text) if entry.ours else (),
        person=person,
    )


def markers_in(text: str) -> tuple[str, ...]:
    """Return the markers that a text ends with; none where there is none."""
    found = _MARKERS.search(text)
    return tuple(found[1].split(BETWEEN)) if found else ()


def _entry(row: Record, account: str, caller: str) -> JournalEntry:
    by = row.get("sys_created_by") or ""
    return JournalEntry(
        created=row.get("sys_created_on") or "",
        by=by,
        element=row["element"],
        text=row.get("value") or "",
        ours=by.casefold() == account.casefold(),
        callers=bool(caller) and by == caller,
    )
