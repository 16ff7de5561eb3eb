"""Opening the state: one engine, the schema brought up to date, transactions."""

import os
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import sqlalchemy as sa

from slabridge.state import revision
from slabridge.state.schema import metadata
from slabridge.state.text import storable
from slabridge.state.trouble import Busy, Newer, StateError, address, explained, shown

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

_PATIENCE = {"connect_timeout": "10", "keepalives_idle": "30", "tcp_user_timeout": "30000"}
"""How long PostgreSQL's client waits for a server that does not answer: s, s, ms."""


def _null(_: None) -> None:
    return None


# SQLite's driver looks for how to store each None and bool; where it finds nothing, that takes longer than storing it.
sqlite3.register_adapter(type(None), _null)
sqlite3.register_adapter(bool, int)

Upgrading = Callable[[sa.Connection], None]
"""Looks at a database that is about to be upgraded."""


class State:
    """The state database behind a SQLAlchemy URL. `begin` gives a transaction, `reading` one that only reads.

    A PostgreSQL's `?schema=NAME` says in which schema the tables are; one that is not there is made with them.
    """

    def __init__(
        self, url: str | sa.URL, *, migrate: bool = True, as_is: bool = False, upgrading: Upgrading = lambda _: None
    ) -> None:
        """Open the database, created or upgraded to this version's schema.

        Without `migrate`, a database of an older schema, or an empty one, is upgraded in a transaction that is open
        until `close` and never committed; all else happens inside it. One that is taken `as_is` is refused. `upgrading`
        looks at a database of an older schema before it is upgraded for good, and raises where that may not be.

        Raises:
            StateError: it cannot be opened.
            Newer: a newer slabridge wrote it; it is left untouched.
            Unreachable: its server is down.
            Busy: somebody keeps it locked.
        """
        self.url = address(url)
        self._engine = _engine(self.url)
        self._uncommitted: sa.Connection | None = None
        try:
            with explained(self.url, "cannot be opened"):
                self._open(migrate=migrate, as_is=as_is, upgrading=upgrading)
        except BaseException:
            self.close()
            raise

    @classmethod
    def of(
        cls,
        place: str,
        *,
        create: bool = True,
        migrate: bool = True,
        as_is: bool = False,
        upgrading: Upgrading = lambda _: None,
    ) -> Self:
        """Open the state at a URL or a file's path; a file that is not there is made, or (`create` false) stood in for.

        A file that is made is readable by us alone: it holds who wrote and held what.

        Without `migrate`, nothing that is there is upgraded but for as long as the state is open.

        Raises:
            StateError, Unreachable, Busy: as above.
        """
        url = address(place) if "://" in place else sa.URL.create("sqlite", database=place)
        if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
            path = Path(url.database).absolute()
            if not create and not path.exists():
                return cls("sqlite://")
            if not path.parent.is_dir():
                raise StateError(f"state {path}: there is no folder {path.parent}; make it, or name another place")
            with suppress(OSError):  # what cannot be made, or is there, SQLite says better
                os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
        return cls(url, migrate=migrate, as_is=as_is, upgrading=upgrading)

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        """Open a transaction: committed at the end, rolled back on any error.

        Raises:
            Busy: somebody else keeps the database locked.
            Unreachable: its server is gone; nothing of the transaction is kept, all before it is.
            StateError: the database cannot be read or written.
        """
        with explained(self.url, "cannot be used"):
            if self._uncommitted is not None:
                with self._uncommitted.begin_nested():
                    yield self._uncommitted
            else:
                with self._engine.begin() as connection:
                    yield connection

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Open a transaction that sees one moment of the state, changes nothing and waits for nobody.

        Raises:
            Unreachable, StateError: as above.
        """
        with explained(self.url, "cannot be read"):
            if self._uncommitted is not None:
                yield self._uncommitted
                return
            with self._engine.connect().execution_options(**self._reading) as connection, connection.begin():
                yield connection

    @property
    def is_shared(self) -> bool:
        """Whether others who open it find the same: it is no stand-in in memory, and not upgraded for us alone."""
        in_memory = self.url.get_backend_name() == "sqlite" and self.url.database in (None, "", ":memory:")
        return self._uncommitted is None and not in_memory

    @property
    def shown(self) -> str:
        """Where it is, in words, without a password."""
        return shown(self.url)

    @property
    def _reading(self) -> Mapping[str, Any]:
        if self._engine.dialect.name == "postgresql":
            return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        return {"slabridge_reading": True}

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Let everything until the end happen inside one transaction that is then rolled back."""
        before = self._uncommitted
        with explained(self.url, "cannot be used"):
            connection = before or self._engine.connect()
            transaction = connection.begin_nested() if before is not None else connection.begin()
            self._uncommitted = connection
            try:
                yield
            finally:
                self._uncommitted = before
                transaction.rollback()
                if before is None:
                    connection.close()

    def compact(self) -> str:
        """Write the database anew, so that what was deleted or replaced is nowhere in it; return why not, or "".

        A PostgreSQL keeps it in its write-ahead log until that is recycled, and both keep it in backups.
        """
        try:
            with explained(self.url, "cannot be written anew"), self._outside_transactions() as connection:
                if connection.dialect.name == "postgresql":
                    for table in metadata.tables:
                        connection.exec_driver_sql(f'VACUUM (FULL) "{table}"')
                    return ""
                connection.exec_driver_sql("VACUUM")
                busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
                return "somebody reads it" if busy else ""
        except (Busy, StateError) as error:
            return str(error)

    def _outside_transactions(self) -> sa.Connection:
        return self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    def close(self) -> None:
        """Give connections back."""
        if self._uncommitted is not None:
            self._uncommitted.close()
        self._engine.dispose()

    def _open(self, *, migrate: bool, as_is: bool, upgrading: Upgrading) -> None:
        outdated = self._outdated()
        if outdated and as_is:
            raise StateError(f"state {self.shown}: an older slabridge wrote it; the next run brings it up to date")
        if outdated and not migrate:
            self._uncommitted = self._engine.connect()
            self._uncommitted.begin()
            self._upgrade(self._uncommitted)
        if not migrate:
            return
        if self._engine.dialect.name == "sqlite":
            # Only now: this mode stands in the file, and a file of a newer slabridge is not touched.
            self._engine.dispose()
            sa.event.listen(self._engine, "connect", _write_ahead)
        if outdated:
            with self._engine.begin() as connection:
                if revision.of(connection) is not None:
                    upgrading(connection)
                self._upgrade(connection)

    def _outdated(self) -> bool:
        """Return whether the schema must be created or upgraded; refuse one that we do not know."""
        with self.reading() as connection:
            current = revision.of(connection)
        known = revision.known()
        if current is not None and current not in known:
            raise Newer(
                f"state {shown(self.url)}: a newer slabridge wrote it (schema {current}); "
                "upgrade slabridge, or name another state"
            )
        return current != known[0]

    def _upgrade(self, connection: sa.Connection) -> None:
        schema = self.url.query.get("schema")
        revision.upgrade(connection, None if schema is None else str(schema))


def upsert(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or update the columns given where the primary key is there; all rows have the same columns."""
    if not rows:
        return
    names = list(rows[0])
    upsert_many(connection, table, names, [tuple(map(storable, map(row.__getitem__, names))) for row in rows])


def upsert_many(
    connection: sa.Connection, table: sa.Table, given: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Do the same with rows of these columns, whose texts are `storable`."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in given if name not in keys)
    fixed = {c.name: c.default.arg for c in table.c if c.name not in given and isinstance(c.default, sa.ColumnDefault)}
    then = f"UPDATE SET {changes}" if changes else "NOTHING"
    others = tuple(fixed.values())
    found = [row + others for row in rows] if others else rows
    insert_many(connection, table, [*given, *fixed], found, f"ON CONFLICT ({', '.join(keys)}) DO {then}")


def insert_many(
    connection: sa.Connection, table: sa.Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]], then: str = ""
) -> None:
    """Insert rows of these columns, whose texts are `storable`; `then` is what to do where one is there."""
    columns, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
    execute_many(connection, f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks}) {then}', rows)  # noqa: S608 - our own names


def execute_many(connection: sa.Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Execute a statement with `?` in the place of values for each row, whose texts are `storable`.

    The driver takes them as they are: what SQLAlchemy does for each value is a good part of a first load.
    """
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    connection.exec_driver_sql(statement.replace("?", mark), rows)


def inserting(connection: sa.Connection, table: sa.Table) -> "postgresql.Insert | sqlite.Insert":
    """Return an insertion that can be told what to do where the row is there."""
    from sqlalchemy.dialects import postgresql, sqlite  # noqa: PLC0415 - who only reads waits for none that it has not

    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def _engine(url: sa.URL) -> sa.Engine:
    """Return the engine; it connects when it is first used. Errors never show what a row holds."""
    try:
        if url.get_backend_name() == "postgresql":
            arguments = {name: value for name, value in _PATIENCE.items() if name not in url.query}
            # A connection may die of idleness while a tool is read: it is tried before it is used again.
            schema, bare = _schema(url), url.difference_update_query(["schema"])
            engine = sa.create_engine(bare, hide_parameters=True, pool_pre_ping=True, connect_args=arguments)
            sa.event.listen(engine, "connect", _configure_postgresql)
            if schema is not None:
                sa.event.listen(engine, "connect", partial(_search, schema))
            return engine
        engine = sa.create_engine(url, hide_parameters=True)
    except (sa.exc.ArgumentError, ImportError) as error:
        raise StateError(
            f"state {shown(url)}: the driver {url.drivername!r} is not installed; "
            'for PostgreSQL: pip install "slabridge[postgres]"'
        ) from error
    sa.event.listen(engine, "connect", _configure_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _schema(url: sa.URL) -> str | None:
    schema = url.query.get("schema")
    if schema is not None and (not isinstance(schema, str) or not re.fullmatch("[A-Za-z0-9_-]{1,63}", schema)):
        raise StateError(
            f"state {shown(url)}: its schema can have letters (A to Z, a to z), digits, _ and -, 63 at most"
        )
    return schema


def _search(schema: str, connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own type
    connection.execute(f'SET search_path = "{schema}"')
    connection.commit()


def _configure_postgresql(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own type
    connection.execute("SET lock_timeout = '5s'")  # as long as SQLite waits
    connection.commit()


def _configure_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where SQLAlchemy says, not where the driver guesses
    connection.execute("PRAGMA busy_timeout=5000")
    connection.execute("PRAGMA page_size=8192")  # of a new file: tools give tickets in no order that indexes have
    connection.execute("PRAGMA cache_size=-16384")  # KiB: the upper levels of the indexes of a million tickets


def _write_ahead(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA wal_autocheckpoint=4000")  # 32 MB: what a first load commits at a time is half of it


def _begin_sqlite(connection: sa.Connection) -> None:
    options = connection.get_execution_options()
    if options.get("isolation_level") == "AUTOCOMMIT":
        return
    reading = options.get("slabridge_reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
