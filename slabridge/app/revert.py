"""Taking back what a run wrote into fields, where nobody has changed it since (docs/revert.md)."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from math import inf

from sqlalchemy import Connection

from sla_engine import Engine
from slabridge.app.connect import connected_within_budget
from slabridge.config import Config
from slabridge.run.context import OnProgress, Run
from slabridge.run.counting import counts_of
from slabridge.run.halt import Halt
from slabridge.run.part import Part, begin, contained
from slabridge.run.putting_back import Reverted, put_back
from slabridge.run.reversal import Left
from slabridge.run.write import AT_ONCE
from slabridge.state import State, Transaction, configurations, connections, counters, lease, outbox, replaced, runs
from slabridge.state.replaced import Replacing
from slabridge.ticket.replaced import Replaced

FEW = 20
"""Runs that are listed."""


class NoSuchRun(Exception):  # noqa: N818 - what is said to whoever asked for it
    """There is no such run, or none any more."""


def replacing(config: Config) -> list[Replacing]:
    """Return the latest runs that wrote fields, the last first; nothing waits for a run.

    Raises:
        StateError, Busy: the state cannot be read.
    """
    state = State.of(config.state, create=False, migrate=False)
    try:
        with state.reading() as sql:
            return replaced.listed(sql, FEW)
    finally:
        state.close()


def revert(config: Config, number: int, on_progress: OnProgress, halt: Halt, *, apply: bool) -> Reverted:
    """Say what run `number` replaced and can be put back; with `apply`, put it back, as a run of its own.

    Raises:
        NoSuchRun: the state does not know it.
        ConfigError, StateError, Busy: it cannot begin.
    """
    state = State.of(config.state, create=False, migrate=apply)
    try:
        with ExitStack() as stack:
            if not apply:
                stack.enter_context(state.rehearsal())
            stack.enter_context(lease.held(state))
            concerned, found = _looked_up(config, state, number)
            stack.enter_context(halt.on_signals())
            tools = stack.enter_context(connected_within_budget(concerned, state, halt))
            ours = _begun(state, concerned, found) if apply else 0
            this = Run(config, ours, Engine(config.definitions, config.dimensions), on_progress, halt, reverts=number)
            for part in [Part(*pair, state, found.report.begin(pair[0].name)) for pair in tools]:
                contained(part, this, partial(_put_back, part, this, found))
            if apply:
                with state.begin() as sql:
                    report = found.report
                    runs.finish(sql, ours, report.exit_code, {"connections": report.as_json()})
                    counters.add(sql, counts_of(report))
    finally:
        state.close()
    return found


def _looked_up(config: Config, state: State, number: int) -> tuple[Config, Reverted]:
    """Return the configuration of the connections on which a run wrote, with all fields that it wrote there.

    What it wrote on a connection that the file has no more is left alone.
    """
    with state.begin() as sql:
        if not runs.is_known(sql, number):
            raise NoSuchRun(f"the state knows no run {number}: `slabridge revert` lists those that wrote fields")
        found = Reverted(number, {run.number: run.reverts for run in runs.reverting(sql) if run.reverts is not None})
        wrote = {name: Transaction(sql, name) for name in replaced.connections_of(sql, number)}
        here = [
            replace(one, also_written=tuple(replaced.fields_of(wrote[one.name], number)))
            for one in config.connections
            if one.name in wrote
        ]
        found.tables = {one.name: one.writeback.table for one in here if one.writeback.table}
        for name in wrote.keys() - {one.name for one in here}:
            reason = f"the configuration has no connection {name!r} any more"
            found.left += [(name, Left(one.id, one.key, one.field, reason)) for one in _all(wrote[name], number)]
        for one in config.connections:
            found.comments += [(one.name, comment) for comment in outbox.posted_in(Transaction(sql, one.name), number)]
    return replace(config, connections=tuple(here)), found


def _all(transaction: Transaction, number: int) -> Iterator[Replaced]:
    after = ""
    while ids := replaced.tickets_of(transaction, number, after, AT_ONCE):
        after = ids[-1]
        for rows in replaced.since(transaction, number, ids).values():
            yield from (row for row in rows if row.run == number)


def _begun(state: State, config: Config, found: Reverted) -> int:
    """Record that a run begins that takes back another, before anything is written, and return its number."""
    with state.begin() as sql:
        _mark(sql, config, found.number, found.reverts)
        return runs.begin(sql, reverts=found.number)


def _put_back(part: Part, this: Run, found: Reverted) -> None:
    put_back(begin(part, this, inf), found)


def _mark(sql: Connection, config: Config, number: int, reverts: Mapping[int, int]) -> None:
    """Let the next run hold back what the run that is taken back went by, unless the file has been changed since.

    Who takes back what took back another wants it to be written.
    """
    first, is_wanted = number, False
    while first in reverts:
        first, is_wanted = reverts[first], not is_wanted
    if is_wanted or configurations.last_seen_by(sql) <= first:
        for connection in config.connections:
            connections.set_reverted(Transaction(sql, connection.name), None if is_wanted else number)
