"""The job: take the lease; per tool pull what changed and store it, evaluate, plan, write, record.

Everything that is decided here is an order of steps. What a result is, `sla_engine` says; what is to be written,
`slabridge.plan`; how a tool is spoken to, `connectors`. What a run promises is in docs/promises.md.
"""

import hashlib
import runpy
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import Connection as Transaction

from connectors.errors import ConnectorError, Refused
from connectors.interface import CommentWrite, Connector, Cursor, FieldsWrite, NativeTicket, Outcome, Page, Receipt
from sla_engine import Engine, Result
from slabridge.config import Config, Connection
from slabridge.mapping import Mapper
from slabridge.plan import Action, Terms, plan
from slabridge.report import Report, Tally
from slabridge.state import State, connections, lease, outbox, quarantine, runs, tickets
from slabridge.state.quarantine import SetAside
from slabridge.state.tickets import Judgement, Known

log = structlog.get_logger()

BATCH = 1000
"""Tickets evaluated at a time."""

Planned = Sequence[tuple[Known, Sequence[Action]]]
"""Tickets with what is to be written on them."""

Write = Callable[["Site", Planned], set[str]]
"""Writes a plan, and returns the tickets on which something is still to be written."""

Notice = Callable[[Tally], None]
"""Told after every page and batch, to show progress."""


@dataclass(frozen=True, slots=True)
class Site:
    """One connection within one run."""

    config: Config
    connection: Connection
    connector: Connector
    state: State
    engine: Engine
    run: int
    tally: Tally
    notice: Notice

    @property
    def name(self) -> str:
        """The connection's name in the configuration."""
        return self.connection.name


def run(
    config: Config, connectors: Iterable[tuple[Connection, Connector]], state: State, notice: Notice = lambda _: None
) -> Report:
    """Run once over all connections; one that fails does not stop the others.

    Raises:
        Busy: another run uses this state.
    """
    report = Report()
    with lease.held(state):
        with state.begin() as transaction:
            number = runs.begin(transaction)
        engine = Engine(config.definitions)
        for connection, connector in connectors:
            tally = Tally(connection.name)
            report.tallies.append(tally)
            site = Site(config, connection, connector, state, engine, number, tally, notice)
            _contained(site, lambda site: _synchronise(site, _write))
        with state.begin() as transaction:
            runs.finish(transaction, number, report.exit_code, {"connections": report.as_json()})
    return report


def rehearse(
    config: Config, connectors: Iterable[tuple[Connection, Connector]], state: State, notice: Notice = lambda _: None
) -> Report:
    """Do what `run` would, but write nothing into the tools and keep nothing in the state; `actions` are the plan."""
    report = Report()

    def note(site: Site, planned: Planned) -> set[str]:
        report.actions += [(site.name, action) for _, actions in planned for action in actions]
        return set()

    with state.rehearsal(), lease.held(state):
        engine = Engine(config.definitions)
        for connection, connector in connectors:
            tally = Tally(connection.name)
            report.tallies.append(tally)
            site = Site(config, connection, connector, state, engine, 0, tally, notice)
            _contained(site, lambda site: _synchronise(site, note))
    return report


def _contained(site: Site, step: Callable[[Site], None]) -> None:
    before = site.connector.calls
    try:
        step(site)
    except Refused as error:
        site.tally.refusal = str(error)
        log.error("refused", connection=site.name, reason=str(error))  # noqa: TRY400 - a person acts on the words
    except ConnectorError as error:
        site.tally.outage = str(error)
        log.warning("deferred", connection=site.name, reason=str(error))
    finally:
        site.tally.calls = site.connector.calls - before


def _synchronise(site: Site, write: Write) -> None:
    site.tally.as_of = as_of = site.connector.check().now
    _settle_comments(site, as_of)
    _pull(site)
    _reread(site, as_of)
    terms = Terms(
        site.config.definitions, site.connection.writeback, site.connector.encode, as_of, site.config.tell_within
    )
    mapper = Mapper(site.connection)
    after = ""
    while batch := _pending(site, after):
        after = batch[-1].native.id
        judged = _evaluate(site, mapper, batch, as_of)
        deferred = write(site, _plan(site, judged, terms))
        # Only now: whoever dies before this evaluates and plans anew, and finds what was written.
        with site.state.begin() as transaction:
            tickets.settle(transaction, site.name, _settled(batch, as_of) - deferred)
        site.notice(site.tally)
    for (field, value), count in sorted(mapper.unmapped.items()):
        log.warning("unmapped value", connection=site.name, field=field, value=value, tickets=count)
    for field, count in sorted(mapper.unreadable.items()):
        log.warning("field not readable", connection=site.name, field=field, tickets=count)
    with site.state.begin() as transaction:
        connections.set_as_of(transaction, site.name, as_of)


def _settle_comments(site: Site, as_of: int) -> None:
    """Look for comments whose outcome an earlier run could not learn."""
    with site.state.begin() as transaction:
        unclear = outbox.unclear(transaction, site.name, as_of - site.config.settle)
    for page in site.connector.reread(sorted({ticket for ticket, _ in unclear})):
        found = {(t.id, comment.marker) for t in page.tickets for comment in t.comments}
        read = {t.id for t in page.tickets} | set(page.gone)
        with site.state.begin() as transaction:
            _keep(transaction, site, page)
            for comment in unclear:
                if comment[0] in read:
                    outbox.became(transaction, site.name, comment, outbox.TOLD if comment in found else outbox.LOST)
            tickets.mark_pending(transaction, site.name, [t.id for t in page.tickets])


def _pull(site: Site) -> None:
    """Read what changed: by the filter, and outside it what we follow; and what a new mapping needs."""
    settings = {*site.connection.fields.values(), *(rule.field for rule in site.connection.writeback.fields)}
    judged_by = _judged_by(site)
    with site.state.begin() as transaction:
        standing = connections.standing(transaction, site.name)
    if standing.touched is None:
        _follow(site, None)  # begins before the first load, so that nothing slips through between the two
    for page in site.connector.changed(standing.changed):
        with site.state.begin() as transaction:
            _keep(transaction, site, page)
            connections.set_changed(transaction, site.name, page.cursor)
        site.notice(site.tally)
    if standing.touched is not None:
        _follow(site, standing.touched)
    if standing.fields is not None and settings - standing.fields:
        with site.state.begin() as transaction:
            opened = tickets.open_ids(transaction, site.name)
        _read(site, opened)
    with site.state.begin() as transaction:
        if standing.judged_by not in (None, judged_by):
            tickets.mark_pending(transaction, site.name)
        connections.set_judged_by(transaction, site.name, judged_by)
        connections.set_fields(transaction, site.name, settings)


def _follow(site: Site, cursor: Cursor | None) -> None:
    """Read known tickets with an open cycle that changed outside the filter."""
    for touched in site.connector.touched(cursor):
        with site.state.begin() as transaction:
            followed = tickets.followed(transaction, site.name, touched.ids, site.run)
        _read(site, followed)
        with site.state.begin() as transaction:
            connections.set_touched(transaction, site.name, touched.cursor)


def _reread(site: Site, as_of: int) -> None:
    """Read anew what time alone has changed: indexes lag and commits come late, and a comment cannot be taken back."""
    with site.state.begin() as transaction:
        due = tickets.to_reread(transaction, site.name, as_of, site.run)
    _read(site, due)
    with site.state.begin() as transaction:
        tickets.mark_due(transaction, site.name, as_of)


def _read(site: Site, ids: Sequence[str]) -> None:
    for page in site.connector.reread(ids):
        with site.state.begin() as transaction:
            _keep(transaction, site, page)
        site.notice(site.tally)


def _keep(transaction: Transaction, site: Site, page: Page) -> None:
    lease.renew(transaction)
    site.tally.pulled += len(page.tickets)
    site.tally.changed += tickets.save(transaction, site.name, page, site.run)
    _set_aside(transaction, site, [SetAside(item.id, item.key, item.reason) for item in page.skipped])


def _pending(site: Site, after: str) -> list[Known]:
    with site.state.begin() as transaction:
        return tickets.pending(transaction, site.name, after, BATCH)


def _evaluate(site: Site, mapper: Mapper, batch: Sequence[Known], as_of: int) -> list[tuple[Known, list[Result]]]:
    evaluation = site.engine.evaluate([mapper.ticket(known.native) for known in batch], as_of)
    results: list[list[Result]] = [[] for _ in batch]
    for result in evaluation.results:
        results[result.position].append(result)
    invalid = dict(evaluation.invalid)
    for position, text in evaluation.warnings:
        log.info("data warning", connection=site.name, ticket=batch[position].native.key, warning=text)
    judged = [pair for position, pair in enumerate(zip(batch, results, strict=True)) if position not in invalid]
    judgements = [_judgement(known.native.id, found) for known, found in zip(batch, results, strict=True)]
    aside = [SetAside(batch[n].native.id, batch[n].native.key, reason) for n, reason in invalid.items()]
    with site.state.begin() as transaction:
        tickets.judged(transaction, site.name, as_of, judgements)
        quarantine.release(transaction, site.name, [known.native.id for known, _ in judged])
        _set_aside(transaction, site, aside)
        lease.renew(transaction)
    site.tally.evaluated += len(judged)
    site.tally.warnings += len(evaluation.warnings)
    return judged


def _judgement(identity: str, results: Sequence[Result]) -> Judgement:
    opened = any(result.stopped_at is None for result in results)
    return Judgement(identity, opened, min(_changes(results), default=None), [result.as_json() for result in results])


def _changes(results: Sequence[Result]) -> Iterator[int]:
    """Yield when time alone changes a status."""
    for result in results:
        if result.next_change_at is not None:
            yield result.next_change_at
        elif result.stage == "paused" and result.due_at is not None and not result.breached:
            yield result.due_at + 1  # paused at the very instant at which it was due


def _settled(batch: Sequence[Known], as_of: int) -> set[str]:
    """Return the tickets of which nothing lies after `as_of`: that was read but not seen, the next run looks again."""
    return {known.native.id for known in batch if _latest(known.native) <= as_of}


def _latest(native: NativeTicket) -> int:
    return max([native.created, *(entry.at for entry in native.history), *(c.at for c in native.comments)])


def _plan(site: Site, judged: Sequence[tuple[Known, Sequence[Result]]], terms: Terms) -> Planned:
    told: dict[str, set[str]] = {}
    with site.state.begin() as transaction:
        for ticket, marker in outbox.markers(transaction, site.name, [known.native.id for known, _ in judged]):
            told.setdefault(ticket, set()).add(marker)
    planned = [(known, plan(known, results, told.get(known.native.id, ()), terms)) for known, results in judged]
    return [(known, actions) for known, actions in planned if actions]


def _write(site: Site, planned: Planned) -> set[str]:
    """Write a plan: comments are committed to the outbox before the first call, receipts as they come."""
    known = {item.native.id: item for item, _ in planned}
    writes = [action.write for _, actions in planned for action in actions]
    deferred: set[str] = set()
    now = site.tally.as_of or 0
    with site.state.begin() as transaction:
        outbox.sending(transaction, site.name, [write for write in writes if isinstance(write, CommentWrite)], now)
    for receipt in site.connector.write(writes):
        with site.state.begin() as transaction:
            _record(transaction, site, known[receipt.write.id], receipt)
            lease.renew(transaction)
        if receipt.outcome in {Outcome.FAILED, Outcome.UNCLEAR}:
            deferred.add(receipt.write.id)
        site.notice(site.tally)
    return deferred


def _record(transaction: Transaction, site: Site, known: Known, receipt: Receipt) -> None:
    tally, write = site.tally, receipt.write
    comment = (write.id, write.marker) if isinstance(write, CommentWrite) else None
    match receipt.outcome:
        case Outcome.APPLIED if isinstance(write, FieldsWrite):
            tickets.wrote(transaction, site.name, known, write.fields)
            tally.fields_written += len(write.fields)
        case Outcome.APPLIED:
            tally.comments_written += 1
            if comment is not None:
                outbox.became(transaction, site.name, comment, outbox.TOLD)
        case Outcome.REFUSED:
            tally.refused += 1
            quarantine.put(transaction, site.name, [SetAside(write.id, write.key, receipt.reason)], tally.as_of or 0)
            if comment is not None:
                outbox.became(transaction, site.name, comment, outbox.REFUSED, receipt.reason)
            log.error("write refused", connection=site.name, ticket=write.key, reason=receipt.reason)
        case Outcome.FAILED | Outcome.UNCLEAR:
            tally.deferred += 1
            if comment is not None and receipt.outcome is Outcome.FAILED:
                outbox.became(transaction, site.name, comment, outbox.LOST, receipt.reason)
            log.warning("write deferred", connection=site.name, ticket=write.key, reason=receipt.reason)


def _set_aside(transaction: Transaction, site: Site, items: Sequence[SetAside]) -> None:
    if not items:
        return
    quarantine.put(transaction, site.name, items, site.tally.as_of or 0)
    site.tally.set_aside += len(items)
    for item in items:
        log.error("set aside", connection=site.name, ticket=item.key, reason=item.reason)


def _judged_by(site: Site) -> str:
    """Return the identity of all that decides what this connection's tickets come to and what is written on them."""
    meaning = repr(
        (
            [(clause.agreement.table, clause.objective.name, clause.definition) for clause in site.engine.clauses],
            site.config.definitions.holder,
            sorted(site.connection.fields.items()),
            sorted((name, sorted(values.items())) for name, values in site.connection.values.items()),
            site.connection.writeback,
        )
    )
    return hashlib.sha256(meaning.encode()).hexdigest()


if __name__ == "__main__":
    runpy.run_module("slabridge", run_name="__main__")
