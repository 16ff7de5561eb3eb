"""The role of deploy/postgresql/role.sql: enough for slabridge, and nothing beside it (docs/postgresql.md)."""

import base64
import hashlib
import hmac
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from sla_engine.instant import MINUTE
from slabridge.exit import Exit
from tests.deploy.files import DEPLOY, ended, program
from tests.deploy.states import address, back_up, restore
from tests.docs.pages import section
from tests.places import CHECKOUT
from tests.slabridge.run.job import NOON, Job
from tests.slabridge.state.databases import rows, server

ROLE = f"slabridge_test_role_{os.getpid()}"
"""Roles are of the whole server, which other tests use, too."""
PAGE = CHECKOUT / "docs" / "postgresql.md"
SECTION = section(PAGE, "A role that owns nothing else")


def sql_of(text: str) -> list[str]:
    return re.findall(r"^```sql\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def ours(sql: str) -> str:
    """Return SQL about a role and a database that only this test has."""
    return re.sub(r"\bslabridge\b", ROLE, sql)


def psql(sql: str, folder: Path, database: str | None = None) -> None:
    """Run SQL as administrator, as psql does a file."""
    (folder / "given.sql").write_text(sql, "utf-8")
    url = server() if database is None else server().set(database=database)
    done = ended(
        program("psql"), "--quiet", "--set=ON_ERROR_STOP=1", f"--file={folder / 'given.sql'}", address(str(url))
    )
    assert (done.returncode, done.stderr) == (0, "")


@contextmanager
def dropped() -> Iterator[None]:
    try:
        yield
    finally:
        with psycopg.connect(address(str(server())), autocommit=True) as administrator:
            administrator.execute(f'DROP DATABASE IF EXISTS "{ROLE}" WITH (FORCE)')  # type: ignore[call-overload,unused-ignore]
            administrator.execute(f'DROP ROLE IF EXISTS "{ROLE}"')  # type: ignore[call-overload,unused-ignore]


@pytest.fixture
def place(postgres: str, tmp_path: Path) -> Iterator[str]:
    """Give the database that role.sql makes, as its role."""
    assert postgres
    (tmp_path / "password").write_text("a password\n", "utf-8")
    made = (DEPLOY / "postgresql" / "role.sql").read_text("utf-8")
    with dropped():
        psql(ours(made).replace("/run/secrets/slabridge_password", str(tmp_path / "password")), tmp_path)
        yield server().set(username=ROLE, password=None, database=ROLE).render_as_string(hide_password=False)


def test_runs_need_no_more_than_that_role_and_it_owns_nothing_else(job: Job, place: str) -> None:
    job.place = place
    assert job.run_at(NOON).exit_code is Exit.COMPLETE
    assert rows(place, "SELECT count(*) > 0 FROM result") == [(True,)]
    [rights] = rows(
        place,
        "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles"
        " WHERE rolname = current_user",
    )
    assert not any(rights)
    owned = rows(place, "SELECT datname FROM pg_database WHERE pg_get_userbyid(datdba) = current_user")
    assert owned == [(ROLE,)]
    assert rows(place, "SELECT count(*) FROM pg_auth_members AS m JOIN pg_roles AS r ON r.oid = m.member"
                " WHERE r.rolname = current_user") == [(0,)]  # fmt: skip


def test_its_password_is_the_one_of_the_file_without_the_line_break(place: str) -> None:
    assert place
    with psycopg.connect(address(str(server()))) as administrator:
        [secret] = administrator.execute(
            "SELECT rolpassword FROM pg_authid WHERE rolname = %s", (ROLE,)
        ).fetchone() or [""]
    assert secret == _scram("a password", secret)


def test_without_a_password_no_role_is_made(postgres: str, tmp_path: Path) -> None:
    assert postgres
    (tmp_path / "given.sql").write_text(ours((DEPLOY / "postgresql" / "role.sql").read_text("utf-8")), "utf-8")
    done = ended(program("psql"), f"--file={tmp_path / 'given.sql'}", address(str(server())))
    assert done.returncode == 3
    assert "there is no password in that file" in done.stderr
    assert rows(str(server()), f"SELECT count(*) FROM pg_roles WHERE rolname = '{ROLE}'") == [(0,)]  # noqa: S608 - our own name


def test_nobody_else_may_connect_to_its_database(place: str, tmp_path: Path) -> None:
    stranger = f"{ROLE}_stranger"
    psql(f"CREATE ROLE {stranger} LOGIN", tmp_path)
    try:
        url = sa.make_url(place).set(username=stranger)
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(address(str(url)))
    finally:
        psql(f"DROP ROLE {stranger}", tmp_path)


def test_it_may_back_up_and_restore_its_state_itself(job: Job, place: str, tmp_path: Path) -> None:
    job.place = place
    job.run_at(NOON)
    back_up(place, tmp_path / "copy")
    job.run_at(NOON + MINUTE)
    restore(place, tmp_path / "copy")
    assert rows(place, "SELECT count(*) FROM run") == [(1,)]
    assert job.run_at(NOON + 2 * MINUTE).exit_code is Exit.COMPLETE


def test_the_file_says_what_the_page_says() -> None:
    made = " ".join((DEPLOY / "postgresql" / "role.sql").read_text("utf-8").split())
    for line in sql_of(SECTION)[0].splitlines():
        assert line.replace("'...'", ":'password'") in made


def test_in_a_database_that_is_there_a_schema_of_its_own_does(job: Job, postgres: str, tmp_path: Path) -> None:
    url = sa.make_url(postgres)
    with dropped():
        try:
            psql(ours(sql_of(SECTION)[1]), tmp_path, url.database)
            job.place = f"{address(str(url.set(username=ROLE)))}?schema={ROLE}"
            assert job.run_at(NOON).exit_code is Exit.COMPLETE
            assert rows(postgres, f"SELECT count(*) > 0 FROM {ROLE}.result") == [(True,)]  # noqa: S608 - our own name
            assert rows(postgres, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]
        finally:
            psql(f"DROP OWNED BY {ROLE}", tmp_path, url.database)


def _scram(password: str, like: str) -> str:
    """Return what PostgreSQL keeps of a password, with the salt of another one."""
    method, rounds_salt, _ = like.split("$")
    rounds, salt = rounds_salt.split(":")
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt), int(rounds))
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    keys = (stored, hmac.digest(salted, b"Server Key", "sha256"))
    return f"{method}${rounds_salt}${':'.join(base64.b64encode(key).decode() for key in keys)}"
