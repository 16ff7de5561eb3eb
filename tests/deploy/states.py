"""A state backed up and restored as docs/backup.md says, in each kind of database."""

from pathlib import Path

import sqlalchemy as sa

from tests.deploy.files import ended, program

EMPTIED = "SET client_min_messages = warning; DROP SCHEMA public CASCADE; CREATE SCHEMA public"


def back_up(place: str, copy: Path) -> None:
    if "://" in place:
        _run("pg_dump", "--format=custom", f"--file={copy}", address(place))
    else:
        _run("sqlite3", place, f"VACUUM INTO '{copy}'")


def restore(place: str, copy: Path) -> None:
    if "://" in place:
        _run("psql", "--quiet", "--set=ON_ERROR_STOP=1", f"--command={EMPTIED}", address(place))
        _run("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={address(place)}", copy)
    else:
        _run("rm", "-f", f"{place}-wal", f"{place}-shm")
        _run("cp", copy, place)


def address(place: str) -> str:
    """Return a database's address as PostgreSQL's own programs take it."""
    return sa.make_url(place).set(drivername="postgresql").render_as_string(hide_password=False)


def _run(name: str, *arguments: object) -> None:
    done = ended(program(name), *arguments)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
