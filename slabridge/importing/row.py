"""A row of the tool: its columns as texts, of which one that is not there is no empty one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from slabridge.importing.finding import Untranslatable


@dataclass(frozen=True, slots=True)
class Row:
    """A row by its columns."""

    columns: Mapping[str, Any]

    def __getitem__(self, column: str) -> str:
        """Return what a column holds.

        Raises:
            Untranslatable: it is not there, so nobody knows what it says.
        """
        held = self.columns.get(column)
        if not isinstance(held, str):
            raise Untranslatable(column, "", "is not in the rows that were read: may the account read it?")
        return held

    def get(self, column: str) -> str:
        """Return what a column holds that not every release has; "" where it is not there."""
        held = self.columns.get(column)
        return held if isinstance(held, str) else ""

    def true(self, column: str) -> bool:
        """Say whether a column is true."""
        return self[column] in {"true", "1"}


def rows_of(found: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Return rows."""
    return [Row(one) for one in found]
