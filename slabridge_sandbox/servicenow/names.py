"""Names that people read, and the records and choices that stand for them."""

import sqlite3
from collections.abc import Mapping

from slabridge_sandbox.servicenow.metric import METRICS
from slabridge_sandbox.servicenow.record import identify
from slabridge_sandbox.servicenow.schema import TABLES
from slabridge_sandbox.servicenow.task import TASK_TABLES
from slabridge_sandbox.story import STATES

CHOICES: dict[str, Mapping[int, str] | Mapping[str, str]] = {
    "priority": {1: "1 - Critical", 2: "2 - High", 3: "3 - Moderate", 4: "4 - Low", 5: "5 - Planning"},
    "impact": {1: "1 - High", 2: "2 - Medium", 3: "3 - Low"},
    "urgency": {1: "1 - High", 2: "2 - Medium", 3: "3 - Low"},
    "sys_class_name": {table.name: table.label for table in TASK_TABLES},
}
"""The labels of what all tasks have in common."""
STATE_LABELS = {
    "task": {
        -5: "Pending",
        1: "Open",
        2: "Work in Progress",
        3: "Closed Complete",
        4: "Closed Incomplete",
        7: "Closed Skipped",
    },
    "incident": dict(enumerate(STATES, start=1)),
    "problem": {
        101: "New",
        102: "Assess",
        103: "Root Cause Analysis",
        104: "Fix in Progress",
        106: "Resolved",
        107: "Closed",
    },
    "change_request": {
        -5: "New",
        -4: "Assess",
        -3: "Authorize",
        -2: "Scheduled",
        -1: "Implement",
        0: "Review",
        3: "Closed",
        4: "Canceled",
    },
    "sn_hr_core_case": {
        1: "Draft",
        10: "Ready",
        18: "Work in Progress",
        24: "Suspended",
        20: "Awaiting Acceptance",
        3: "Closed Complete",
        4: "Closed Incomplete",
        7: "Cancelled",
    },
}
"""By class, the labels of its states; other classes have those of task."""


def account_of(name: str) -> str:
    """Return the user_name of a person."""
    return ".".join(name.lower().split())


def code_of(label: str) -> str:
    """Return the value of a choice: its label in small letters, with underscores."""
    return "_".join(label.lower().split())


def save_named(db: sqlite3.Connection, table: str, name: str) -> None:
    """Write what a name of a story stands for: a row of a table, or a choice of that field of an incident."""
    if table not in TABLES:
        save_choice(db, "incident", table, (code_of(name), name))
        return
    if TABLES[table].storage == "task":
        _save_task(db, table, name)
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


def _save_task(db: sqlite3.Connection, table: str, number: str) -> None:
    """Write a task that a story only mentions: a problem, a change."""
    values = {"sys_id": identify(table, number), "sys_class_name": table, "number": number, "active": "true"}
    db.execute(
        "INSERT OR IGNORE INTO task (sys_id, sys_class_name, number, active, sys_mod_count) VALUES (?, ?, ?, ?, 0)",
        list(values.values()),
    )


def save_choices(db: sqlite3.Connection) -> None:
    """Write the choices that a new instance has."""
    for element, labels in CHOICES.items():
        for place, entry in enumerate(labels.items(), start=1):
            save_choice(db, "task", element, entry, place)
    for table, states in STATE_LABELS.items():
        for place, entry in enumerate(states.items(), start=1):
            save_choice(db, table, "state", entry, place)
    save_choice(db, "metric_definition", "type", ("field_value_duration", "Field value duration"))


def save_choice(db: sqlite3.Connection, table: str, element: str, entry: tuple[object, str], sequence: int = 0) -> None:
    """Write a choice of a field: its value and its label."""
    value, label = str(entry[0]), entry[1]
    parts = (element, value) if table == "incident" else (table, element, value)
    db.execute(
        "INSERT OR IGNORE INTO sys_choice (sys_id, name, element, value, label, language, sequence, inactive,"
        " sys_mod_count) VALUES (?, ?, ?, ?, ?, 'en', ?, 'false', 0)",
        (identify("sys_choice", *parts), table, element, value, label, sequence),
    )


def save_metrics(db: sqlite3.Connection) -> None:
    """Write the definitions of the metrics of incidents."""
    db.executemany(
        'INSERT INTO metric_definition (sys_id, name, "table", field, type, active, sys_mod_count)'
        " VALUES (?, ?, 'incident', ?, 'field_value_duration', 'true', 0)",
        [(identify("metric_definition", field), name, field) for field, name in METRICS.items()],
    )


def save_dictionary(db: sqlite3.Connection) -> None:
    """Write what the instance says of its own tables and columns; a column stands where it is declared."""
    entries: list[tuple[object, ...]] = []
    classes = []
    for table in TABLES.values():
        audit = "true" if table.audited else "false"
        declared = {} if not table.extends else TABLES[table.extends].columns
        entries.append(
            (identify("sys_dictionary", table.name), table.name, None, table.label, "collection", None, 0, audit)
        )
        entries += [
            (
                *(identify("sys_dictionary", table.name, column.name), table.name, column.name, column.label),
                *(column.kind, column.reference or None, int(column.choice), audit),
            )
            for column in table.columns.values()
            if column.name not in declared
        ]
        parent = identify("sys_db_object", table.extends) if table.extends else None
        classes.append((identify("sys_db_object", table.name), table.name, table.label, parent))
    db.executemany(
        "INSERT INTO sys_dictionary (sys_id, name, element, column_label, internal_type, reference, choice, audit,"
        " active, sys_mod_count) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'true', 0)",
        entries,
    )
    db.executemany(
        "INSERT INTO sys_db_object (sys_id, name, label, super_class, sys_mod_count) VALUES (?, ?, ?, ?, 0)", classes
    )


def save_rules(db: sqlite3.Connection) -> None:
    """Write the access rules that a new instance has: of tasks, people and groups. The sandbox goes by its switches."""
    db.executemany(
        "INSERT INTO sys_security_acl (sys_id, name, operation, type, active, sys_mod_count)"
        " VALUES (?, ?, ?, 'record', 'true', 0)",
        [
            (identify("sys_security_acl", table, operation), table, operation)
            for table in (*(table.name for table in TASK_TABLES), "sys_user", "sys_user_group", "sys_choice")
            for operation in ("create", "read", "write", "delete")
        ],
    )
