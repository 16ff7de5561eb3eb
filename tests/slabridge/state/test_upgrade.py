"""Every earlier schema upgrades and is worked with; nothing goes back (docs/promises.md, P13)."""

import json
import zlib
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import sync
from sla_engine.instant import MINUTE, format_instant
from slabridge.app.connect import connected
from slabridge.exit import Exit
from slabridge.state import Busy, State, Transaction, lease, quarantine, results, schema, tickets
from slabridge.state.revision import alembic, known
from tests.slabridge.run.job import Job
from tests.slabridge.run.truth import Truth
from tests.slabridge.state.databases import BUT_OF_DIALECT, columns, rows
from tests.slabridge.state.released import FIXTURES, LATER, load, revisions

TABLES = ("connection", "ticket", "outbox", "quarantine", "run", "lease")


MOVED = {"results": "into a table of its own", "judged_by": "so that all is evaluated once more"}
"""Columns that an upgrade empties or takes away, and where to."""


def content(place: str) -> dict[str, list[tuple[object, ...]]]:
    version = rows(place, "SELECT version_num FROM alembic_version")
    return {"version": version, **{name: [*_rows_of(place, name)] for name in TABLES}}


def _rows_of(place: str, table: str) -> Iterator[tuple[object, ...]]:
    names = [name for name in columns(place, table) if name not in MOVED]
    yield from rows(place, f"SELECT {', '.join(names)} FROM {table} ORDER BY 1, 2")  # noqa: S608 - our own names


def test_every_schema_before_the_newest_has_a_database_of_its_time() -> None:
    assert set(revisions()[:-1]) <= set(FIXTURES) <= set(revisions())


def test_what_is_known_is_what_there_are_migrations_to() -> None:
    assert known() == revisions()[::-1]


def test_nothing_goes_back_to_an_earlier_schema() -> None:
    for revision in ScriptDirectory.from_config(alembic()).walk_revisions():
        assert not hasattr(revision.module, "downgrade"), revision.revision


@pytest.mark.parametrize("revision", FIXTURES)
def test_an_earlier_state_becomes_what_a_new_one_is_and_loses_nothing(place: str, revision: str) -> None:
    load(revision, place)
    before = content(place)
    state = State.of(place)
    with state.begin() as transaction:
        assert compare_metadata(MigrationContext.configure(transaction, opts=BUT_OF_DIALECT), schema.metadata) == []
        keys = [found.native.key for _, found in tickets.find(transaction, "INC0000002")]
        assert keys == ["INC0000002"]
        (entry,) = quarantine.listed(transaction)
    assert (entry.key, entry.asked) == ("INC0000000", False)
    state.close()
    after = content(place)
    assert after["version"] == [(revisions()[-1],)]
    for name in TABLES:
        old = [row[: len(was)] for row, was in zip(after[name], before[name], strict=True)]
        assert [_words(row) for row in old] == [_words(row) for row in before[name]], name


def test_no_state_is_upgraded_under_a_run(place: str) -> None:
    load(FIXTURES[0], place)
    before = rows(place, "SELECT version_num FROM alembic_version")
    url = place if "://" in place else f"sqlite:///{place}"
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    until = lease._DURATION - MINUTE
    for expires_in, ends in ((until, before), (-MINUTE, [(revisions()[-1],)])):
        with engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM lease")
            expires_at = lease.clock(connection) + expires_in
            row = {"name": "run", "owner": "elsewhere:1 0f.1.1 00ff", "expires_at": expires_at}
            connection.execute(sa.insert(schema.lease).values(row))
        with pytest.raises(Busy, match="an older slabridge is under way") if ends is before else nullcontext():
            State.of(place, upgrading=lease.require_none).close()
        assert rows(place, "SELECT version_num FROM alembic_version") == ends
    engine.dispose()


@pytest.mark.parametrize("revision", [name for name in FIXTURES if name < "0007"])
def test_results_of_an_earlier_state_are_rows_of_their_own(place: str, revision: str) -> None:
    load(revision, place)
    packed = rows(place, "SELECT connection, id, results FROM ticket WHERE results IS NOT NULL ORDER BY 1, 2")
    before = {
        (str(connection), str(id_)): json.loads(zlib.decompress(bytes(blob)))  # type: ignore[call-overload]
        for connection, id_, blob in packed
    }
    state = State.of(place)
    with state.begin() as transaction:
        keys = {row.id: row.key for row in transaction.execute(sa.select(schema.ticket))}
        after = {
            (name, id_): [
                one.as_json() for one in results.of(Transaction(transaction, name), {id_: keys[id_]}).get(id_, ())
            ]
            for name, id_ in before
        }
        ended = transaction.execute(sa.select(schema.ticket.c.id, schema.ticket.c.quiet_since)).all()
    state.close()
    further = ("table", "calendar", "since", "deadline")
    plain = {
        name: [{key: value for key, value in one.items() if key not in further} for one in every]
        for name, every in before.items()
    }
    assert before
    assert after == plain
    ends = {id_: [one["stopped_at"] for one in every] for (_, id_), every in before.items()}
    for id_, at in ended:
        stopped = ends.get(id_, [])
        assert (None if at is None else format_instant(at)) == (
            max(stopped) if stopped and None not in stopped else None
        )


def _words(row: tuple[object, ...]) -> list[str]:
    """Return a row's values, whatever the order of its columns; a comment that was told is posted."""
    return sorted("'posted'" if value == "told" else repr(value) for value in row)


@pytest.mark.parametrize("revision", FIXTURES)
def test_a_dry_run_over_an_earlier_state_leaves_it_as_it_is(place: str, revision: str) -> None:
    load(revision, place)
    before, raw = content(place), _raw(place)
    state = State.of(place, create=False, migrate=False)
    with state.rehearsal(), state.begin() as transaction:
        assert quarantine.ask(transaction) == 1
    with state.reading() as transaction:
        assert [entry.asked for entry in quarantine.listed(transaction)] == [False]
    state.close()
    assert content(place) == before
    assert _raw(place) == raw


def _raw(place: str) -> dict[str, bytes]:
    if "://" in place:
        return {}
    return {path.name: path.read_bytes() for path in Path(place).parent.glob("state.db*")}


@pytest.fixture
def written(job: Job, revision: str) -> Job:
    """Give the job against a sandbox that has what the runs of the fixture wrote, by the example of its time."""
    for kind in ("sla", "ola") if revision < "0004" else ():
        job.replace(f'"{kind}.next_due_at"', f'"{kind}.due_at"')
    job.run()
    job.run_at(LATER)
    job.lose_state()
    return job


@pytest.mark.parametrize("revision", FIXTURES)
def test_a_run_goes_on_from_an_earlier_state(written: Job, place: str, revision: str) -> None:
    load(revision, place)
    written.writes()
    config = written.config()
    written.sandbox.move_to(LATER + 2 * MINUTE)
    state = State.of(place)
    with connected(config) as connectors:
        planned = sync.rehearse(config, connectors, state)
        report = sync.run(config, connectors, state)
    state.close()
    assert planned.actions == []
    assert {tally.refusal + tally.outage + tally.halted for tally in report.tallies} == {""}
    assert report.exit_code in {Exit.COMPLETE, Exit.PARTIAL}  # a ticket is quarantined
    assert written.writes() == {}
    Truth().check(written)
