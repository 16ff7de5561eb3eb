"""A sandbox where one person is everywhere, and all that a state has, in plain text."""

import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from slabridge.state.schema import metadata
from slabridge_sandbox.options import SandboxOptions
from tests.slabridge.run.job import NOON, TOOLS, number_of
from tests.slabridge.state.databases import rows
from tests.slabridge.state.everything import plain
from tests.slabridge_sandbox.logs import history, write

NAME = "Astrid Zetterquist"
ACCOUNT = "astrid.zetterquist"
OTHER = "Resolver 3"
PRIVACY = """
[privacy]
people = ["assignee", "caller"]
key = { env = "SLABRIDGE_KEY" }
"""


def peopled(folder: Path) -> SandboxOptions:
    """Return a sandbox where both tools have the same incidents, at noon; one person opened, held and changed them.

    The first is open and breached at 16:00, the second was closed ten days ago, the third belongs to somebody else.
    """
    mine = {"assigned_to": NAME, "caller_id": NAME, "opened_by": NAME, "sys_updated_by": NAME, "category": "Software"}
    lives = (
        ({"opened_at": "2016-03-01 10:00:00", **mine, "priority": "1 - Critical"}, ["2016-03-01 10:05:00 Active"]),
        (
            {"opened_at": "2016-02-18 08:00:00", **mine},
            ["2016-02-18 09:00:00 Resolved", "2016-02-20 10:00:00 Closed"],
        ),
        ({"opened_at": "2016-03-01 09:00:00", "assigned_to": OTHER}, ["2016-03-01 09:10:00 Active"]),
    )
    histories = [
        history(
            number_of(tool, n),
            *({"incident_state": update[20:], "sys_updated_at": update[:19]} for update in updates),
            **{"sys_updated_at": opened["opened_at"], **opened},
        )
        for tool in TOOLS.values()
        for n, (opened, updates) in enumerate(lives)
    ]
    return SandboxOptions(log=write(folder / "log.csv", *histories), share=0.5, start=NOON)


def with_people(text: str) -> str:
    """Return the example configuration where people are read, hold tickets and are written back."""
    text = text.replace('holder = "team"', 'holder = "assignee"')
    text = text.replace('assignee = "assigned_to"\n', 'assignee = "assigned_to"\ncaller = "caller_id"\n')
    return text.replace('assignee = "assignee"\n', 'assignee = "assignee"\ncaller = "reporter"\n') + PRIVACY


def all_of(place: str) -> str:
    """Return all that a state holds: each value of each table, blobs unpacked."""
    found = []
    for name, table in metadata.tables.items():
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        for row in rows(place, f'SELECT {columns} FROM "{name}"'):  # noqa: S608 - our own names
            found += [
                f"{name}.{column.name}: {plain(value).decode(errors='replace')!r}"
                for column, value in zip(table.columns, row, strict=True)
            ]
    return "\n".join(found)


def raw_of(place: str) -> bytes:
    """Return the bytes of a SQLite's file and of what lies beside it; of another database nothing."""
    if "://" in place:
        return b""
    return b"".join(path.read_bytes() for path in sorted(Path(place).parent.glob(f"{Path(place).name}*")))


def put(place: str, statement: str, **values: object) -> None:
    """Put something into a state, past the program."""
    if "://" not in place:
        with closing(sqlite3.connect(place)) as db:
            db.execute("PRAGMA secure_delete=OFF")  # which is on in some builds
            db.execute(statement, values)
            db.commit()
        return
    engine = sa.create_engine(sa.make_url(place).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execute(sa.text(statement), values)
    engine.dispose()
