"""Opening the state: one engine, the schema brought up to date, transactions."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa
from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import postgresql, sqlite

_SCRIPTS = Path(__file__).parent / "migrations"
_ROWS_AT_ONCE = 500


class StateError(Exception):
    """The state cannot be used; the message says which and what to do."""


class Busy(Exception):  # noqa: N818 - a state of affairs, not a defect
    """Another run uses this state; the message says which, if it is known."""


class State:
    """The state database behind a SQLAlchemy URL. `begin` gives a transaction."""

    def __init__(self, url: str) -> None:
        """Open the database, created or upgraded to this version's schema.

        Raises:
            StateError: it cannot be opened, or a newer slabridge wrote it; it is left untouched.
            Busy: somebody keeps it locked.
        """
        self.url = url
        try:
            self._engine = sa.create_engine(url)
            if self._engine.dialect.name == "sqlite":
                sa.event.listen(self._engine, "connect", _configure_sqlite)
                sa.event.listen(self._engine, "begin", _begin_sqlite)
            outdated = self._outdated()
            if self._engine.dialect.name == "sqlite":
                # Only now: this mode stands in the file, and a file of a newer slabridge is not touched.
                self._engine.dispose()
                sa.event.listen(self._engine, "connect", _write_ahead)
            if outdated:
                self._migrate()
        except (sa.exc.SQLAlchemyError, ImportError) as error:
            if _is_locked(error):
                raise Busy(f"state {_shown(url)} is in use: {_first_line(error)}") from error
            raise StateError(f"state {_shown(url)}: cannot be opened: {_first_line(error)}") from error
        self._rehearsal: sa.Connection | None = None

    @classmethod
    def of(cls, place: str, *, create: bool = True) -> Self:
        """Open the state at a URL or a file's path; a file that is not there is made, or (`create` false) stood in for.

        Raises:
            StateError: as above.
        """
        if "://" in place:
            return cls(place)
        return cls(f"sqlite:///{place}" if create or Path(place).exists() else "sqlite://")

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        """Open a transaction: committed at the end, rolled back on any error."""
        if self._rehearsal is not None:
            with self._rehearsal.begin_nested():
                yield self._rehearsal
            return
        with self._connected() as connection:
            yield connection

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Let everything until the end happen inside one transaction that is then rolled back."""
        with self._connected() as connection:
            self._rehearsal = connection
            try:
                yield
            finally:
                self._rehearsal = None
                connection.rollback()

    @contextmanager
    def _connected(self) -> Iterator[sa.Connection]:
        with self._engine.connect() as connection:
            try:
                transaction = connection.begin()
            except sa.exc.OperationalError as error:
                raise Busy(f"state {_shown(self.url)} is in use: {_first_line(error)}") from error
            with transaction:
                yield connection

    def close(self) -> None:
        """Give connections back."""
        self._engine.dispose()

    def _outdated(self) -> bool:
        """Return whether the schema must be created or upgraded; refuse one that we do not know."""
        script = ScriptDirectory.from_config(_alembic())
        with self._engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
        if current is not None and current not in {revision.revision for revision in script.walk_revisions()}:
            raise StateError(
                f"state {_shown(self.url)}: a newer slabridge wrote it (schema {current}); "
                "upgrade slabridge, or name another state"
            )
        return current != script.get_current_head()

    def _migrate(self) -> None:
        config = _alembic()
        with self._engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def _alembic() -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(_SCRIPTS))
    return config


def upsert(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or update the columns given where the primary key is there; all rows have the same columns."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table)
    changes = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    upsertion = (
        statement.on_conflict_do_update(index_elements=keys, set_=changes)
        if changes
        else statement.on_conflict_do_nothing(index_elements=keys)
    )
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        connection.execute(upsertion, [dict(row) for row in rows[start : start + _ROWS_AT_ONCE]])


def _configure_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own type
    connection.isolation_level = None  # transactions begin where SQLAlchemy says, not where the driver guesses
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout=5000")
    cursor.close()


def _write_ahead(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own type
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _is_locked(error: Exception) -> bool:
    return getattr(getattr(error, "orig", None), "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY


def _shown(url: str) -> str:
    return sa.make_url(url).render_as_string(hide_password=True)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
