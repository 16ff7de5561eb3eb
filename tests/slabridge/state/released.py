"""Databases of earlier schemas, as runs of their time left them: `fixtures/REVISION.sql`, SQLite as text.

`python -m tests.slabridge.state.released` writes the one of the newest schema, from two runs against the sandbox of `small`.
"""

import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from sla_engine.instant import HOUR
from slabridge.show import logs
from slabridge.state.revision import alembic
from slabridge_sandbox.embedded import Sandbox
from tests.slabridge.run.job import NOON, Job, small

FOLDER = Path(__file__).parent / "fixtures"
FIXTURES = sorted(path.stem for path in FOLDER.glob("*.sql"))
LATER = NOON + 3 * HOUR
"""When the second of the runs was: a ticket had been breached, and was told about."""

ASIDE = "INSERT INTO quarantine (connection, ticket, key, reason, first_at, last_at) VALUES (?, ?, ?, ?, ?, ?)"


def revisions() -> list[str]:
    """Return all schema versions, oldest first."""
    return [revision.revision for revision in ScriptDirectory.from_config(alembic()).walk_revisions()][::-1]


def load(revision: str, place: str) -> None:
    """Make the database of an earlier schema; in PostgreSQL from that schema's migrations and the same rows."""
    text = (FOLDER / f"{revision}.sql").read_text("utf-8")
    if "://" not in place:
        with closing(sqlite3.connect(place)) as db:
            db.executescript(text)
        return
    url = sa.make_url(place).set(drivername="postgresql+psycopg")
    source, target = sa.create_engine("sqlite://"), sa.create_engine(url)
    with source.connect() as old, target.begin() as new:
        raw = old.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        raw.executescript(text)
        config = alembic()
        config.attributes["connection"] = new
        command.upgrade(config, revision)
        tables = sa.MetaData()
        tables.reflect(new)
        for table in tables.sorted_tables:
            rows = [dict(row) for row in old.execute(sa.select(sa.text("*")).select_from(table)).mappings()]
            flags = [column.name for column in table.columns if isinstance(column.type, sa.Boolean)]
            for row in rows:
                row.update({name: bool(row[name]) for name in flags})
            if rows and table.name != "alembic_version":
                new.execute(sa.insert(table), rows)
        # What gives the next row its number; the rows brought theirs along.
        for name, column in (("run", "id"), ("configuration", "number")):
            if name in tables.tables:
                new.execute(sa.text(f"SELECT setval('{name}_{column}_seq', (SELECT max({column}) FROM {name}))"))  # noqa: S608 - our own names
    source.dispose()
    target.dispose()


def main() -> None:
    os.environ |= {"SNOW_PASSWORD": "sandbox", "JIRA_TOKEN": "sandbox-jira-token"}
    logs.configure("error", "console")
    with tempfile.TemporaryDirectory() as folder, Sandbox(small(Path(folder)), in_process=True) as sandbox:
        job = Job(Path(folder), sandbox)
        job.run()
        job.run_at(LATER)
        with closing(sqlite3.connect(job.state_file)) as db:
            aside = ("snow", "0000", "INC0000000", "the history is hidden by access rules", NOON, LATER)
            db.execute(ASIDE, aside)
            db.commit()
            (FOLDER / f"{revisions()[-1]}.sql").write_text("\n".join(db.iterdump()) + "\n", "utf-8")


if __name__ == "__main__":
    main()
