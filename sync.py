"""The job: take the lease; per tool pull what changed and store it, judge, plan, write, record.

Everything that is decided here is an order of steps. What a result is, `sla_engine` says; what is to be written,
`slabridge.run.actions`; how a tool is spoken to, `connectors`. What a run promises is in docs/promises.md, where its
parts are in docs/architecture.md.
"""

import runpy
from collections.abc import Callable, Iterable, Sequence

import structlog

from connectors.errors import ConnectorError, Halted, Refused
from connectors.interface import CommentDelete, CommentWrite, Connector
from sla_engine import Engine
from slabridge import __version__
from slabridge.config import Config, Connection
from slabridge.run.actions import Planned, Terms
from slabridge.run.adopt import adopt
from slabridge.run.bug import kind_of, places_of
from slabridge.run.context import Context, OnProgress, Run
from slabridge.run.doubt import in_doubt
from slabridge.run.due import reread_due
from slabridge.run.halt import Halt
from slabridge.run.judge import judge
from slabridge.run.pending import pending
from slabridge.run.plan import plan
from slabridge.run.pull import pull
from slabridge.run.reading import read
from slabridge.run.settle import settle
from slabridge.run.tally import Report, Tally
from slabridge.run.unclear import look_for_unclear
from slabridge.run.writable import report_unwritable, writable_actions
from slabridge.run.write import write
from slabridge.state import Busy, ConnectionState, State, StateError, connections, lease, quarantine, runs, tickets
from slabridge.ticket.known import Known
from slabridge.ticket.mapping import Mapper

log = structlog.get_logger()

BATCH = 1000
"""Tickets judged at a time."""

Connectors = Iterable[tuple[Connection, Connector]]

Write = Callable[[Context, Sequence[Planned]], set[str]]
"""Writes a plan, and returns the tickets on which something is still to be written."""


def run(
    config: Config,
    connectors: Connectors,
    state: State,
    on_progress: OnProgress = lambda _: None,
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
        this = Run(config, number, Engine(config.definitions), on_progress, halt or Halt())
        for connection, connector in connectors:
            _contained(this, state, connection, connector, report.begin(connection.name), write)
        with state.begin() as transaction:
            quarantined = quarantine.count(transaction)
            for tally in report.tallies:
                tally.quarantined = quarantined.get(tally.connection, 0)
                if tally.outage and tally.as_of is None:
                    tally.unreached = runs.unreached(transaction, tally.connection)
                    tally.too_long = tally.unreached >= config.outage
            runs.finish(transaction, number, report.exit_code, {"connections": report.as_json()})
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
        writes = [action.write for action in found if not isinstance(action.write, CommentDelete)]
        left = {id(write) for write in writes} - {id(write) for write in context.take_writes(writes)}
        found = writable_actions(context, [action for action in found if id(action.write) not in left])
        report.actions += [(context.name, action) for action in found]
        return set()

    with state.rehearsal(), lease.held(state):
        this = Run(config, 0, Engine(config.definitions), on_progress, halt or Halt())
        for connection, connector in connectors:
            _contained(this, state, connection, connector, report.begin(connection.name), note)
    return report


def _contained(  # noqa: PLR0913, PLR0917 - what one connection's part consists of
    this: Run, state: State, connection: Connection, connector: Connector, tally: Tally, write: Write
) -> None:
    """Run one connection's part; a tool that fails ends that part, and no more, and so does a bug.

    Raises:
        StateError, Busy: nothing can be kept any more.
    """
    before = connector.calls
    try:
        this.halt.check()
        tally.as_of = connector.check().now
        own = ConnectionState(state, connection.name)
        _synchronise(Context(this, connection, connector, own, tally, tally.as_of), write)
    except Halted as error:
        tally.halted = str(error)
        log.warning("halted", connection=tally.connection, reason=str(error))
    except Refused as error:
        tally.refusal = str(error)
        log.error("refused", connection=tally.connection, reason=str(error))  # noqa: TRY400 - a person acts on the words
    except ConnectorError as error:
        tally.outage = str(error)
        log.warning("deferred", connection=tally.connection, reason=str(error))
    except (StateError, Busy):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the other connections' parts run
        tally.bug = kind_of(error)
        log.error(  # noqa: TRY400 - a traceback shows values
            "bug", connection=tally.connection, error=tally.bug, version=__version__, places=places_of(error)
        )
    finally:
        tally.calls = connector.calls - before


def _synchronise(context: Context, write: Write) -> None:
    look_for_unclear(context)
    pull(context)
    reread_due(context)
    config = context.run.config
    with context.state.begin() as transaction:
        standing = connections.standing(transaction)
    terms = Terms(
        config.definitions,
        context.connection.writeback,
        context.connector.encode,
        context.as_of,
        config.post_within,
        standing.posts_from,
        standing.as_of,
    )
    mapper = Mapper(context.connection)
    try:
        batch, after = pending(context, "", BATCH)
        while after:
            settle(context, batch, write(context, _planned(context, mapper, batch, terms)))
            context.proceed()
            batch, after = pending(context, after, BATCH)
    finally:
        _report_mapping(context, mapper)
        report_unwritable(context)
        context.redefined.report(context.name)
    with context.state.begin() as transaction:
        connections.set_as_of(transaction, context.as_of)


def _report_mapping(context: Context, mapper: Mapper) -> None:
    refused = context.run.engine.fields if context.connection.unmapped == "refuse" else ()
    for (field, value), count in sorted(mapper.unmapped.items()):
        if field in refused:
            log.error("unmapped value", connection=context.name, field=field, value=value, tickets=count)
        else:
            log.warning("unmapped value", connection=context.name, field=field, value=value, tickets=count)
    for field, count in sorted(mapper.unreadable.items()):
        log.warning("field not readable", connection=context.name, field=field, tickets=count)


def _planned(context: Context, mapper: Mapper, batch: Sequence[Known], terms: Terms) -> list[Planned]:
    """Judge tickets and plan what to write; before a comment is posted or deleted, its ticket is read by this run.

    Where another state may write on the same tools (`in_doubt`), all that get a comment are read, at the last moment.
    """
    judged = judge(context, mapper, batch)
    context.tally.evaluated += len(judged)
    agreements = frozenset(agreement.id for agreement in context.run.config.definitions.agreements)
    context.redefined.note(judged, agreements, context.run.number)
    adopt(context, judged, terms)
    planned = plan(context, judged, terms)
    doubt = in_doubt(judged, terms)
    unread = {
        known.id
        for known, actions in planned
        if (doubt or known.pulled_in != context.run.number)
        and any(isinstance(action.write, CommentWrite | CommentDelete) for action in actions)
    }
    if not unread:
        return planned
    read(context, sorted(unread))
    with context.state.begin() as transaction:
        fresh = tickets.load(transaction, unread)
    second = Mapper(context.connection)  # what was counted of these tickets is not counted once more
    again = judge(context, second, fresh)
    mapper.unmapped |= second.unmapped
    mapper.unreadable |= second.unreadable
    adopt(context, again, terms)
    return [*((known, actions) for known, actions in planned if known.id not in unread), *plan(context, again, terms)]


if __name__ == "__main__":
    runpy.run_module("slabridge", run_name="__main__")
