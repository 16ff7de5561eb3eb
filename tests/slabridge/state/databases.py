"""A fresh database for each test: a SQLite file, or a PostgreSQL database of this process alone."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import psycopg
import pytest
import sqlalchemy as sa

from tests.patience import PATIENCE

_NUMBER = count()
ENGINES = ("sqlite", "postgresql")
BUT_OF_DIALECT = {"include_object": lambda _, name, *__: name != "result_open"}
"""Lets alembic compare all but the one index that is another in a PostgreSQL."""


def server() -> sa.URL:
    """Return the PostgreSQL server that tests may make databases in."""
    return sa.make_url(os.environ.get("SLABRIDGE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres"))


@contextmanager
def postgresql() -> Iterator[sa.URL]:
    """Give an empty database that is dropped at the end; skip where there is no server, if one is not required."""
    url = server()
    name = f"slabridge_test_{os.getpid()}_{next(_NUMBER)}"
    try:
        connection = psycopg.connect(_conninfo(url), autocommit=True, connect_timeout=int(PATIENCE))
    except psycopg.OperationalError as error:
        missing = f"no PostgreSQL at {url.host}:{url.port} (SLABRIDGE_TEST_POSTGRES names another): {error}"
        if os.environ.get("SLABRIDGE_REQUIRE_POSTGRES") == "1":
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)
    with connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload,unused-ignore]
        try:
            yield url.set(database=name)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[call-overload,unused-ignore]


def empty(url: sa.URL) -> None:
    """Drop all that a test made."""
    with psycopg.connect(_conninfo(url), autocommit=True) as connection:
        connection.execute(
            f"SET lock_timeout = '{PATIENCE:.0f}s'"
        )  # a test that left a transaction open fails, and does not hang
        query = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
        for (name,) in connection.execute(query).fetchall():
            connection.execute(f'DROP SCHEMA "{name}" CASCADE')
        connection.execute("CREATE SCHEMA public")


def cut(url: str) -> None:
    """Cut all connections to a database, as a restart of the server does."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def rows(place: str, query: str) -> list[tuple[object, ...]]:
    """Return what a query gives, past the program."""
    url = sa.make_url(place) if "://" in place else sa.URL.create("sqlite", database=place)
    engine = sa.create_engine(url.set(drivername=url.get_backend_name().replace("postgresql", "postgresql+psycopg")))
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(query))]
    finally:
        engine.dispose()


def columns(place: str, table: str) -> list[str]:
    """Return the names of a table's columns, past the program."""
    url = sa.make_url(place) if "://" in place else sa.URL.create("sqlite", database=place)
    engine = sa.create_engine(url.set(drivername=url.get_backend_name().replace("postgresql", "postgresql+psycopg")))
    try:
        return [str(column["name"]) for column in sa.inspect(engine).get_columns(table)]
    finally:
        engine.dispose()


def _conninfo(url: sa.URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
