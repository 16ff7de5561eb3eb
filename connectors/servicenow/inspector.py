"""A look at an instance: its tables of tickets, their fields and values, and what may be read of it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import ClassVar

from connectors.errors import Refused
from connectors.http.rules import Rules
from connectors.http.session import Http
from connectors.interface import Finding, Found, FoundField, FoundValue, Place, lists_values
from connectors.servicenow import query
from connectors.servicenow.catalogue import lineage_of
from connectors.servicenow.page import PageRequest, Record, raw
from connectors.servicenow.rate import RULES
from connectors.servicenow.records import Records
from connectors.servicenow.rights import rights
from connectors.servicenow.selection import Selection
from connectors.servicenow.settings import ServiceNowSettings
from connectors.servicenow.stamp import stamp_of
from connectors.servicenow.table import Tables

SAMPLE = 500
"""How many of the newest tickets are looked at."""
_TABLES = 200
_USUAL = ("incident", "problem", "change_request", "sc_req_item", "sc_task", "sn_customerservice_case")
_EXTENDING = "super_class.name=task^ORsuper_class.super_class.name=task"
_KINDS = {
    "boolean": "boolean",
    "glide_date": "date",
    "glide_date_time": "instant",
    "due_date": "instant",
    "integer": "number",
    "decimal": "number",
    "float": "number",
    "string": "text",
    "sys_class_name": "type",
}
_PEOPLE = {"sys_user_group": "group", "sys_user": "person"}


class ServiceNowInspector:
    """Implements `connectors.interface.Inspector`."""

    rules: ClassVar[Rules] = RULES

    def __init__(self, settings: ServiceNowSettings, http: Http) -> None:
        self._settings = settings
        self._http = http
        self._tables = Tables(settings, http)
        self._records = Records(self._tables, settings)

    def title(self) -> str:
        """See `Inspector.title`; which release it is, an instance tells administrators alone."""
        return "ServiceNow"

    def places(self, since: int) -> Sequence[Place]:
        """See `Inspector.places`: the tables that extend task, as far as they may be read."""
        labels = self._labels() or dict.fromkeys(_USUAL, "")
        found = []
        for name, label in labels.items():
            try:
                page = self._records.page(name, _since(since), ["sys_id"], limit=1)
            except Refused as refused:
                if not refused.is_of_one_thing:
                    raise
                continue
            if page.rows:
                found.append(Place(name, label or name, page.count or len(page.rows)))
        return sorted(found, key=lambda place: -place.tickets)

    def look(self, place: str, since: int) -> Found:
        """See `Inspector.look`."""
        lineage = lineage_of(self._records, place)
        entries, choices, definitions = self._records.read(
            [
                Selection(
                    "sys_dictionary",
                    "name",
                    lineage,
                    ("element", "column_label", "internal_type", "reference", "choice"),
                ),
                Selection("sys_choice", "name", lineage, ("element", "value", "label"), {"language": ["en"]}),
                Selection("contract_sla", "collection", lineage, ("name", "active")),
            ]
        )
        kinds = {row["element"]: row for row in entries.rows if row.get("element") and _kind(row)}
        offered = _offered(choices.rows, lineage)
        rows = self._sample(place, since, sorted(kinds))
        fields = (_field(row, rows, offered.get(name, {})) for name, row in kinds.items())
        names = sorted({str(row["name"]) for row in definitions.rows if row.get("active") == "true"})
        return Found(len(rows), tuple(fields), tuple(names))

    def lacking(self) -> Sequence[str]:
        """See `Inspector.lacking`: a record shows them; of a table without any nobody can tell."""
        written, table = self._settings.written, self._settings.result_table or self._settings.table
        try:
            rows = self._records.page(table, "", ["sys_id", *written], limit=1).rows
        except Refused as refused:
            if not refused.is_of_one_thing:
                raise
            return written if self._settings.result_table else ()
        return [field for field in written for row in rows if field not in row]

    def newest(self, count: int) -> Sequence[str]:
        """See `Inspector.newest`."""
        wanted = query.joined(query.filter_of(self._settings.filter), "ORDERBYDESCsys_created_on")
        rows = self._records.page(self._settings.table, wanted, ["sys_id"], limit=count).rows
        return [str(row["sys_id"]) for row in rows if query.SYS_ID.fullmatch(str(row.get("sys_id")))]

    def rights(self, tickets: Sequence[str]) -> Iterator[Finding]:
        """See `connectors.servicenow.rights`."""
        return rights(self._tables, self._records, self._settings, tickets)

    def close(self) -> None:
        """See `Inspector.close`."""
        self._records.close()
        self._http.close()

    def _labels(self) -> dict[str, str]:
        try:
            rows = self._records.page("sys_db_object", _EXTENDING, ["name", "label"], limit=_TABLES).rows
        except Refused as refused:
            if not refused.is_of_one_thing:
                raise
            return {}
        return {str(row["name"]): str(row.get("label") or "") for row in rows if row.get("name")}

    def _sample(self, place: str, since: int, fields: Sequence[str]) -> list[Record]:
        wanted = f"{_since(since)}^ORDERBYDESCsys_created_on"
        return self._tables.page(PageRequest(place, wanted, ["sys_id", *fields], SAMPLE, display=True)).rows


def _since(at: int) -> str:
    return f"sys_created_on>={stamp_of(at)}"


def _kind(entry: Record) -> str:
    """Return what kind of field a dictionary's entry is of, "" for one that nobody would map."""
    if entry.get("reference"):
        return _PEOPLE.get(str(entry["reference"]), "choice")
    if entry.get("element") in {"state", "priority"}:
        return {"state": "status"}.get(str(entry["element"]), "priority")
    kind = _KINDS.get(str(entry.get("internal_type") or ""), "")
    return "choice" if kind in {"number", "text"} and entry.get("choice") not in {None, "", "0"} else kind


def _field(entry: Record, rows: Sequence[Record], offered: dict[str, str]) -> FoundField:
    name, kind = str(entry["element"]), _kind(entry)
    held = [(raw(row.get(name)) or "", _shown(row.get(name))) for row in rows]
    filled = Counter(pair for pair in held if pair[0])
    values: list[FoundValue] = []
    if lists_values(kind, len(filled)):
        seen = {code for code, _ in filled}
        values = [FoundValue(code, offered.get(code) or shown, count) for (code, shown), count in filled.most_common()]
        values += [FoundValue(code, label) for code, label in offered.items() if code and code not in seen]
    return FoundField(name, str(entry.get("column_label") or name), kind, filled.total(), tuple(values))


def _offered(rows: Sequence[Record], lineage: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the choices of each field, code -> label: those of the nearest table that has some of its own."""
    of: dict[str, dict[str, dict[str, str]]] = {}
    for row in rows:
        by_table = of.setdefault(str(row["element"]), {})
        by_table.setdefault(str(row["name"]), {})[str(row.get("value") or "")] = str(row.get("label") or "")
    return {name: by_table[min(by_table, key=lineage.index)] for name, by_table in of.items()}


def _shown(held: object) -> str:
    shown = held.get("display_value") if isinstance(held, dict) else held
    return str(shown or "")
