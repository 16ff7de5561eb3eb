"""What an instance has already of what results need: columns, rules, the role."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from connectors.interface import Thing
from connectors.servicenow.catalogue import lineage_of
from connectors.servicenow.page import Record
from connectors.servicenow.provision.access import ROLE, role_id, rule_id, rule_role_id
from connectors.servicenow.provision.update_set import sys_id
from connectors.servicenow.records import Records
from connectors.servicenow.selection import Selection

_OF_COLUMNS = ("label", "choices")
_OF_TABLES = ("collection", "list", "form")


@dataclass(slots=True)
class Instance:
    """An instance, read as far as the account may; `unread` are the tables of which not all can be told."""

    records: Records
    unread: set[str] = field(default_factory=set)

    def columns(self, table: str, elements: Sequence[str], *, inherited: bool) -> dict[str, Record]:
        """Read the dictionary: columns of a table and, if asked for, of those that it extends; the nearest count."""
        tables = lineage_of(self.records, table) if inherited else [table]
        fields = ("internal_type", "choice", "reference")
        rows = self._rows(Selection("sys_dictionary", "name", tables, fields, {"element": elements}))
        return {row["element"]: row for row in sorted(rows, key=lambda row: -tables.index(row["name"]))}

    def rules(self, tables: Sequence[str]) -> dict[tuple[str, str], set[str]]:
        """Return the sys_ids of the active rules of tables themselves, by table and operation."""
        found: dict[tuple[str, str], set[str]] = {}
        for row in self._rows(Selection("sys_security_acl", "name", tables, ("operation", "active", "type"))):
            if row.get("active") == "true" and row.get("type") == "record":
                found.setdefault((row["name"], row.get("operation") or ""), set()).add(row["sys_id"])
        return found

    def has_table(self, table: str) -> bool:
        """Return whether there is a table."""
        return bool(self._rows(Selection("sys_db_object", "name", [table], ())))

    def role(self) -> str:
        """Return the sys_id of our role, "" where there is none."""
        return next((row["sys_id"] for row in self._rows(Selection("sys_user_role", "name", [ROLE], ()))), "")

    def ruled(self) -> set[str]:
        """Return the sys_ids of the rules that ask for our role."""
        rows = self._rows(Selection("sys_security_acl_role", "sys_user_role", [role_id()], ("sys_security_acl",)))
        return {str(row.get("sys_security_acl") or "") for row in rows} - {""}

    def there(self, things: Sequence[Thing]) -> set[str]:
        """Return the ids of those of these things that are there and ours; what nobody can tell is not among them."""
        asked: dict[str, dict[str, str]] = {}
        for thing in things:
            if (place := _place(thing)) is not None:
                asked.setdefault(place[0], {})[place[1]] = thing.id
        found: set[str] = set()
        for table, ids in asked.items():
            found |= {ids[row["sys_id"]] for row in self._rows(Selection(table, "sys_id", list(ids), ()))}
        owners = {_owner(thing) for thing in things if thing.id in found}
        return found | {thing.id for thing in things if _place(thing) is None and _owner(thing) in owners}

    def lacks_choices(self, thing: Thing) -> bool:
        """Return whether a column lacks some of the choices that it is to have."""
        of = {"element": [thing.detail["element"]], "language": ["en"]}
        rows = self._rows(Selection("sys_choice", "name", [thing.detail["table"]], ("value", "inactive"), of))
        held = {row.get("value") for row in rows if row.get("inactive") != "true"}
        return bool(set(thing.detail["options"]) - held) and "sys_choice" not in self.unread

    def _rows(self, selection: Selection) -> list[Record]:
        (got,) = self.records.read([selection])
        if got.refused or got.hidden:
            self.unread.add(selection.table)
        return got.rows


def _place(thing: Thing) -> tuple[str, str] | None:
    """Return table and sys_id of the record that shows whether a thing is there, None where another thing shows it."""
    detail = thing.detail
    match thing.kind:
        case "table":
            return "sys_db_object", sys_id("sys_db_object", "", detail["table"])
        case "column":
            return "sys_dictionary", sys_id("sys_dictionary", detail["table"], detail["element"])
        case "role":
            return "sys_user_role", role_id()
        case "rule":
            return "sys_security_acl", rule_id(detail["name"], detail["operation"])
        case "rule's role":
            return "sys_security_acl_role", rule_role_id(detail["name"], detail["operation"])
        case _:
            return None


def _owner(thing: Thing) -> tuple[str, str] | None:
    """Return the table, or table and column, that a thing is of, or is."""
    if thing.kind in {"table", *_OF_TABLES}:
        return thing.detail["table"], ""
    if thing.kind in {"column", *_OF_COLUMNS}:
        return thing.detail["table"], thing.detail["element"]
    return None
