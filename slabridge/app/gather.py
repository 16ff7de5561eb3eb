"""What a report takes from each range of stored tickets. Workers begin by reading this file, and all that it needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sla_engine import Result
from sla_engine.clause import Clause
from slabridge.app.asked import Asked, reporter_of
from slabridge.config import TicketMapping
from slabridge.config.services.reporting import Reporting
from slabridge.report.reporter import Part
from slabridge.state import ConnectionState, State, results, tickets
from slabridge.state.group import group_of
from slabridge.state.ranges import Range
from slabridge.ticket.kept import keep
from slabridge.ticket.mapping import Mapper

BATCH = 1_000
"""Tickets that are judged together."""


@dataclass(frozen=True, slots=True)
class Gather:
    """The job: judge a range of stored tickets for a report as at `now` (ms UTC), and gather what counts.

    `chain_limit` is how many tickets may be linked with each other; what happened up to `before` ms before the period
    is looked at, too.
    """

    reporting: Reporting
    asked: Asked
    now: int
    mappings: Mapping[str, TicketMapping]
    chain_limit: int
    before: int

    def of(self, state: State, part: Range) -> Part:
        """Return what is gathered of a range."""
        reporter = reporter_of(self.reporting, self.asked, self.now)
        own, mapper, after = ConnectionState(state, part.connection), Mapper(self.mappings[part.connection]), part.after
        current = {clause.definition for clause in reporter.clauses}
        while True:
            with own.reading() as transaction:
                since = reporter.since - self.before
                batch = tickets.not_quiet(transaction, after, BATCH, since, part.until)
                if not batch:
                    return reporter.part()
                there = [one for one in batch if one.native.created < reporter.until]
                here = [one.native for one in there if one.quiet_since is None or one.quiet_since >= reporter.since]
                names = {(part.connection, one.id): one for one in here}
                group = group_of(transaction.sql, names, self.mappings, self.chain_limit)
                others = results.of(transaction, {one.id: one.key for one in here}, but=current)
            after = batch[-1].native.id
            named = group.named
            mapped = [mapper.ticket(one.native, named.get((part.connection, one.native.id), {})) for one in there]
            judged = {native.id for native in here}
            kept = partial(_as_kept, [others.get(native.id, ()) for native in here], reporter.clauses)
            linked = group.tickets(self.mappings.values(), group.others)
            reporter.judge([ticket for ticket in mapped if ticket.id in judged], linked, kept)
            reporter.add_lives(mapped)


def _as_kept(
    others: Sequence[Sequence[Result]], clauses: Sequence[Clause], found: Sequence[Result], as_of: int
) -> list[Result]:
    """Return results as at an instant; cycles that had ended by then keep the definition they were judged by."""
    by_place: list[list[Result]] = [[] for _ in others]
    for result in found:
        by_place[result.position].append(result)
    kept: list[Result] = []
    for n, stored in enumerate(others):
        ended = [one for one in stored if one.stopped_at is not None and one.stopped_at <= as_of]
        kept += keep(n, by_place[n], ended, clauses)
    return kept
