"""The job: take the lease; per tool pull what changed and store it, evaluate, plan, write, record.

Everything that is decided here is an order of steps. What a result is, `sla_engine` says; what is to be written,
`slabridge.run.plan`; how a tool is spoken to, `connectors`. What a run promises is in docs/promises.md.
"""

import runpy
from collections.abc import Callable, Iterable, Sequence

import structlog

from connectors.errors import ConnectorError, Refused
from connectors.interface import CommentWrite, Connector
from sla_engine import Engine
from slabridge.config import Config, Connection
from slabridge.run.context import Job, Notice, Site
from slabridge.run.halt import Halt
from slabridge.run.judge import is_seen, judge
from slabridge.run.plan import Terms
from slabridge.run.pull import pull, read, reread_due, settle_comments
from slabridge.run.tally import Report, Tally
from slabridge.run.write import Planned, planned, write
from slabridge.state import State, connections, lease, quarantine, runs, tickets
from slabridge.state.tickets import Known
from slabridge.ticket.mapping import Mapper

log = structlog.get_logger()

BATCH = 1000
"""Tickets evaluated at a time."""

Connectors = Iterable[tuple[Connection, Connector]]

Write = Callable[[Site, Planned], set[str]]
"""Writes a plan, and returns the tickets on which something is still to be written."""


def run(
    config: Config,
    connectors: Connectors,
    state: State,
    notice: Notice = lambda _: None,
    halt: Halt | None = None,
) -> Report:
    """Run once over all connections; one that fails does not stop the others.

    Raises:
        Busy: another run uses this state.
    """
    report = Report()
    with lease.held(state):
        with state.begin() as transaction:
            number = runs.begin(transaction)
        job = Job(config, state, number, Engine(config.definitions), notice, halt or Halt())
        for connection, connector in connectors:
            _contained(job, connection, connector, report.begin(connection.name), write)
        with state.begin() as transaction:
            aside = quarantine.count(transaction)
            for tally in report.tallies:
                tally.quarantined = aside.get(tally.connection, 0)
            runs.finish(transaction, number, report.exit_code, {"connections": report.as_json()})
    return report


def rehearse(
    config: Config,
    connectors: Connectors,
    state: State,
    notice: Notice = lambda _: None,
    halt: Halt | None = None,
) -> Report:
    """Do what `run` would, but write nothing into the tools and keep nothing in the state; `actions` are the plan."""
    report = Report()

    def note(site: Site, plan: Planned) -> set[str]:
        found = [(site.name, action) for _, actions in plan for action in actions]
        report.actions += found[: site.allowed(len(found))]
        return set()

    with state.rehearsal(), lease.held(state):
        job = Job(config, state, 0, Engine(config.definitions), notice, halt or Halt())
        for connection, connector in connectors:
            _contained(job, connection, connector, report.begin(connection.name), note)
    return report


def _contained(job: Job, connection: Connection, connector: Connector, tally: Tally, write: Write) -> None:
    """Run one connection's part; a tool that fails ends that part, and no more."""
    before = connector.calls
    try:
        job.halt.check()
        tally.as_of = connector.check().now
        _synchronise(Site(job, connection, connector, tally, tally.as_of), write)
    except Refused as error:
        tally.refusal = str(error)
        log.error("refused", connection=tally.connection, reason=str(error))  # noqa: TRY400 - a person acts on the words
    except ConnectorError as error:
        tally.outage = str(error)
        log.warning("deferred", connection=tally.connection, reason=str(error))
    finally:
        tally.calls = connector.calls - before


def _synchronise(site: Site, write: Write) -> None:
    settle_comments(site)
    pull(site)
    reread_due(site)
    config = site.job.config
    terms = Terms(config.definitions, site.connection.writeback, site.connector.encode, site.as_of, config.tell_within)
    mapper = Mapper(site.connection)
    after = ""
    while batch := _pending(site, after):
        after = batch[-1].native.id
        deferred = write(site, _plan(site, mapper, batch, terms))
        # Only now: whoever dies before this evaluates and plans anew, and finds what was written.
        done = {known.native.id for known in batch if is_seen(known, site.as_of)} - deferred
        with site.job.state.begin() as transaction:
            tickets.settle(transaction, site.name, done)
            quarantine.release(transaction, site.name, done - site.aside)
            lease.renew(transaction)
        site.proceed()
    for (field, value), count in sorted(mapper.unmapped.items()):
        log.warning("unmapped value", connection=site.name, field=field, value=value, tickets=count)
    for field, count in sorted(mapper.unreadable.items()):
        log.warning("field not readable", connection=site.name, field=field, tickets=count)
    with site.job.state.begin() as transaction:
        connections.set_as_of(transaction, site.name, site.as_of)


def _pending(site: Site, after: str) -> list[Known]:
    with site.job.state.begin() as transaction:
        return tickets.pending(transaction, site.name, after, BATCH)


def _plan(site: Site, mapper: Mapper, batch: Sequence[Known], terms: Terms) -> Planned:
    """Judge tickets and plan what to write; on those that this run has not read, nothing is told before it has."""
    judged = judge(site, mapper, batch)
    site.tally.evaluated += len(judged)
    plan = planned(site, judged, terms)
    unread = {
        known.native.id
        for known, actions in plan
        if known.pulled_in != site.job.run and any(isinstance(action.write, CommentWrite) for action in actions)
    }
    if not unread:
        return plan
    read(site, sorted(unread))
    with site.job.state.begin() as transaction:
        fresh = tickets.load(transaction, site.name, unread)
    again = planned(site, judge(site, mapper, fresh), terms)
    return [*((known, actions) for known, actions in plan if known.native.id not in unread), *again]


if __name__ == "__main__":
    runpy.run_module("slabridge", run_name="__main__")
