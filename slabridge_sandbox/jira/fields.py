"""The fields of a site: those of the catalogue, and those that were added since."""

import sqlite3
from collections.abc import Callable
from typing import Any

from slabridge_sandbox.jira.catalogue import FIELDS, Field
from slabridge_sandbox.jira.schema import column

Computed = Callable[[Any, sqlite3.Row], Any]
"""From a `Call` and an issue's row to what the API gives."""


class Fields:
    """Finds fields by id, and by the names that JQL has for them."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.all = list(FIELDS)
        self.by_id = {field.id: field for field in FIELDS}
        self.by_clause = {clause.lower(): field for field in FIELDS for clause in field.clauses}
        self.computed: dict[str, Computed] = {}
        """Field id -> what computes its value, for fields that are not stored."""

    def add(self, field: Field, compute: Computed | None = None) -> None:
        """Add a field: with a column if it is stored, else with `compute`, which is asked when an issue is given."""
        if field.stored:
            for table in ("issues", "former"):
                self._db.execute(f"ALTER TABLE {table} ADD COLUMN {column(field)}")
        elif compute is not None:
            self.computed[field.id] = compute
        self.all.append(field)
        self.by_id[field.id] = field
        for clause in field.clauses:
            self.by_clause.setdefault(clause.lower(), field)

    def hide(self, field: Field) -> None:
        """Let a field be listed and searched for no more; what it holds stays, and its changes keep their name."""
        self.all.remove(field)
        for clause in field.clauses:
            if self.by_clause.get(clause.lower()) is field:
                del self.by_clause[clause.lower()]

    def show(self, field: Field) -> None:
        """Let a hidden field be there again."""
        self.all.append(field)
        for clause in field.clauses:
            self.by_clause.setdefault(clause.lower(), field)

    @property
    def columns(self) -> list[str]:
        """The columns of an issue, in the order in which the tables of issues have them."""
        return ["id", "number", "story", *(field.id for field in self.by_id.values() if field.stored)]
