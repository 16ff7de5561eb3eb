"""The step that judges: known tickets to results, which the state keeps."""

from collections.abc import Iterable, Iterator, Sequence

import structlog

from connectors.span import span
from sla_engine import Result
from slabridge.run.context import Context
from slabridge.run.foreseen import keep_foreseen, risk_of, risk_steps
from slabridge.run.ladder import next_steps
from slabridge.run.noting import Noting
from slabridge.run.quarantining import put_in_quarantine
from slabridge.state import Transaction, configurations, connections, lease, notifications, retention, tickets
from slabridge.state.quarantine import Quarantined
from slabridge.ticket import judging
from slabridge.ticket.known import Evaluated, Known
from slabridge.ticket.mapping import Mapper
from slabridge.ticket.otherwise import count_otherwise

log = structlog.get_logger("slabridge.run")


def judge(context: Context, mapper: Mapper, batch: Sequence[Known]) -> list[tuple[Known, Sequence[Result]]]:
    """Judge tickets and keep the results; those that cannot be judged are quarantined and left out.

    Left out are those, too, with a value that decides and that nothing maps: they keep what stands, and stay pending.
    What stands is kept also of those that were read before a field that decides was mapped.
    """
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
    for position, text in judgement.warnings:
        log.info("data warning", connection=context.name, ticket=batch[position].native.key, warning=text)
    results = [known.results if n in earlier else judgement.results[n] for n, known in enumerate(batch)]
    invalid = {n: why for n, why in {**judgement.invalid, **hidden}.items() if n not in earlier}
    unmapped = judgement.unmapped.keys() - earlier
    context.unmapped.update(batch[n].id for n in unmapped)
    out = {*hidden, *unmapped, *earlier}
    fit = [(known, results[n]) for n, known in enumerate(batch) if n not in out]
    stepped = context.run.config.stepped(context.name)
    steps = _next_steps(context, fit)
    evaluated = [
        Evaluated(known.id, found, bool(known.results), known.changed_at, stepped, steps.get(known.id))
        for known, found in fit
    ]
    otherwise = [count_otherwise(known.results, found) for known, found in fit if context.is_unmoved(known)]
    unfit = [Quarantined(batch[n].id, batch[n].native.key, reason) for n, reason in invalid.items()]
    with context.state.begin() as transaction:
        _note_steps(transaction, context, fit)
        keep_foreseen(transaction, context, {known.id: found for known, found in fit})
        tickets.evaluated(transaction, context.as_of, evaluated, context.run.number or None)
        retention.count_once(transaction, _came_back(context, fit))
        configurations.moved(transaction, sum(map(bool, otherwise)), sum(otherwise))
        put_in_quarantine(transaction, context, unfit)
        lease.renew(transaction.sql)
    context.tally.warnings += len(judgement.warnings)
    context.tally.unmapped = len(context.unmapped)
    return [(known, results[n]) for n, known in enumerate(batch) if n not in {*invalid, *unmapped}]


def _next_steps(context: Context, judged: Sequence[tuple[Known, Sequence[Result]]]) -> dict[str, int]:
    """Return when time alone brings the next step of a ladder, or of risk, that is told or written, by ticket's id."""
    found: dict[str, int] = {}
    if rules := context.run.config.notify:
        results = ((known.id, found) for known, found in judged if not known.only_linked)
        found = next_steps(rules, results, context.run.engine.calendars, context.as_of)
    for id_, at in risk_steps(context, {known.id: results for known, results in judged}):
        found[id_] = min(found.get(id_, at), at)
    return found


def _note_steps(transaction: Transaction, context: Context, judged: Sequence[tuple[Known, Sequence[Result]]]) -> None:
    """Note what is to be told, in the transaction that keeps the results: so no crash loses a step, or repeats it."""
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
            for known, results in judged
            if not known.only_linked
            for row in noting.of(known, results, last_run, unmoved=context.is_unmoved(known))
        ),
    )


def _came_back(context: Context, judged: Iterable[tuple[Known, Sequence[Result]]]) -> Iterator[Result]:
    """Yield what tickets came to, of those that may have been purged before they were read again."""
    keep = context.run.config.privacy.keep
    for known, results in judged:
        if keep is not None and not known.results and known.native.created < context.as_of - keep:
            yield from results


def report_mapping(context: Context) -> None:
    """Say what nothing maps, and what could not be read, each with how many tickets it concerns."""
    mapper = context.mapper
    refused = context.run.engine.fields if context.connection.unmapped == "refuse" else ()
    for (field, value), count in sorted(mapper.unmapped.items()):
        if field in refused:
            log.error("unmapped value", connection=context.name, field=field, value=value, tickets=count)
        else:
            log.warning("unmapped value", connection=context.name, field=field, value=value, tickets=count)
    for field, count in sorted(mapper.unreadable.items()):
        log.warning("field not readable", connection=context.name, field=field, tickets=count)


def _needed(context: Context) -> set[str]:
    """Return the fields that decide: a ticket lacks one that is hidden, or that was not mapped when it was read.

    Those of a referred record are absent where the reference is empty.
    """
    names = context.run.engine.fields
    return {native for name, native in context.connection.fields.items() if name in names and "." not in native}
