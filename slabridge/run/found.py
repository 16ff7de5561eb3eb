"""What tickets of a connection were found to come to, before any of it is kept."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import structlog

from connectors.span import span
from sla_engine import Result
from slabridge.run.context import Context
from slabridge.run.foreseen import keep_foreseen, risk_of, risk_steps
from slabridge.run.ladder import next_steps
from slabridge.run.noting import Noting
from slabridge.state import Transaction, connections, notifications, retention
from slabridge.ticket import judging
from slabridge.ticket.known import Evaluated, Known
from slabridge.ticket.mapping import Mapped, Mapper

log = structlog.get_logger("slabridge.run")

Fit = Sequence[tuple[Known, Sequence[Result]]]
"""Tickets that were judged, and what they come to."""


@dataclass(frozen=True, slots=True)
class Found:
    """What tickets come to, by their places in `batch`.

    `invalid` says why one cannot be judged, `hidden` of those the ones that lack a field. Those `unmapped` hold a value
    that decides and that nothing maps; those read `earlier` than a field that decides was mapped keep what stands.
    """

    batch: Sequence[Known]
    mapped: Sequence[Mapped]
    results: Sequence[Sequence[Result]]
    warnings: Sequence[tuple[int, str]]
    invalid: Mapping[int, str]
    hidden: Collection[int]
    unmapped: Collection[int]
    earlier: Collection[int]

    @property
    def fit(self) -> Fit:
        """Those whose results are of today."""
        out = {*self.hidden, *self.unmapped, *self.earlier}
        return [(known, self.results[n]) for n, known in enumerate(self.batch) if n not in out]

    @property
    def judged(self) -> Fit:
        """Those that can be judged, and what stands for them."""
        out = {*self.invalid, *self.unmapped}
        return [(known, self.results[n]) for n, known in enumerate(self.batch) if n not in out]


def found(context: Context, mapper: Mapper, batch: Sequence[Known]) -> Found:
    """Judge tickets, without changing anything."""
    needed = _needed(context)
    lacking = {n: absent for n, known in enumerate(batch) if (absent := needed - known.native.fields.keys())}
    hidden = {
        n: f"{', '.join(sorted(absent))} cannot be read on it; is it hidden from the account?"
        for n, absent in lacking.items()
        if batch[n].pulled_in == context.run.number
    }
    earlier = lacking.keys() - hidden.keys()
    with span("judge", {"slabridge.connection": context.name, "slabridge.tickets": len(batch)}):
        judgement = judging.judge(context.run.engine, mapper, batch, context.as_of)
    results = [known.results if n in earlier else judgement.results[n] for n, known in enumerate(batch)]
    invalid = {n: why for n, why in {**judgement.invalid, **hidden}.items() if n not in earlier}
    unmapped = judgement.unmapped.keys() - earlier
    return Found(batch, judgement.mapped, results, judgement.warnings, invalid, hidden.keys(), unmapped, earlier)


def evaluated(context: Context, fit: Fit) -> list[Evaluated]:
    """Return what is kept of tickets that were judged."""
    stepped = context.run.config.stepped(context.name)
    steps = _next_steps(context, fit)
    return [
        Evaluated(known.id, results, bool(known.results), known.changed_at, stepped, steps.get(known.id))
        for known, results in fit
    ]


def note(transaction: Transaction, context: Context, fit: Fit) -> None:
    """Note what is to be told, in the transaction that keeps the results: so no crash loses a step, or repeats it.

    What is foreseen is kept with them; what is there once more because a ticket came back is counted once.
    """
    keep_foreseen(transaction, context, {known.id: results for known, results in fit})
    retention.count_once(transaction, _came_back(context, fit))
    config = context.run.config
    if not config.notify:
        return
    last_run = connections.standing(transaction).as_of
    calendars, page = context.run.engine.calendars, context.connection.page
    noting = Noting(config, context.name, calendars, context.as_of, page, risk_of(context))
    notifications.note(
        transaction.sql,
        (
            row
            for known, results in fit
            if not known.only_linked
            for row in noting.of(known, results, last_run, unmoved=context.is_unmoved(known))
        ),
    )


def warn(context: Context, warnings: Iterable[tuple[Known, str]]) -> None:
    """Say what is odd in tickets' data."""
    for known, text in warnings:
        log.info("data warning", connection=context.name, ticket=known.native.key, warning=text)
        context.tally.warnings += 1


def _next_steps(context: Context, fit: Fit) -> dict[str, int]:
    """Return when time alone brings the next step of a ladder, or of risk, that is told or written, by ticket's id."""
    found: dict[str, int] = {}
    if rules := context.run.config.notify:
        results = ((known.id, results) for known, results in fit if not known.only_linked)
        found = next_steps(rules, results, context.run.engine.calendars, context.as_of)
    for id_, at in risk_steps(context, {known.id: results for known, results in fit}):
        found[id_] = min(found.get(id_, at), at)
    return found


def _came_back(context: Context, fit: Fit) -> Iterator[Result]:
    """Yield what tickets came to, of those that may have been purged before they were read again."""
    keep = context.run.config.privacy.keep
    for known, results in fit:
        if keep is not None and not known.results and known.native.created < context.as_of - keep:
            yield from results


def _needed(context: Context) -> set[str]:
    """Return the fields that decide: a ticket lacks one that is hidden, or that was not mapped when it was read.

    Those of a referred record are absent where the reference is empty.
    """
    names = context.run.engine.fields
    return {native for name, native in context.connection.fields.items() if name in names and "." not in native}
