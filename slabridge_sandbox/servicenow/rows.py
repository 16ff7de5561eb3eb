"""Rows as the Table API shows them: raw, displayed or both."""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from slabridge_sandbox.servicenow.date_time import displayed, displayed_duration
from slabridge_sandbox.servicenow.query import Selection, select
from slabridge_sandbox.servicenow.record import SYSTEM_USER
from slabridge_sandbox.servicenow.session import Session
from slabridge_sandbox.servicenow.table import Column

_JOURNAL_LABELS = {"comments": "Additional comments", "work_notes": "Work notes"}
_SHARE = re.compile(r"([1-9]\d*)/([1-9]\d*)")

Shown = str | dict[str, str | None] | None


@dataclass(frozen=True, slots=True)
class RowFormat:
    """How rows are wanted: `display` is false, true or all; `fields` is empty for every field."""

    base: str
    display: str
    links: bool
    fields: tuple[str, ...]

    @classmethod
    def of(cls, parameters: Mapping[str, str], base: str) -> "RowFormat":
        """Read the sysparm_* parameters; booleans in any case, `base` is the address of the instance."""
        names = (name.strip() for name in parameters.get("sysparm_fields", "").split(","))
        display = parameters.get("sysparm_display_value", "").lower()
        return cls(
            base,
            display if display in {"true", "all"} else "false",
            parameters.get("sysparm_exclude_reference_link", "").lower() != "true",
            tuple(name for name in names if name),
        )


class _Cell(NamedTuple):
    name: str
    column: Column
    sql: str
    display_sql: str


def rows(
    db: sqlite3.Connection, selection: Selection, view: RowFormat, *, limit: int = -1, offset: int = 0
) -> Iterator[dict[str, Shown]]:
    """Read the selected rows; of those that the account may not see, {} or nothing comes.

    Rows that the wanted order leaves equal come in no stable order, as ServiceNow promises none.
    """
    session = selection.session
    hidden, parameters = _hidden(selection)
    cells = list(_cells(selection, view))
    columns = [sql for cell in cells for sql in (cell.sql, cell.display_sql)]
    is_total = any(entry.split()[0] == 't."sys_id"' for entry in selection.order)
    order = selection.order if is_total else [*selection.order, "random()"]
    found = db.execute(
        f"SELECT {', '.join(['t.sys_id', hidden, *columns])} FROM {selection.source} WHERE {selection.where} "  # noqa: S608 - names of the schema and placeholders
        f"ORDER BY {', '.join(order)} LIMIT ? OFFSET ?",
        [*parameters, *selection.parameters, limit, offset],
    )
    for sys_id, is_hidden, *values in found:
        if is_hidden:
            yield from [{}] if session.switches.empty_rows else []
            continue
        row = {}
        for cell, value, label in zip(cells, values[::2], values[1::2], strict=True):
            raw = "" if value is None else str(value)
            text = raw if view.display == "false" else _text(db, session, cell, sys_id, raw, label)
            row[cell.name] = _shown(view, cell.column, raw, text)
        yield row


def _hidden(selection: Selection) -> tuple[str, list[str | int]]:
    """Return the SQL that is true of rows which the account may not see, and its parameters."""
    rule = selection.session.hidden_rows(selection.table)
    if not rule:
        return "0", []
    if share := _SHARE.fullmatch(rule):
        last = "unicode(substr(t.sys_id, 31, 1)) * 7 + unicode(substr(t.sys_id, 32, 1))"
        return f"({last}) % {share[2]} < {share[1]}", []
    found = select(selection.table, replace(selection.session, user=SYSTEM_USER), rule)
    selection.joins |= found.joins
    return found.where, found.parameters


def _cells(selection: Selection, view: RowFormat) -> Iterator[_Cell]:
    hidden = selection.session.hidden_fields(selection.table)
    for name in view.fields or selection.table.columns:
        if name.partition(".")[0] in hidden:
            continue
        column = selection.table.columns.get(name)
        if column and column.kind == "journal_input":
            yield _Cell(name, column, "NULL", "NULL")
        elif found := selection.column(name):
            sql, column = found
            yield _Cell(name, column, sql, "NULL" if view.display == "false" else _display_sql(selection, sql, column))


def _display_sql(selection: Selection, sql: str, column: Column) -> str:
    """Return the SQL of what stands for a value: the label of a choice, the name of a record."""
    if column.reference:
        display = selection.session.tables[column.reference].display
        return f"(SELECT {display} FROM {column.reference} WHERE sys_id = {sql})"  # noqa: S608 - names of the schema
    if column.choice:
        tables = f"'{selection.table.name}', '{selection.table.storage}'"
        return (
            f"coalesce((SELECT label FROM sys_choice WHERE name IN ({tables}) AND element = '{column.name}'"  # noqa: S608 - as above
            f" AND value = CAST({sql} AS TEXT) ORDER BY name = '{selection.table.storage}'), {sql})"
        )
    return sql


def _text(  # noqa: PLR0913, PLR0917 - all that a user sees depends on
    db: sqlite3.Connection, session: Session, cell: _Cell, sys_id: str, raw: str, label: str | int | None
) -> str | None:
    """Return what a user sees; an empty choice is null."""
    if cell.column.kind == "journal_input":
        return _journal(db, session, sys_id, cell.name)
    if cell.column.kind == "glide_duration" and raw:
        return displayed_duration(raw)
    if cell.column.kind == "glide_date_time" and raw:
        return displayed(raw, session.zone)
    if label is None:
        return None if cell.column.choice else ""
    return str(label)


def _shown(view: RowFormat, column: Column, raw: str, text: str | None) -> Shown:
    link = {"link": f"{view.base}/api/now/table/{column.reference}/{raw}"}
    has_link = bool(column.reference and raw and view.links)
    if view.display == "all":
        return {"display_value": text, "value": raw} | (link if has_link else {})
    if has_link:
        return link | {"value" if view.display == "false" else "display_value": text}
    return text


def _journal(db: sqlite3.Connection, session: Session, sys_id: str, name: str) -> str:
    """Return all entries of a journal as one text, the newest first."""
    entries = db.execute(
        "SELECT j.sys_created_on, coalesce(u.name, j.sys_created_by), j.value FROM sys_journal_field AS j"
        " LEFT JOIN sys_user AS u ON u.user_name = j.sys_created_by"
        " WHERE j.element_id = ? AND j.element = ? ORDER BY j.sys_created_on DESC, j.rowid DESC",
        (sys_id, name),
    )
    return "".join(
        f"{displayed(at, session.zone)} - {by} ({_JOURNAL_LABELS[name]})\n{text}\n\n" for at, by, text in entries
    )
