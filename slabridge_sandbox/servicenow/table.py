"""Tables and their columns."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, cast

Kind = Literal[
    "string", "integer", "boolean", "glide_date_time", "glide_duration", "reference", "journal_input", "GUID"
]

SYSTEM = (
    "sys_id GUID, sys_created_on glide_date_time, sys_created_by string, sys_updated_on glide_date_time, "
    "sys_updated_by string, sys_mod_count integer"
)
"""The columns that every table has, but those that only grow."""
CREATED = "sys_id GUID, sys_created_on glide_date_time, sys_created_by string"
"""The columns of tables that only grow."""


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

    A table that `extends` another has its columns too, and its records are records of that one. The instance itself
    writes to `read_only` tables, at their end: no index on sys_id makes that slow. `view` is the SQL of a table that
    is worked out from others.
    """

    name: str
    columns: dict[str, Column]
    display: str
    indexes: tuple[tuple[str, ...], ...] = ()
    audited: bool = False
    read_only: bool = False
    extends: str = ""
    view: str = ""

    @property
    def view_sql(self) -> str:
        """Return the SQL that makes the view of a table that is worked out, or extends another."""
        own = f"SELECT {quoted(self.stored)} FROM {self.extends} WHERE sys_class_name = '{self.name}'"  # noqa: S608 - names of the schema
        return f"CREATE VIEW {self.name} AS {self.view or own}"

    @property
    def storage(self) -> str:
        """Return the SQL table that holds the records."""
        return self.extends or self.name

    @property
    def label(self) -> str:
        """Return the name that people read."""
        return self.name.replace("_", " ").capitalize()

    @property
    def journals(self) -> list[str]:
        """Return the fields whose entries stand in sys_journal_field, and not in the record."""
        return [column.name for column in self.columns.values() if column.kind == "journal_input"]

    @property
    def stored(self) -> list[str]:
        """Return the fields that stand in the record."""
        return [column.name for column in self.columns.values() if column.kind != "journal_input"]


def quoted(names: Iterable[str]) -> str:
    """Return names as a list in SQL; some are words of its language."""
    return ", ".join(f'"{name}"' for name in names)


def columns(text: str) -> dict[str, Column]:
    """Read `name kind[:reference] [choice]`, separated by commas."""
    found = {}
    for entry in text.split(","):
        name, kind, *choice = entry.split()
        kind, _, reference = kind.partition(":")
        found[name] = Column(name, cast("Kind", kind), reference, bool(choice))
    return found
