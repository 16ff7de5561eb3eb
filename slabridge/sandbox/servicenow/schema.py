"""The tables of the instance: columns, their kinds, and the SQL that holds them.

An empty value is NULL here and "" on the wire. Integers are stored as such; everything else is text: instants as
`2026-03-02 08:00:00` UTC, booleans as `true` and `false`, references as the sys_id they point to.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast

Kind = Literal["string", "integer", "boolean", "glide_date_time", "reference", "journal_input", "GUID"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `reference` is the table it points to, `choice` says that sys_choice has labels for its values."""

    name: str
    kind: Kind
    reference: str = ""
    choice: bool = False

    @property
    def label(self) -> str:
        """Return the name on the form."""
        return self.name.removeprefix("u_").replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `display` is the column that stands for a record, `audited` tables leave rows in sys_audit.

    The instance itself writes to `read_only` tables, at their end: no index on sys_id makes that slow.
    """

    name: str
    columns: dict[str, Column]
    display: str
    indexes: tuple[tuple[str, ...], ...] = ()
    audited: bool = False
    read_only: bool = False

    @property
    def journals(self) -> list[str]:
        """Return the fields whose entries stand in sys_journal_field, and not in the record."""
        return [column.name for column in self.columns.values() if column.kind == "journal_input"]

    @property
    def stored(self) -> list[str]:
        """Return the fields that stand in the record."""
        return [column.name for column in self.columns.values() if column.kind != "journal_input"]


_SYSTEM = (
    "sys_id GUID, sys_created_on glide_date_time, sys_created_by string, sys_updated_on glide_date_time, "
    "sys_updated_by string, sys_mod_count integer"
)
_CREATED = "sys_id GUID, sys_created_on glide_date_time, sys_created_by string"


def _columns(text: str) -> dict[str, Column]:
    """Read `name kind[:reference] [choice]`, separated by commas."""
    columns = {}
    for entry in text.split(","):
        name, kind, *choice = entry.split()
        kind, _, reference = kind.partition(":")
        columns[name] = Column(name, cast("Kind", kind), reference, bool(choice))
    return columns


def _named(name: str, display: str = "name", extra: str = "") -> Table:
    """Return a table that other records point to."""
    return Table(name, _columns(f"{_SYSTEM}, {display} string {extra}"), display, ((display,),))


TABLES = {
    table.name: table
    for table in (
        Table(
            "incident",
            _columns(
                f"""{_SYSTEM}, number string, sys_class_name string, state integer choice, active boolean,
                priority integer choice, impact integer choice, urgency integer choice, escalation integer,
                assignment_group reference:sys_user_group, assigned_to reference:sys_user,
                caller_id reference:sys_user, opened_by reference:sys_user, opened_at glide_date_time,
                resolved_by reference:sys_user, resolved_at glide_date_time, closed_by reference:sys_user,
                closed_at glide_date_time, close_code string choice, close_notes string,
                short_description string, description string, category string choice, subcategory string choice,
                contact_type string choice, location reference:cmn_location, cmdb_ci reference:cmdb_ci,
                company reference:core_company, vendor reference:core_company, problem_id reference:problem,
                rfc reference:change_request, caused_by reference:change_request, parent string,
                reassignment_count integer, reopen_count integer, made_sla boolean, sla_due glide_date_time,
                knowledge boolean, notify string choice, u_symptom string, u_priority_confirmation boolean,
                u_sla_status string, u_sla_due glide_date_time, u_sla_breached_at glide_date_time,
                u_sla_holder string, u_ola_status string, u_ola_due glide_date_time,
                u_ola_breached_at glide_date_time, u_ola_holder string,
                comments journal_input, work_notes journal_input"""
            ),
            "number",
            (("sys_updated_on", "sys_id"), ("number",), ("sys_created_on",), ("opened_at",)),
            audited=True,
        ),
        Table(
            "sys_audit",
            _columns(
                f"{_CREATED}, tablename string, fieldname string, documentkey GUID, oldvalue string, newvalue string,"
                "user string, reason string, record_checkpoint integer"
            ),
            "fieldname",
            (("documentkey",),),
            read_only=True,
        ),
        Table(
            "sys_audit_delete",
            _columns(f"{_SYSTEM}, tablename string, documentkey GUID, display_value string, user string"),
            "documentkey",
            (("tablename", "sys_created_on"),),
            read_only=True,
        ),
        Table(
            "sys_journal_field",
            _columns(f"{_CREATED}, name string, element string, element_id GUID, value string"),
            "element",
            (("element_id",), ("sys_created_on",)),
            read_only=True,
        ),
        Table(
            "sys_choice",
            _columns(
                f"{_SYSTEM}, name string, element string, value string, label string, language string,"
                "sequence integer, inactive boolean"
            ),
            "label",
            (("name", "element", "value"),),
        ),
        Table(
            "sys_dictionary",
            _columns(
                f"{_SYSTEM}, name string, element string, column_label string, internal_type string,"
                "reference string, choice integer, audit boolean, active boolean"
            ),
            "element",
            read_only=True,
        ),
        _named("sys_user", extra=", user_name string, email string, time_zone string, active boolean"),
        _named("sys_user_group", extra=", manager reference:sys_user, active boolean"),
        _named("cmn_location"),
        _named("cmdb_ci"),
        _named("core_company"),
        _named("problem", "number"),
        _named("change_request", "number"),
    )
}

_SQL_TYPES = {"integer": "INTEGER", "string": "TEXT COLLATE NOCASE"}


def statements() -> Iterator[str]:
    """Return the SQL that makes the tables. Texts compare without regard to case, as they do in ServiceNow."""
    for table in TABLES.values():
        columns = ", ".join(f"{name} {_SQL_TYPES.get(table.columns[name].kind, 'TEXT')}" for name in table.stored)
        key = "" if table.read_only else ", PRIMARY KEY (sys_id)"
        yield f"CREATE TABLE {table.name} ({columns}{key})"
        for index in table.indexes:
            yield f"CREATE INDEX {table.name}_{'_'.join(index)} ON {table.name} ({', '.join(index)})"
