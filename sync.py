"""The job: take the lease; pull what changed from all tools and store it, judge, plan, write, let go, record.

Everything that is decided here is an order of steps. What a result is, `sla_engine` says; what is to be written,
`slabridge.run.actions`; how a tool is spoken to, `connectors`. What a run promises is in docs/promises.md, where its
parts are in docs/architecture.md.
"""

import runpy
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from functools import partial
from math import inf

import structlog

from connectors.interface import CommentDelete, CommentWrite, Connector
from sla_engine import Engine, Result
from sla_engine.instant import SECOND
from slabridge.config import Config, Connection
from slabridge.run.actions import Planned
from slabridge.run.adopt import adopt
from slabridge.run.configured import note_configuration
from slabridge.run.context import Context, Late, OnProgress, Run
from slabridge.run.counting import record
from slabridge.run.deliver import Outcome, Send, deliver
from slabridge.run.doubt import in_doubt
from slabridge.run.due import reread_due
from slabridge.run.foresee import foresee
from slabridge.run.foreseen import forecaster_of
from slabridge.run.guard import holds, holds_reverted, is_guarded, moved
from slabridge.run.halt import Halt
from slabridge.run.judge import judge, report_mapping
from slabridge.run.linking import look_for_linked, read_linked
from slabridge.run.part import Part, begin, contained
from slabridge.run.pending import pending
from slabridge.run.people import people_of
from slabridge.run.plan import plan
from slabridge.run.pull import pull
from slabridge.run.reading import read
from slabridge.run.retention import let_go
from slabridge.run.settle import settle
from slabridge.run.standing import terms_of
from slabridge.run.surroundings import around, report_crowd
from slabridge.run.tally import Report
from slabridge.run.terms import Terms
from slabridge.run.unclear import look_for_unclear
from slabridge.run.writable import report_unwritable, writable_actions
from slabridge.run.write import write
from slabridge.state import State, configurations, connections, lease, outbox, quarantine, runs, tickets
from slabridge.ticket.known import Known
from slabridge.ticket.mapping import Mapper

log = structlog.get_logger()

BATCH = 1000
"""Tickets judged at a time."""

Connectors = Iterable[tuple[Connection, Connector]]

Write = Callable[[Context, Sequence[Planned]], set[str]]
"""Writes a plan, and returns the tickets on which something is still to be written."""


def run(  # noqa: PLR0913 - all that a run is given
    config: Config,
    connectors: Connectors,
    state: State,
    on_progress: OnProgress = lambda _: None,
    halt: Halt | None = None,
    *,
    accept: bool = False,
    send: Send | None = None,
) -> Report:
    """Run once over all connections; one that fails does not stop the others. `accept` lifts the guard.

    `send` sends the messages; without it they wait.

    Raises:
        Busy: another run uses this state.
    """
    report = Report()
    with lease.held(state):
        with state.begin() as transaction:
            people = people_of(config, transaction)
            number = runs.begin(transaction)
            note_configuration(transaction, config, number, people)
            engine = Engine(config.definitions, config.dimensions)
            forecaster = forecaster_of(config, engine, transaction)
        this = Run(config, number, engine, on_progress, halt or Halt(), accept, people=people, forecaster=forecaster)
        _all_steps(this, [Part(*pair, state, report.begin(pair[0].name)) for pair in connectors], write)
        if send is not None:
            report.messages = deliver(this, state, send, _now(report))
        with state.begin() as transaction:
            quarantined = quarantine.count(transaction)
            for tally in report.tallies:
                tally.quarantined = quarantined.get(tally.connection, 0)
                if tally.outage and tally.as_of is None:
                    tally.unreached = runs.unreached(transaction, tally.connection, config.outage)
                    tally.too_long = tally.unreached >= config.outage
            summary = {"connections": report.as_json(), "messages": report.messages.as_json()}
            runs.finish(transaction, number, report.exit_code, people.document(summary))
            record(transaction, report)
    return report


def rehearse(
    config: Config,
    connectors: Connectors,
    state: State,
    on_progress: OnProgress = lambda _: None,
    halt: Halt | None = None,
) -> Report:
    """Do what `run` would, but write nothing into the tools and keep nothing in the state; `actions` are the plan."""
    report = Report()

    def note(context: Context, plan: Sequence[Planned]) -> set[str]:
        found = [action for _, actions in plan for action in actions]
        now = [action.write for action in found if action.held_until is None]
        writes = [write for write in now if not isinstance(write, CommentDelete)]
        left = {id(write) for write in writes} - {id(write) for write in context.take_writes(writes)}
        found = writable_actions(context, [action for action in found if id(action.write) not in left])
        report.actions += [(context.name, action) for action in found]
        return set()

    def told(address: str, title: str, body: str) -> tuple[Outcome, str]:
        report.told.append((address, title, body))
        return Outcome.SENT, ""

    with state.rehearsal(), lease.held(state):
        with state.begin() as transaction:
            people = people_of(config, transaction)
            engine = Engine(config.definitions, config.dimensions)
            forecaster = forecaster_of(config, engine, transaction)
        this = Run(config, 0, engine, on_progress, halt or Halt(), people=people, forecaster=forecaster)
        _all_steps(this, [Part(*pair, state, report.begin(pair[0].name)) for pair in connectors], note)
        if config.notify:
            deliver(this, state, told, _now(report))
    return report


def _now(report: Report) -> int:
    """Return what the tools' clocks said when this run began; ours where none could be asked."""
    return max((one.as_of for one in report.tallies if one.as_of is not None), default=time.time_ns() // 1_000_000)


def _all_steps(this: Run, parts: Sequence[Part], write: Write) -> None:
    """Pull all, find whom their tickets are linked with, then judge, plan and write.

    One whose pull takes too long delays no other: it begins again when those are done (docs/promises.md, "Reading").
    """
    for patience in (this.config.pull_within / SECOND, inf):
        for part in parts:
            contained(part, this, partial(_pull, part, this, patience if len(parts) > 1 else inf))
        pulled = [part for part in parts if not part.late and part.context is not None]
        _each(this, pulled, look_for_linked)
        if this.config.reads_chain:
            _each(this, pulled, read_linked)
        _each(this, pulled, _judge_all)
        this.bereft.clear()  # all of these are judged and planned now
        _each(this, pulled, partial(_write_all, write=write, parts=pulled))
        _each(this, pulled, foresee)
        _each(this, pulled, let_go)
        for part in pulled:
            if part.context is not None:
                report_crowd(part.context)
                report_mapping(part.context)
                report_unwritable(part.context)
                part.context.redefined.report(part.connection.name)
        parts = [part for part in parts if part.late]


def _each(this: Run, parts: Sequence[Part], step: Callable[[Context], None]) -> None:
    for part in parts:
        if part.context is not None:
            contained(part, this, partial(step, part.context))


def _pull(part: Part, this: Run, patience: float) -> None:
    context = begin(part, this, patience)
    if part.late:
        return
    try:
        look_for_unclear(context)
        pull(context)
        reread_due(context)
        part.context = replace(context, until=inf)
    except Late:
        part.late = True


def _judge_all(context: Context) -> None:
    """Judge all, where that has to be known before anything is planned; else each is judged as it is planned."""
    guarded = is_guarded(context)
    if not (context.run.config.reads_chain or guarded):
        return
    batch, after = pending(context, "", BATCH)
    while after:
        _judge(context, batch)
        context.proceed()
        batch, after = pending(context, after, BATCH)


def _judge(context: Context, batch: Sequence[Known]) -> Sequence[tuple[Known, Sequence[Result]]]:
    context.note_due(batch)
    judged = judge(context, context.mapper, batch)
    context.unjudged.update({known.id for known in batch} - {known.id for known, _ in judged})
    context.tally.evaluated += len(judged)
    agreements = frozenset(agreement.id for agreement in context.run.config.definitions.agreements)
    context.redefined.note(judged, agreements, context.run.number)
    return judged


def _write_all(context: Context, write: Write, parts: Sequence[Part]) -> None:
    with context.state.begin() as transaction:
        terms = terms_of(context, connections.standing(transaction))
    guarded = is_guarded(context)
    held = holds_reverted(context) or (guarded and holds(context, *_moved(context, terms)))
    if held and context.run.number:
        return
    if not context.run.number:
        write(context, _waiting(context, terms))
    judged_first = context.run.config.reads_chain or guarded
    batch, after = pending(context, "", BATCH)
    while after:
        judged = _judged_before(context, batch) if judged_first else _judge(context, batch)
        planned = _planned(context, judged, terms, parts)
        settle(context, batch, planned, write(context, planned))
        context.proceed()
        batch, after = pending(context, after, BATCH)
    with context.state.begin() as transaction:
        connections.set_as_of(transaction, context.as_of)
        if not (context.tally.waiting or context.tally.deferred):
            configurations.finish(transaction)


def _waiting(context: Context, terms: Terms) -> list[Planned]:
    """Plan, for a rehearsal to show, the comments that wait on tickets that this run has nothing to do with."""
    with context.state.begin() as transaction:
        known = tickets.readable(transaction, outbox.waiting(transaction))
    judged = judge(context, Mapper(context.connection), known)
    seen = {id_: one.as_read() for id_, one in around(context, known).items()}
    planned = plan(context, judged, terms, seen)
    return [(known, [one for one in actions if one.held_until is not None]) for known, actions in planned]


def _moved(context: Context, terms: Terms) -> tuple[int, int]:
    count = ended = 0
    batch, after = pending(context, "", BATCH)
    while after:
        judged = [one for one in _judged_before(context, batch) if not one[0].only_linked]
        beside = around(context, [known for known, _ in judged])
        found = moved(context, plan(context, judged, terms, beside))
        count, ended = count + found.tickets, ended + found.ended
        context.proceed()
        batch, after = pending(context, after, BATCH)
    return count, ended


def _judged_before(context: Context, batch: Sequence[Known]) -> list[tuple[Known, Sequence[Result]]]:
    return [(known, known.results) for known in batch if known.id not in context.unjudged]


def _planned(
    context: Context, every: Sequence[tuple[Known, Sequence[Result]]], terms: Terms, parts: Sequence[Part]
) -> list[Planned]:
    """Plan what to write on judged tickets; before a comment is posted or deleted, its ticket is read by this run.

    Where another state may write on the same tools (`in_doubt`), or the run has read for long, all that get a comment
    are read at the last moment, and so are those above them. On those that are known for their links alone nothing is
    written.
    """
    judged = [(known, results) for known, results in every if not known.only_linked]
    beside = around(context, [known for known, _ in judged])
    adopt(context, judged, terms, beside)
    planned = plan(context, judged, terms, beside)
    told = {
        known.id: known.pulled_in == context.run.number
        for known, actions in planned
        if any(isinstance(one.write, CommentWrite | CommentDelete) and one.held_until is None for one in actions)
    }
    above = {one.name for id_ in told if id_ in beside for one in beside[id_].above}
    reread = _reread_above(context, parts, above)
    every_one = reread or context.began_long_ago or in_doubt(judged, terms)
    unread = {id_ for id_, is_read in told.items() if every_one or not is_read}
    if not unread:
        return planned
    again = _reread(context, unread)
    beside = around(context, [known for known, _ in again])
    adopt(context, again, terms, beside)
    return [
        *((known, actions) for known, actions in planned if known.id not in unread),
        *plan(context, again, terms, beside),
    ]


def _reread_above(context: Context, parts: Sequence[Part], names: Collection[tuple[str, str]]) -> bool:
    """Read tickets of which something is told elsewhere, where they were read long ago; say whether any was."""
    reread = False
    for part in parts:
        ids = [id_ for source, id_ in names if source == part.connection.name]
        if ids and part.context is not None and part.context.began_long_ago:
            reread = True
            if part.context is context:
                _reread(context, ids)
            else:
                contained(part, context.run, partial(_reread, part.context, ids))
    return reread


def _reread(context: Context, ids: Collection[str]) -> Sequence[tuple[Known, Sequence[Result]]]:
    read(context, sorted(ids))
    with context.state.begin() as transaction:
        fresh = tickets.load(transaction, ids)
    second = Mapper(context.connection)  # what was counted of these tickets is not counted once more
    again = judge(context, second, fresh)
    context.mapper.unmapped |= second.unmapped
    context.mapper.unreadable |= second.unreadable
    return again


if __name__ == "__main__":
    runpy.run_module("slabridge", run_name="__main__")
