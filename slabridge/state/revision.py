"""The revision of the schema that a database has, those that we know, and the way to the newest."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x51AB
"""Any number: two that start together on an empty PostgreSQL create the tables one after the other."""


def of(connection: sa.Connection) -> str | None:
    """Return the revision that a database has (None: it is empty), asked in our own words.

    SQLAlchemy's own question after a table keeps up to 128 dialects of PostgreSQL in a cache for good, each with all
    that it compiled: some 20 MB of a process that opens its state again and again.
    """
    there = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'"
    if connection.dialect.name == "postgresql":
        there = "SELECT to_regclass('alembic_version')"
    if connection.scalar(sa.text(there)) is None:
        return None
    found: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return found


@cache
def known() -> Sequence[str]:
    """Return the revisions that we know, the newest first: each has a file that begins with its number."""
    return sorted((path.name[:4] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py")), reverse=True)


def upgrade(connection: sa.Connection, schema: str | None) -> None:
    """Bring a database to the newest; in a PostgreSQL in this schema, which is made where it is not there."""
    from alembic import command  # noqa: PLC0415 - a fifth of what a worker would import, and none upgrades anything

    if connection.dialect.name == "postgresql":
        whose = sa.func.hashtext(schema or "")  # customers of one database wait for no other
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK, whose)))
        if schema is not None and connection.scalar(sa.select(sa.func.to_regnamespace(f'"{schema}"'))) is None:
            connection.execute(sa.schema.CreateSchema(schema))
    config = alembic()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def alembic() -> "Config":
    """Return where alembic finds the migrations."""
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config
