"""What the state keeps, and who may use it."""

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import IntegrityError

from connectors.interface import CommentWrite, NativeComment, NativeEntry, NativeTicket, Page, Value
from slabridge.state import (
    Busy,
    State,
    StateError,
    connections,
    database,
    lease,
    outbox,
    quarantine,
    runs,
    schema,
    tickets,
)
from slabridge.state.quarantine import SetAside
from slabridge.state.tickets import Judgement

MANY = 1_100
"""More than one statement takes."""


@pytest.fixture
def state() -> Iterator[State]:
    opened = State("sqlite://")
    yield opened
    opened.close()


def ticket(identity: str = "1", *, updated: int = 0, status: str = "1", **given: object) -> NativeTicket:
    fields = {"state": (Value(status, f"State {status}"),), "labels": (Value("a", "A"), Value("b", "B")), "empty": ()}
    history = (NativeEntry(5, "alice", {"state": ((), (Value(status, f"State {status}"),))}),)
    comments = (NativeComment(6, "bob", "agent", public=True), NativeComment(7, "us", "system", False, "a.b#1 x"))
    made = {"fields": fields, "history": history, "comments": comments, "written": {"u_due": "x", "u_status": None}}
    return NativeTicket(identity, f"INC{identity}", 1, updated, **(made | given))  # type: ignore[arg-type]


def page(*found: NativeTicket, gone: tuple[str, ...] = ()) -> Page:
    return Page(found, {}, gone=gone)


def save(state: State, *found: NativeTicket, run: int = 1, gone: tuple[str, ...] = ()) -> int:
    with state.begin() as transaction:
        return tickets.save(transaction, "snow", page(*found, gone=gone), run)


def pending(state: State) -> list[str]:
    with state.begin() as transaction:
        return [known.native.id for known in tickets.pending(transaction, "snow", "", 10_000)]


def judge(state: State, *ids: str, is_open: bool = True, next_change_at: int | None = None) -> None:
    with state.begin() as transaction:
        found = [Judgement(identity, is_open, next_change_at, [{"status": "met"}]) for identity in ids]
        tickets.judged(transaction, "snow", 100, found)
        tickets.settle(transaction, "snow", ids)


# Tickets.


def test_a_ticket_comes_back_as_it_was_saved_but_for_updated(state: State) -> None:
    saved = ticket(updated=99)
    assert save(state, saved) == 1
    with state.begin() as transaction:
        (found,) = tickets.pending(transaction, "snow", "", 10)
    assert found.native == ticket(updated=0)
    assert found.told == {}


def test_the_same_content_again_is_no_change_and_another_is(state: State) -> None:
    save(state, ticket())
    judge(state, "1")
    assert save(state, ticket(updated=5), run=2) == 0
    assert pending(state) == []
    assert save(state, ticket(status="2"), run=3) == 1
    assert pending(state) == ["1"]


def test_a_ticket_that_waits_to_be_evaluated_goes_on_waiting_when_it_is_read_again(state: State) -> None:
    save(state, ticket())
    save(state, ticket())
    assert pending(state) == ["1"]


@pytest.mark.parametrize(
    "other",
    [
        ticket(history=()),
        ticket(comments=()),
        ticket(written={"u_due": "y", "u_status": None}),
        ticket(fields={}),
    ],
    ids=["history", "comments", "what we write", "fields"],
)
def test_each_part_of_a_ticket_can_change(state: State, other: NativeTicket) -> None:
    save(state, ticket())
    assert save(state, other) == 1


def test_tickets_wait_in_the_order_of_their_ids_and_come_in_batches(state: State) -> None:
    ids = [f"{n:05}" for n in range(MANY)]
    assert save(state, *(ticket(identity) for identity in reversed(ids))) == MANY
    assert save(state, *(ticket(identity) for identity in ids)) == 0
    with state.begin() as transaction:
        first = [known.native.id for known in tickets.pending(transaction, "snow", "", 1_000)]
        rest = [known.native.id for known in tickets.pending(transaction, "snow", first[-1], 1_000)]
    assert first + rest == ids


def test_connections_do_not_see_each_others_tickets(state: State) -> None:
    save(state, ticket())
    with state.begin() as transaction:
        assert tickets.pending(transaction, "jira", "", 10) == []
        assert tickets.save(transaction, "jira", page(ticket()), 1) == 1
        assert tickets.counts(transaction) == {"jira": (1, 0, 1), "snow": (1, 0, 1)}
        assert [name for name, _ in tickets.find(transaction, "INC1")] == ["jira", "snow"]


def test_an_evaluated_ticket_goes_on_waiting_until_what_came_of_it_was_written(state: State) -> None:
    save(state, ticket())
    with state.begin() as transaction:
        tickets.judged(transaction, "snow", 100, [Judgement("1", True, 500, [])])
    assert pending(state) == ["1"]


def test_a_settled_ticket_waits_no_more_until_its_next_change_or_a_call(state: State) -> None:
    save(state, ticket("1"), ticket("2"), ticket("3"))
    judge(state, "1", "2", next_change_at=500)
    judge(state, "3", is_open=False)
    assert pending(state) == []
    with state.begin() as transaction:
        assert tickets.open_ids(transaction, "snow") == ["1", "2"]
        assert tickets.to_reread(transaction, "snow", 499, 2) == []
        assert tickets.to_reread(transaction, "snow", 500, 2) == ["1", "2"]
        assert tickets.to_reread(transaction, "snow", 500, 1) == []  # this run read them already
        assert tickets.followed(transaction, "snow", ["1", "3", "4"], 2) == ["1"]
        tickets.mark_due(transaction, "snow", 499)
    assert pending(state) == []
    with state.begin() as transaction:
        tickets.mark_due(transaction, "snow", 500)
    assert pending(state) == ["1", "2"]
    with state.begin() as transaction:
        tickets.mark_pending(transaction, "snow", ["3"])
    assert pending(state) == ["1", "2", "3"]


def test_what_we_wrote_is_known_as_told_and_as_held_so_that_reading_it_back_is_no_change(state: State) -> None:
    save(state, ticket())
    with state.begin() as transaction:
        (known,) = tickets.pending(transaction, "snow", "", 10)
        tickets.wrote(transaction, "snow", known, {"u_status": "Breached"})
    with state.begin() as transaction:
        ((_, known),) = tickets.find(transaction, "INC1")
    assert known.told == {"u_status": "Breached"}
    assert known.native.written == {"u_due": "x", "u_status": "Breached"}
    assert save(state, ticket(written={"u_due": "x", "u_status": "Breached"})) == 0
    with state.begin() as transaction:
        tickets.wrote(transaction, "snow", known, {"u_due": None})
        ((_, known),) = tickets.find(transaction, "1")
    assert known.told == {"u_status": "Breached", "u_due": None}


def test_a_ticket_that_is_gone_is_left_alone_and_taken_up_when_it_is_back(state: State) -> None:
    save(state, ticket())
    judge(state, "1", next_change_at=500)
    save(state, gone=("1", "unknown"))
    with state.begin() as transaction:
        tickets.mark_pending(transaction, "snow")
        tickets.mark_due(transaction, "snow", 500)
        assert tickets.open_ids(transaction, "snow") == []
        assert tickets.to_reread(transaction, "snow", 500, 2) == []
    assert pending(state) == []
    assert save(state, ticket(), run=2) == 0
    with state.begin() as transaction:
        assert tickets.open_ids(transaction, "snow") == ["1"]


# The outbox.


def comment(marker: str = "a.b#1 breached", identity: str = "1") -> CommentWrite:
    return CommentWrite(identity, f"INC{identity}", marker, "text")


def markers(state: State) -> list[tuple[str, str]]:
    with state.begin() as transaction:
        return list(outbox.markers(transaction, "snow", ["1", "2"]))


@pytest.mark.parametrize(
    ("became", "again"), [(None, False), (outbox.TOLD, False), (outbox.REFUSED, False), (outbox.LOST, True)]
)
def test_a_comment_is_told_again_only_when_it_is_certain_that_it_was_lost(
    state: State, became: str | None, again: bool
) -> None:
    with state.begin() as transaction:
        outbox.sending(transaction, "snow", [comment()], 1_000)
        if became is not None:
            outbox.became(transaction, "snow", ("1", "a.b#1 breached"), became, "why")
    assert markers(state) == ([] if again else [("1", "a.b#1 breached")])


def test_a_comment_without_an_outcome_is_unclear_once_it_has_settled(state: State) -> None:
    with state.begin() as transaction:
        outbox.sending(transaction, "snow", [comment(), comment("a.b#2 breached"), comment(identity="2")], 1_000)
        outbox.became(transaction, "snow", ("1", "a.b#2 breached"), outbox.TOLD)
        assert outbox.unclear(transaction, "snow", 999) == []
        assert outbox.unclear(transaction, "jira", 1_000) == []
        assert outbox.unclear(transaction, "snow", 1_000) == [("1", "a.b#1 breached"), ("2", "a.b#1 breached")]


def test_a_lost_comment_that_is_sent_again_is_under_way_again(state: State) -> None:
    with state.begin() as transaction:
        outbox.sending(transaction, "snow", [comment()], 1_000)
        outbox.became(transaction, "snow", ("1", "a.b#1 breached"), outbox.LOST)
        outbox.sending(transaction, "snow", [comment()], 2_000)
        assert outbox.unclear(transaction, "snow", 1_999) == []
        assert outbox.unclear(transaction, "snow", 2_000) == [("1", "a.b#1 breached")]


# The quarantine.


def test_the_quarantine_keeps_the_first_time_and_the_latest_reason(state: State) -> None:
    with state.begin() as transaction:
        quarantine.put(transaction, "snow", [SetAside("1", "INC1", "old"), SetAside("2", "INC2", "odd")], 10)
        quarantine.put(transaction, "snow", [SetAside("1", "INC1", "new")], 20)
        row = transaction.execute(sa.select(schema.quarantine).where(schema.quarantine.c.ticket == "1")).one()
        assert (row.first_at, row.last_at) == (10, 20)
        assert quarantine.listed(transaction, "snow") == [SetAside("1", "INC1", "new"), SetAside("2", "INC2", "odd")]
        quarantine.release(transaction, "snow", ["1", "3"])
        assert quarantine.listed(transaction, "snow") == [SetAside("2", "INC2", "odd")]


# Where connections stand, and runs.


def test_where_a_connection_stands_is_kept_part_by_part(state: State) -> None:
    with state.begin() as transaction:
        assert connections.standing(transaction, "snow") == connections.Standing()
        connections.set_changed(transaction, "snow", {"updated": "2026"})
        connections.set_touched(transaction, "snow", {"n": 1})
        connections.set_fields(transaction, "snow", {"b", "a"})
        connections.set_judged_by(transaction, "snow", "abc")
        connections.set_as_of(transaction, "snow", 7)
        found = connections.standing(transaction, "snow")
    assert found == connections.Standing({"updated": "2026"}, {"n": 1}, frozenset({"a", "b"}), "abc", 7)


def test_a_run_records_how_it_ended_and_the_versions_of_holidays_and_time_zones(state: State) -> None:
    with state.begin() as transaction:
        number = runs.begin(transaction)
        assert runs.begin(transaction) == number + 1
        runs.finish(transaction, number, 3, {"connections": []})
        row = transaction.execute(sa.select(schema.run).where(schema.run.c.id == number)).one()
    assert row.exit_code == 3
    assert row.finished_at >= row.started_at
    assert '"holidays"' in row.summary
    assert '"tzdata"' in row.summary
    assert '"connections": []' in row.summary


# The lease.


def put_lease(state: State, owner: str, expires_at: int = 1 << 50) -> None:
    with state.begin() as transaction:
        transaction.execute(sa.insert(schema.lease).values(name="run", owner=owner, expires_at=expires_at))


def holders(state: State) -> list[str]:
    with state.begin() as transaction:
        return list(transaction.scalars(sa.select(schema.lease.c.owner)))


def test_the_lease_is_held_while_the_block_lasts_and_also_given_back_after_an_error(state: State) -> None:
    with lease.held(state):
        assert holders(state) == [f"{socket.gethostname()}:{os.getpid()}"]
    assert holders(state) == []
    with pytest.raises(ZeroDivisionError), lease.held(state):
        raise ZeroDivisionError
    assert holders(state) == []


def test_another_process_that_lives_keeps_us_out_at_once(state: State) -> None:
    owner = f"{socket.gethostname()}:{os.getppid()}"
    put_lease(state, owner)
    with pytest.raises(Busy, match=f"another run is under way .{owner}."), lease.held(state):
        pass
    assert holders(state) == [owner]


def test_a_second_process_is_busy_while_the_first_runs(tmp_path: Path) -> None:
    place = str(tmp_path / "state.db")
    script = (
        "import sys\nfrom slabridge.state import State, Busy, lease\n"
        "try:\n    with lease.held(State.of(sys.argv[1])): pass\nexcept Busy as error: print(error)"
    )
    first = State.of(place)
    with lease.held(first):
        second = subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", script, place], capture_output=True, text=True, check=True, timeout=30
        )
    first.close()
    assert f"another run is under way ({socket.gethostname()}:{os.getpid()})" in second.stdout


def test_the_lease_of_a_process_that_died_frees_itself(state: State) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    put_lease(state, f"{socket.gethostname()}:{process.pid}")
    with lease.held(state):
        assert holders(state) == [f"{socket.gethostname()}:{os.getpid()}"]


def test_a_lease_of_another_host_holds_until_it_expires(state: State) -> None:
    put_lease(state, "elsewhere:1")
    with pytest.raises(Busy, match="elsewhere"), lease.held(state):
        pass
    with state.begin() as transaction:
        transaction.execute(sa.update(schema.lease).values(expires_at=1))
    with lease.held(state):
        pass


# The database.


def test_a_rehearsal_leaves_nothing(tmp_path: Path) -> None:
    state = State.of(str(tmp_path / "state.db"))
    save(state, ticket("1"))
    with state.rehearsal():
        save(state, ticket("2"))
        with lease.held(state):
            judge(state, "1", "2")
            assert pending(state) == []
    assert pending(state) == ["1"]
    assert holders(state) == []
    state.close()


def _save_and_fail(transaction: sa.Connection) -> None:
    tickets.save(transaction, "snow", page(ticket("2")), 1)
    transaction.execute(sa.insert(schema.lease).values(name="run", owner=None, expires_at=1))


def test_a_transaction_that_fails_leaves_nothing_in_a_rehearsal_too(state: State) -> None:
    with state.rehearsal():
        save(state, ticket("1"))
        with pytest.raises(IntegrityError), state.begin() as transaction:
            _save_and_fail(transaction)
        assert pending(state) == ["1"]


def test_a_state_that_is_not_there_is_not_made_when_nothing_is_to_be_kept(tmp_path: Path) -> None:
    place = tmp_path / "state.db"
    State.of(str(place), create=False).close()
    assert not place.exists()
    State.of(str(place)).close()
    assert place.exists()


def test_migrations_make_the_tables_that_the_schema_says(tmp_path: Path) -> None:
    place = tmp_path / "state.db"
    State.of(str(place)).close()
    engine = sa.create_engine(f"sqlite:///{place}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
    engine.dispose()


def test_opening_a_state_again_keeps_it(tmp_path: Path) -> None:
    place = str(tmp_path / "state.db")
    first = State.of(place)
    save(first, ticket())
    first.close()
    second = State.of(place)
    assert pending(second) == ["1"]
    second.close()


def test_a_state_of_a_newer_slabridge_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    place = tmp_path / "state.db"
    State.of(str(place)).close()
    with closing(sqlite3.connect(place)) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    before = place.read_bytes()
    with pytest.raises(StateError, match=r"newer slabridge wrote it \(schema 9999\); upgrade slabridge"):
        State.of(str(place))
    assert place.read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    place = tmp_path / "state.db"
    place.write_text("this is a diary\n" * 100)
    with pytest.raises(StateError, match="not a database"):
        State.of(str(place))
    assert place.read_text() == "this is a diary\n" * 100


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StateError, match=r"nowhere.*unable to open database file"):
        State.of(str(tmp_path / "nowhere" / "state.db"))


def test_no_password_of_a_url_stands_in_an_error() -> None:
    with pytest.raises(StateError) as raised:
        State("postgresql+psycopg://bridge:hunter2@127.0.0.1:1/slabridge?connect_timeout=1")
    cause: BaseException | None = raised.value
    text = ""
    while cause is not None:
        text += f"{cause} {cause!r}"
        cause = cause.__cause__
    assert "127.0.0.1" in text
    assert "hunter2" not in text


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let SQLite not wait for a lock."""

    def configure(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA busy_timeout = 0")

    monkeypatch.setattr(database, "_configure_sqlite", configure)


@pytest.mark.usefixtures("impatient")
def test_a_state_that_somebody_keeps_locked_is_busy(tmp_path: Path) -> None:
    place = str(tmp_path / "state.db")
    state = State.of(place)
    with closing(sqlite3.connect(place, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy, match=r"state\.db is in use: .*database is locked"), state.begin():
            pass
        with pytest.raises(Busy, match=r"state\.db is in use: .*database is locked"):
            State.of(place)
    state.close()
