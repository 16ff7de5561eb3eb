"""The tables of a new state: made by the migrations once in a process, and from then on as they had made them."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from slabridge.state.revision import of


@contextmanager
def made_once() -> Iterator[None]:
    """Spare tests the migrations of a state that has no tables yet: they take longer than most tests."""
    migrate, known = command.upgrade, dict[str, list[str]]()

    def upgrade(config: Config, revision: str) -> None:
        connection: sa.Connection = config.attributes["connection"]
        dialect = connection.dialect.name
        if revision != "head" or of(connection) is not None:
            migrate(config, revision)
        elif dialect in known:
            _make(connection, known[dialect])
        else:
            sent = _heard(connection)
            migrate(config, revision)
            known[dialect] = _made(connection, sent)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "upgrade", upgrade)
        yield


def _heard(connection: sa.Connection) -> list[str]:
    """Return a list that gets each statement which is sent from now on."""
    sent: list[str] = []
    sa.event.listen(connection, "before_cursor_execute", lambda _, __, statement, *___: sent.append(statement))
    return sent


def _made(connection: sa.Connection, sent: list[str]) -> list[str]:
    """Return statements that make what is there: SQLite knows the last form of each table, which is sooner made."""
    raw = connection.connection.driver_connection
    if isinstance(raw, sqlite3.Connection):
        return [*raw.iterdump()][1:-1]  # but for the transaction
    return [";\n".join(statement for statement in sent if not statement.startswith("SELECT"))]


def _make(connection: sa.Connection, statements: list[str]) -> None:
    """Send statements past SQLAlchemy: PostgreSQL takes all at once."""
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection | psycopg.Connection)
    for statement in statements:
        raw.execute(statement)
