"""The state of one connection: transactions over what it holds of that connection alone."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from slabridge.state.database import State

_IDS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Transaction:
    """A transaction of the database, over what it holds of one connection; `connection` is its name."""

    sql: sa.Connection
    connection: str

    def owns(self, table: sa.Table) -> sa.ColumnElement[bool]:
        """Return the condition that a row of the table is of this connection."""
        return table.c.connection == self.connection


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """What a state holds of one connection."""

    state: State
    connection: str

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """Open a transaction: committed at the end, rolled back on any error; raises as `State.begin` does."""
        with self.state.begin() as sql:
            yield Transaction(sql, self.connection)

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Open a transaction that only reads; raises as `State.reading` does."""
        with self.state.reading() as sql:
            yield Transaction(sql, self.connection)


def in_parts(ids: Collection[str]) -> Iterator[list[str]]:
    """Yield ids, as many at a time as one statement may name."""
    ordered = list(ids)
    for start in range(0, len(ordered), _IDS_AT_ONCE):
        yield ordered[start : start + _IDS_AT_ONCE]
