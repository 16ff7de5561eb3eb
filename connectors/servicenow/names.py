"""Names for the codes that records and their history hold.

Each name comes from one place, whether the code stands in a record or in its history: labels of choices from
sys_choice (one call per run), names of references from the records they point to (by sys_id, in batches, kept). Display
values are not used: they come in the language of the account, and history has none. That a field is a reference, and
to what, tells the link in any record that has it filled; so neither sys_dictionary nor its permissions are needed.
"""

import re
from collections import defaultdict
from collections.abc import Iterable

import structlog

from connectors.errors import Refused
from connectors.interface import Value, Values
from connectors.servicenow.query import SYS_ID, name
from connectors.servicenow.table import Row, Tables
from connectors.settings import ServiceNowSettings

_LINK = re.compile(r"/table/([a-z0-9_]+)/[^/]*$")
_LIST = re.compile(r"[0-9a-f]{32}(,[0-9a-f]{32})+")

log = structlog.get_logger(__name__)


class Names:
    """Names seen so far."""

    def __init__(self, tables: Tables, settings: ServiceNowSettings) -> None:
        self._tables = tables
        self._name = settings.name
        self._table = settings.table
        self._fields = settings.fields
        self._labels: dict[tuple[str, str], str] | None = None
        self._names: dict[str, str] = {}
        self._targets: dict[str, str] = {}

    def text(self, row: Row, field: str) -> str:
        """Return what a record's field holds, raw, and learn where it points to."""
        held = row.get(field)
        if not isinstance(held, dict):
            return held or ""
        link = _LINK.search(held.get("link") or "")
        if link:
            self._targets[field] = link[1]
        return held.get("value") or ""

    def look_up(self, seen: Iterable[tuple[str, str]]) -> None:
        """Find names for these (field, text) pairs, as far as they have any."""
        unnamed: dict[str, set[str]] = defaultdict(set)
        for field, text in seen:
            for code in _codes(text):
                if code not in self._names and SYS_ID.fullmatch(code):
                    unnamed[self._target(field)].add(code)
        for table, codes in unnamed.items():
            found = dict.fromkeys(codes, "")
            if table:
                for row in self._readable(self._tables.select(table, "sys_id", sorted(codes), ["name", "number"])):
                    found[row["sys_id"]] = row.get("name") or row.get("number") or ""
            self._names |= found

    def values(self, field: str, text: str) -> Values:
        """Return the text of a field as values with their names."""
        labels = self._choices()
        return tuple(Value(code, labels.get((field, code)) or self._names.get(code) or code) for code in _codes(text))

    def _target(self, field: str) -> str:
        """Return the table that a field refers to, "" if it is no reference; ask for one record that has it filled."""
        if field not in self._targets:
            page = self._tables.page(self._table, f"{name(field)}ISNOTEMPTY", [field], limit=1, links=True)
            self._targets[field] = ""
            for row in page.rows:
                self.text(row, field)
        return self._targets[field]

    def _choices(self) -> dict[tuple[str, str], str]:
        if self._labels is None:
            labels = {}
            # Choices of the table itself stand before those it inherits.
            tables = list(dict.fromkeys(["task", self._table]))
            where = {"name": tables, "language": ["en"]}
            rows = self._tables.select("sys_choice", "element", self._fields, ["value", "label"], where=where)
            for row in sorted(self._readable(rows), key=lambda row: tables.index(row["name"])):
                labels[row["element"], row.get("value", "")] = row.get("label", "")
            self._labels = labels
        return self._labels

    def _readable(self, rows: Iterable[Row]) -> list[Row]:
        """Return the rows, or none if they may not be read: codes do without names, as the warning says."""
        try:
            return list(rows)
        except Refused as refused:
            if refused.status not in (400, 403, 404):
                raise
            log.warning("names cannot be read, codes stand for them", connection=self._name, reason=str(refused))
            return []


def _codes(text: str) -> list[str]:
    """Return the codes in a text: several in a list of references, else one, and none in an empty one."""
    if not text:
        return []
    return text.split(",") if _LIST.fullmatch(text) else [text]
