"""Many states in one PostgreSQL: each in a schema of its own, as customers of a folder have them."""

from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from slabridge.state import State, StateError, lease, schema
from tests.slabridge.state.databases import BUT_OF_DIALECT, rows
from tests.slabridge.state.making import pending, save, ticket

NAMES = ("custom-A", "custom-a", "customer")
SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'custom%' ORDER BY 1"


@pytest.fixture
def server(postgres: str) -> Iterator[str]:
    """Give the URL of a database in which these schemas are no more at the end."""
    yield postgres
    with psycopg.connect(postgres, autocommit=True) as connection:
        for name in NAMES:
            connection.execute(f'DROP SCHEMA IF EXISTS "{name}" CASCADE')  # type: ignore[call-overload,unused-ignore]


def test_each_has_its_own_tickets_lease_and_tables(server: str) -> None:
    opened = [State.of(f"{server}?schema={name}") for name in NAMES[:2]]
    try:
        save(opened[0], ticket("1"))
        save(opened[1], ticket("2"))
        assert [pending(state) for state in opened] == [["1"], ["2"]]
        with lease.held(opened[0]), lease.held(opened[1]), opened[1].begin() as sql:
            assert compare_metadata(MigrationContext.configure(sql, opts=BUT_OF_DIALECT), schema.metadata) == []
        assert [state.shown.rpartition("?")[2] for state in opened] == ["schema=custom-A", "schema=custom-a"]
    finally:
        for state in opened:
            state.close()
    assert rows(server, SCHEMAS) == [("custom-A",), ("custom-a",)]
    assert rows(server, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]


def test_who_only_looks_makes_none(server: str) -> None:
    state = State.of(f"{server}?schema=customer", create=False, migrate=False)
    with state.reading() as sql:
        assert sql.execute(sa.select(schema.ticket)).all() == []
    state.close()
    assert rows(server, SCHEMAS) == []


def test_a_name_that_can_be_none_is_refused(server: str) -> None:
    with pytest.raises(StateError, match="its schema can have letters"):
        State.of(f'{server}?schema=a";DROP')
