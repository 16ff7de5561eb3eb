"""What goes wrong with a database, said so that a person can act; no password is in it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa


class StateError(Exception):
    """The state cannot be used; the message says which and what to do."""


class Newer(StateError):  # noqa: N818 - a state of affairs, not a defect
    """A newer slabridge wrote the state; it is left untouched."""


class Unreachable(StateError):  # noqa: N818 - a state of affairs, not a defect
    """The state's server is down, or the connection to it is lost; what was committed is safe."""


class Damaged(StateError):  # noqa: N818 - what a part of it is
    """What the state holds of one ticket cannot be read; the next run reads that ticket anew from its tool."""


class Busy(Exception):  # noqa: N818 - a state of affairs, not a defect
    """Another run uses this state; the message says which, if it is known."""


def address(text: str | sa.URL) -> sa.URL:
    """Return a database's URL, with the driver that we have.

    Raises:
        StateError: it is none.
    """
    try:
        url = sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError):
        raise StateError(
            "the state's address is none of a database; name a file, or write postgresql://user@host/database"
        ) from None  # its words hold the whole address, password and all
    return url.set(drivername="postgresql+psycopg") if url.drivername in ("postgresql", "postgres") else url


def shown(url: sa.URL) -> str:
    """Return where a database is: a file's path (empty: in memory), or an address without password and options.

    The schema is part of where it is.
    """
    if url.get_backend_name() == "sqlite":
        return url.database or ""
    query = {name: value for name, value in url.query.items() if name == "schema"}
    return url.set(query=query).render_as_string(hide_password=True)


_REMEDY = "; if the file is damaged, put a backup in its place, or move it away: the next run rebuilds it"


@contextmanager
def explained(url: sa.URL, what: str) -> Iterator[None]:
    """Turn a database's errors into ours; one that only a mistake of the program can cause stays as it is.

    Raises:
        Busy: somebody keeps the database locked.
        Unreachable: its server does not answer.
        StateError: the database cannot be used.
    """
    try:
        yield
    except sa.exc.DBAPIError as error:
        where = f"state {shown(url)}"
        words = _words(error)
        if _is_locked(error):
            raise Busy(f"{where} is in use: {words}") from error
        if url.get_backend_name() != "sqlite" and _is_gone(error):
            raise Unreachable(f"{where} cannot be reached: {words}; what was committed is safe") from error
        if not isinstance(error, sa.exc.OperationalError) and not _is_no_database(error):
            raise
        remedy = "" if url.get_backend_name() != "sqlite" or not url.database else _REMEDY
        raise StateError(f"{where} {what}: {words}{remedy}") from error


def _is_locked(error: sa.exc.DBAPIError) -> bool:
    return _sqlite_code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) or _sql_state(error) == "55P03"


def _is_gone(error: sa.exc.DBAPIError) -> bool:
    """Return whether a server is down, comes up or goes down, is full, or the line to it is cut."""
    if error.connection_invalidated or _sql_state(error).startswith(("08", "57P", "53300")):
        return True
    # An attempt to connect has no code. A server that answers and refuses us says FATAL.
    without_code = _sqlite_code(error) is None and _sql_state(error) == ""
    return isinstance(error, sa.exc.OperationalError) and without_code and not _refused(error)


def _refused(error: sa.exc.DBAPIError) -> bool:
    text = str(error.orig)
    return "FATAL" in text and not any(word in text for word in ("starting up", "shutting down", "too many"))


def _is_no_database(error: sa.exc.DBAPIError) -> bool:
    """Return whether a file is none, or broken, or an account may not do what it must."""
    return _sqlite_code(error) in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT) or _sql_state(error) == "42501"


def _sqlite_code(error: sa.exc.DBAPIError) -> int | None:
    code = getattr(error.orig, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF  # the rest tells kinds of the same apart


def _sql_state(error: sa.exc.DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""


def _words(error: sa.exc.DBAPIError) -> str:
    """Return a database's words, without what a row holds."""
    return str(error.orig).splitlines()[0].partition(" with text ")[0]
