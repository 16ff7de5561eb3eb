"""Opening a state, its transactions, and what is said when it cannot be used."""

import os
import sqlite3
import traceback
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from connectors.interface import CommentWrite
from slabridge.state import (
    Busy,
    State,
    StateError,
    Transaction,
    Unreachable,
    lease,
    outbox,
    quarantine,
    schema,
    tickets,
)
from slabridge.state.quarantine import Quarantined
from slabridge.ticket.known import Evaluated
from tests.slabridge.run.making import result
from tests.slabridge.state.databases import BUT_OF_DIALECT, cut, rows
from tests.slabridge.state.making import judge, kept, known, pending, save, ticket


def holds(place: str) -> list[object]:
    return [one for (one,) in rows(place, "SELECT id FROM ticket ORDER BY id")]


def test_a_rehearsal_leaves_nothing(state: State, place: str) -> None:
    save(state, ticket("1"))
    with state.rehearsal():
        save(state, ticket("2"))
        with lease.held(state):
            judge(state, "1", "2")
            assert pending(state) == []
    assert pending(state) == ["1"]
    assert holds(place) == ["1"]
    assert rows(place, "SELECT * FROM lease") == []


def _save_and_fail(transaction: sa.Connection) -> None:
    kept(Transaction(transaction, "snow"), ticket("2"))
    transaction.execute(sa.insert(schema.lease).values(name="run", owner=None, expires_at=1))


def test_a_transaction_that_fails_leaves_nothing_in_a_rehearsal_too(state: State) -> None:
    with pytest.raises(sa.exc.IntegrityError), state.begin() as transaction:
        _save_and_fail(transaction)
    assert pending(state) == []
    with state.rehearsal():
        save(state, ticket("1"))
        with pytest.raises(sa.exc.IntegrityError), state.begin() as transaction:
            _save_and_fail(transaction)
        assert pending(state) == ["1"]
    assert pending(state) == []


@pytest.mark.parametrize("prefix", ["", "sqlite:///"])
def test_a_state_that_is_not_there_is_not_made_when_nothing_is_to_be_kept(tmp_path: Path, prefix: str) -> None:
    place = tmp_path / "state.db"
    state = State.of(f"{prefix}{place}", create=False, migrate=False)
    save(state, ticket())
    state.close()
    assert not place.exists()
    State.of(f"{prefix}{place}").close()
    assert place.exists()


def test_an_empty_database_stays_empty_when_nothing_is_to_be_kept(postgres: str) -> None:
    state = State.of(postgres, create=False, migrate=False)
    save(state, ticket())
    assert pending(state) == ["1"]
    state.close()
    assert rows(postgres, "SELECT * FROM pg_tables WHERE schemaname = 'public'") == []


def test_migrations_make_the_tables_that_the_schema_says(state: State) -> None:
    with state.begin() as transaction:
        assert compare_metadata(MigrationContext.configure(transaction, opts=BUT_OF_DIALECT), schema.metadata) == []


def test_a_text_of_any_length_fits_an_index_of_open_cycles(state: State) -> None:
    with state.begin() as transaction:
        (found,) = (one for one in sa.inspect(transaction).get_indexes("result") if one["name"] == "result_open")
        whole = next(one for one in schema.result.indexes if one.name == "result_open").columns.keys()
        assert found["column_names"] == (whole if transaction.dialect.name == "sqlite" else whole[:7])
    save(state, ticket("1"))
    long = "".join(chr(300 + 7 * n % 20_000) for n in range(20_000))
    with state.begin() as transaction:
        came_to = [result(holder=long, breach_holder=long, dimensions={"team": (long,), "customer": (long,)})]
        tickets.evaluated(Transaction(transaction, "snow"), 1, [Evaluated("1", came_to)])


def test_opening_a_state_again_keeps_it(place: str) -> None:
    first = State.of(place)
    save(first, ticket())
    first.close()
    second = State.of(place)
    assert pending(second) == ["1"]
    second.close()


def test_reading_sees_one_moment_waits_for_nobody_and_writes_nothing(state: State, place: str) -> None:
    reader = State.of(place)
    save(state, ticket("1"))
    with reader.reading() as seen, state.begin() as transaction:  # the writer has the lock
        assert known(seen) == 1
        kept(Transaction(transaction, "snow"), ticket("2"))
        transaction.commit()
        assert known(seen) == 1
    with reader.reading() as seen:
        assert known(seen) == 2
    reader.close()


@pytest.mark.parametrize("text", ["a\0b", "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{PERSONAL COMPUTER}", "\ud83d", "x" * 5_000])
def test_any_text_can_be_kept(state: State, text: str) -> None:
    with state.begin() as transaction:
        quarantine.put(Transaction(transaction, "snow"), [Quarantined(text[:900], text, text)], 1)
        outbox.sending(Transaction(transaction, "snow"), [CommentWrite(text[:900], text, (text[:900],), text)], 1)
        outbox.became(Transaction(transaction, "snow"), text[:900], [text[:900]], outbox.REFUSED, text)
        assert len(list(outbox.posted(Transaction(transaction, "snow"), [text[:900]]))) == 1
        quarantine.release(Transaction(transaction, "snow"), [text[:900]])
        assert quarantine.listed(transaction) == []
        assert kept(Transaction(transaction, text[:900].encode(errors="replace").decode()), ticket("1")) == 1


# What is said.


def test_a_state_of_a_newer_slabridge_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    place = tmp_path / "state.db"
    State.of(str(place)).close()
    with closing(sqlite3.connect(place)) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    before = place.read_bytes()
    for migrate in (True, False):
        with pytest.raises(StateError, match=r"newer slabridge wrote it \(schema 9999\); upgrade slabridge"):
            State.of(str(place), migrate=migrate)
    assert place.read_bytes() == before


def test_a_postgresql_state_of_a_newer_slabridge_is_refused_and_left_as_it_is(postgres: str) -> None:
    with psycopg.connect(postgres) as db:
        db.execute("CREATE TABLE alembic_version (version_num varchar(32))")
        db.execute("INSERT INTO alembic_version VALUES ('9999')")
    with pytest.raises(StateError, match=r"newer slabridge wrote it \(schema 9999\); upgrade slabridge"):
        State.of(postgres)
    assert rows(postgres, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == [("alembic_version",)]
    assert rows(postgres, "SELECT * FROM alembic_version") == [("9999",)]


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    place = tmp_path / "state.db"
    place.write_text("this is a diary\n" * 100)
    with pytest.raises(StateError, match=r"state /.*state\.db cannot be read: file is not a database"):
        State.of(str(place))
    assert place.read_text() == "this is a diary\n" * 100


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    place = tmp_path / "nowhere" / "state.db"
    with pytest.raises(StateError, match=rf"state {place}: there is no folder {place.parent}; make it"):
        State.of(str(place))
    assert not place.parent.exists()


def test_a_file_that_is_made_is_readable_by_us_alone_and_one_that_is_there_is_left(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        state = State.of(str(tmp_path / "made.db"))
        with state.begin() as transaction:
            transaction.execute(sa.select(1))
            modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
        state.close()
        (tmp_path / "there.db").touch(0o640)
        State.of(str(tmp_path / "there.db")).close()
    finally:
        os.umask(before)
    assert set(modes.values()) == {0o600}
    assert modes.keys() >= {"made.db", "made.db-wal"}
    assert (tmp_path / "there.db").stat().st_mode & 0o777 == 0o640


def test_a_path_may_hold_anything(tmp_path: Path) -> None:
    place = tmp_path / "100% a?b=c#d" / "s t@t:e.db"
    place.parent.mkdir()
    State.of(str(place)).close()
    assert [path.name for path in place.parent.iterdir()] == ["s t@t:e.db"]


def test_a_full_disk_is_a_clear_error(tmp_path: Path) -> None:
    state = State.of(str(tmp_path / "state.db"))
    with pytest.raises(StateError, match="cannot be used: database or disk is full"), state.begin() as transaction:
        _fill(transaction)
    state.close()


def _fill(transaction: sa.Connection) -> None:
    transaction.exec_driver_sql("PRAGMA max_page_count = 1")
    transaction.execute(sa.insert(schema.lease).values(name="x" * 100_000, owner="", expires_at=1))


def _chain(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://bridge:hunter2@127.0.0.1:1/slabridge",
        "postgresql://bridge:hunter2@127.0.0.1:1/slabridge",
        "postgresql://bridge@127.0.0.1:1/slabridge?password=hunter2",
        "postgresql://bridge:hunter2@127.0.0.1:port/slabridge",
        "mysql://bridge:hunter2@127.0.0.1/slabridge",
        "//bridge:hunter2@127.0.0.1://",
    ],
)
def test_no_password_of_a_url_stands_in_an_error(url: str) -> None:
    with pytest.raises(StateError) as raised:
        State.of(url)
    shown = _chain(raised.value)
    code = "\n".join(line for line in shown.splitlines() if not line.startswith("    "))
    assert "hunter2" not in code
    assert "127.0.0.1" in str(raised.value) or "is none of a database" in str(raised.value)


def test_a_server_that_is_down_is_told_from_one_that_refuses_us(postgres: str) -> None:
    with pytest.raises(
        Unreachable, match=r"postgresql\+psycopg://me:\*\*\*@127.0.0.1:1/x cannot be reached: .*refused"
    ):
        State.of("postgresql://me:secret@127.0.0.1:1/x")
    wrong = sa.make_url(postgres).set(database="not_there").render_as_string(hide_password=False)
    with pytest.raises(StateError, match=r'cannot be read: .*database "not_there" does not exist') as raised:
        State.of(wrong)
    assert not isinstance(raised.value, Unreachable)


def test_a_row_that_cannot_be_kept_does_not_show_what_it_holds(tmp_path: Path) -> None:
    state = State.of(str(tmp_path / "state.db"))
    with pytest.raises(sa.exc.IntegrityError) as raised, state.begin() as transaction:
        transaction.execute(sa.insert(schema.lease).values(name="told in confidence", owner=None, expires_at=1))
    assert "told in confidence" not in str(raised.value)
    state.close()


# Others on the same database.


def _save_over_a_cut(transaction: sa.Connection, postgres: str) -> None:
    kept(Transaction(transaction, "snow"), ticket("2"))
    cut(postgres)
    kept(Transaction(transaction, "snow"), ticket("3"))


def test_a_connection_that_is_lost_between_transactions_is_made_anew(postgres: str) -> None:
    state = State.of(postgres)
    save(state, ticket("1"))
    cut(postgres)
    save(state, ticket("2"))
    assert pending(state) == ["1", "2"]
    state.close()


def test_a_connection_that_is_lost_within_a_transaction_is_a_clear_error_and_leaves_what_was_before(
    postgres: str,
) -> None:
    state = State.of(postgres)
    save(state, ticket("1"))
    with (
        pytest.raises(Unreachable, match=r"state postgresql.* cannot be reached: .*what was committed is safe"),
        state.begin() as transaction,
    ):
        _save_over_a_cut(transaction, postgres)
    with pytest.raises(Unreachable), state.rehearsal(), state.begin() as transaction:
        _save_over_a_cut(transaction, postgres)
    assert pending(state) == ["1"]
    state.close()


def test_a_postgresql_state_that_somebody_keeps_locked_is_busy(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def configure(connection: "psycopg.Connection[object]", _: object) -> None:
        connection.execute("SET lock_timeout = '10ms'")
        connection.commit()

    monkeypatch.setattr("slabridge.state.database._configure_postgresql", configure)
    state = State.of(postgres)
    with psycopg.connect(postgres) as db:
        db.execute("LOCK TABLE lease")
        with pytest.raises(Busy, match=r"in use: .*lock timeout"), lease.held(state):
            pass
    state.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let SQLite not wait for a lock."""

    def configure(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA busy_timeout = 0")

    monkeypatch.setattr("slabridge.state.database._configure_sqlite", configure)


@pytest.mark.usefixtures("impatient")
def test_a_state_that_somebody_keeps_locked_is_busy(tmp_path: Path) -> None:
    place = str(tmp_path / "state.db")
    state = State.of(place)
    with closing(sqlite3.connect(place, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy, match=r"state .*state\.db is in use: database is locked"), state.begin():
            pass
        with state.reading() as transaction:
            assert known(transaction) == 0
    state.close()


@pytest.mark.usefixtures("impatient")
def test_a_file_that_somebody_creates_just_now_is_busy(tmp_path: Path) -> None:
    place = str(tmp_path / "state.db")
    with closing(sqlite3.connect(place, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Busy, match=r"state .*state\.db is in use: database is locked"):
            State.of(place)


def test_a_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object, **__: object) -> Callable[..., object]:
        raise ModuleNotFoundError("No module named 'psycopg'")

    monkeypatch.setattr("slabridge.state.database.sa.create_engine", missing)
    with pytest.raises(
        StateError, match=r"'postgresql\+psycopg' is not installed; .*pip install .slabridge\[postgres\]"
    ):
        State.of("postgresql://127.0.0.1/x")
