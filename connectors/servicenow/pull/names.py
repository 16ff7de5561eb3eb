"""Names for the codes that records and their history hold.

Each name comes from one place, whether the code stands in a record or in its history: labels of choices from
sys_choice (once per run), names of references from the records they point to (by sys_id, in batches, kept). Display
values are not used: they come in the language of the account, and history has none. That a field is a reference, and
to what, the dictionary says; where it may not be read, the link in any record that has the field filled.
"""

import re
import threading
from collections import defaultdict
from collections.abc import Iterable

import structlog

from connectors.interface import Value, Values
from connectors.servicenow import stamp
from connectors.servicenow.catalogue import Catalogue
from connectors.servicenow.page import Record
from connectors.servicenow.query import SYS_ID, name
from connectors.servicenow.records import Records
from connectors.servicenow.selection import Selection
from connectors.servicenow.settings import ServiceNowSettings

_LINK = re.compile(r"/table/([a-z0-9_]+)/[^/]*$")
_DATE_TIMES = ("glide_date_time", "due_date", "calendar_date_time", "")
"""The dictionary's types of date-times; where it says nothing, the form decides."""
_USERS = "sys_user"
_LIST = re.compile(r"[0-9a-f]{32}(,[0-9a-f]{32})+")

log = structlog.get_logger(__name__)


class Names:
    """Names seen so far; thread-safe."""

    def __init__(self, records: Records, settings: ServiceNowSettings, catalogue: Catalogue) -> None:
        self._records = records
        self._name = settings.name
        self._table = settings.table
        self._catalogue = catalogue
        self._names: dict[str, str] = {}
        self._targets: dict[str, str] = {}
        self._people: dict[str, str] = {}
        self._lock = threading.Lock()

    def learn(self, row: Record, field: str) -> str:
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
        with self._lock:
            unnamed: dict[str, set[str]] = defaultdict(set)
            for field, text in seen:
                for code in _codes(text):
                    if code not in self._names and SYS_ID.fullmatch(code):
                        unnamed[self._target(field)].add(code)
            found = dict.fromkeys((code for codes in unnamed.values() for code in codes), "")
            tables = [table for table in unnamed if table]
            fields = {_USERS: ("name", "number", "user_name")}
            wanted = [
                Selection(table, "sys_id", sorted(unnamed[table]), fields.get(table, ("name", "number")))
                for table in tables
            ]
            for table, got in zip(tables, self._records.read(wanted), strict=True):
                if got.refused or (got.hidden and not got.rows):
                    reason = str(got.refused or "all rows are hidden by access rules")
                    log.warning(
                        "names cannot be read, codes stand for them", connection=self._name, table=table, reason=reason
                    )
                for row in got.rows:
                    found[row["sys_id"]] = row.get("name") or row.get("number") or ""
                    if row.get("user_name"):
                        self._people[str(row["user_name"]).casefold()] = row["sys_id"]
            self._names |= found

    def values(self, field: str, text: str) -> Values:
        """Return the text of a field as values with their names; a date-time's is RFC 3339, UTC."""
        facts = self._catalogue.facts
        if stamp.FORM.fullmatch(text) and facts.kinds.get(field, "") in _DATE_TIMES:
            return (Value(text, stamp.rfc3339(text)),)
        return tuple(
            Value(code, facts.labels.get((field, code)) or self._names.get(code) or code) for code in _codes(text)
        )

    def person(self, account: str) -> str:
        """Return the code that fields hold for an account, "" where none of them held it yet."""
        return self._people.get(account.casefold(), "")

    def _target(self, field: str) -> str:
        """Return the table that a field refers to, "" if it is no reference; ask for one record that has it filled."""
        if field not in self._targets:
            known = self._catalogue.facts.targets
            self._targets[field] = known.get(field, "")
            if field not in known:
                page = self._records.page(self._table, f"{name(field)}ISNOTEMPTY", [field], limit=1, links=True)
                for row in page.rows:
                    self.learn(row, field)
        return self._targets[field]


def _codes(text: str) -> list[str]:
    """Return the codes in a text: several in a list of references, else one, and none in an empty one."""
    if not text:
        return []
    return text.split(",") if _LIST.fullmatch(text) else [text]
