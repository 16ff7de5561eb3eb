"""Names that people read, and the records and choices that stand for them."""

import sqlite3

from slabridge.sandbox.servicenow.record import identify
from slabridge.sandbox.servicenow.schema import TABLES
from slabridge.sandbox.story import STATES

CHOICES = {
    "priority": {1: "1 - Critical", 2: "2 - High", 3: "3 - Moderate", 4: "4 - Low", 5: "5 - Planning"},
    "impact": {1: "1 - High", 2: "2 - Medium", 3: "3 - Low"},
    "urgency": {1: "1 - High", 2: "2 - Medium", 3: "3 - Low"},
    "state": dict(enumerate(STATES, start=1)),
}
"""The labels of an incident's numeric fields."""


def account_of(name: str) -> str:
    """Return the user_name of a person."""
    return ".".join(name.lower().split())


def code_of(label: str) -> str:
    """Return the value of a choice: its label in small letters, with underscores."""
    return "_".join(label.lower().split())


def save_named(db: sqlite3.Connection, table: str, name: str) -> None:
    """Write what a name of a story stands for: a row of a table, or a choice of that field of an incident."""
    if table not in TABLES:
        save_choice(db, table, code_of(name), name)
        return
    values: dict[str, str | int] = {"sys_id": identify(table, name), TABLES[table].display: name, "sys_mod_count": 0}
    if "active" in TABLES[table].columns:
        values["active"] = "true"
    if table == "sys_user":
        values |= {"user_name": account_of(name), "email": f"{account_of(name)}@example.com"}
    marks = ", ".join("?" * len(values))
    db.execute(
        f"INSERT OR IGNORE INTO {table} ({', '.join(values)}) VALUES ({marks})",  # noqa: S608 - names of the schema
        list(values.values()),
    )


def save_choice(db: sqlite3.Connection, element: str, value: str, label: str, sequence: int = 0) -> None:
    """Write a choice of a field of incidents."""
    db.execute(
        "INSERT OR IGNORE INTO sys_choice (sys_id, name, element, value, label, language, sequence, inactive,"
        " sys_mod_count) VALUES (?, 'incident', ?, ?, ?, 'en', ?, 'false', 0)",
        (identify("sys_choice", element, value), element, value, label, sequence),
    )


def save_dictionary(db: sqlite3.Connection) -> None:
    """Write what the instance says of its own columns."""
    db.executemany(
        "INSERT INTO sys_dictionary (sys_id, name, element, column_label, internal_type, reference, choice, audit,"
        " active, sys_mod_count) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'true', 0)",
        [
            (
                *(identify("sys_dictionary", table.name, column.name), table.name, column.name, column.label),
                *(column.kind, column.reference or None, int(column.choice), "true" if table.audited else "false"),
            )
            for table in TABLES.values()
            for column in table.columns.values()
        ],
    )
