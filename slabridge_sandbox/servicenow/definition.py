"""Tables and columns that are made while the instance runs, and dropped again."""

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any, cast

from slabridge_sandbox.servicenow.schema import SQL_TYPES
from slabridge_sandbox.servicenow.table import SYSTEM, Column, Kind, Table, columns, quoted

_KINDS = {"choice": "string", "url": "string", "html": "string", "collection": ""}
"""Types of columns that are stored as another."""


class Definition:
    """The tables of one instance, which this alone changes."""

    def __init__(self, db: sqlite3.Connection, tables: dict[str, Table]) -> None:
        self._db = db
        self._tables = tables

    def columns(self, table: str) -> Mapping[str, Column]:
        """Return the columns of a table."""
        return self._tables[table].columns

    def conflict(self, record: str, values: Mapping[str, Any]) -> str:
        """Return why a record of the dictionary cannot be taken, "" where it can."""
        if record != "sys_dictionary" or not values.get("element"):
            return ""
        table = self._tables.get(values["name"])
        if table is None:
            return f"there is no table {values['name']}"
        known = table.columns.get(values["element"])
        if known is not None and known.kind != _kind(values):
            return f"{table.name}.{known.name}: the type {known.kind} is not changed to {values['internal_type']}"
        return ""

    def add(self, record: str, values: Mapping[str, Any]) -> None:
        """Make the table or the column that a record stands for, where it is not there."""
        if record == "sys_db_object" and values["name"] not in self._tables:
            self._add_table(str(values["name"]))
        elif record == "sys_dictionary" and values.get("element"):
            self._add_column(self._tables[values["name"]], values)

    def drop(self, record: str, values: Mapping[str, Any]) -> None:
        """Drop the table or the column that a record stood for, with all that it holds."""
        if record == "sys_db_object" and values["name"] in self._tables:
            del self._tables[values["name"]]
            self._db.execute(f"DROP TABLE {values['name']}")
        elif record == "sys_dictionary" and values.get("element") and values["name"] in self._tables:
            table, name = self._tables[values["name"]], values["element"]
            for one in self._with(table):
                one.columns.pop(name, None)
            self._views(table, lambda: self._db.execute(f'ALTER TABLE {table.storage} DROP COLUMN "{name}"'))

    def _add_table(self, name: str) -> None:
        table = Table(name, columns(SYSTEM), "sys_id")
        self._tables[name] = table
        self._db.execute(f"CREATE TABLE {name} ({quoted(table.columns)}, PRIMARY KEY (sys_id))")

    def _add_column(self, table: Table, values: Mapping[str, Any]) -> None:
        name, kind = str(values["element"]), _kind(values)
        if name in table.columns:
            return
        column = Column(name, kind, values.get("reference") or "", choice=values.get("choice") not in {None, "", "0"})
        for one in self._with(table):
            one.columns[name] = column
        sql_type = SQL_TYPES.get(kind, "TEXT")
        self._views(table, lambda: self._db.execute(f'ALTER TABLE {table.storage} ADD COLUMN "{name}" {sql_type}'))

    def _with(self, table: Table) -> Iterator[Table]:
        """Yield a table and those that extend it."""
        yield from (one for one in self._tables.values() if table.name in {one.name, one.extends})

    def _views(self, table: Table, change: Any) -> None:  # noqa: ANN401 - what changes the SQL table
        """Change an SQL table, and make the views of its classes anew."""
        classes = [one for one in self._tables.values() if one.extends == table.storage]
        for one in classes:
            self._db.execute(f"DROP VIEW {one.name}")
        change()
        for one in classes:
            self._db.execute(one.view_sql)


def _kind(values: Mapping[str, Any]) -> Kind:
    kind = str(values.get("internal_type"))
    return cast("Kind", _KINDS.get(kind, kind))
