"""The step that judges: known tickets to results, which the state keeps."""

from collections.abc import Sequence

import structlog

from connectors.span import span
from sla_engine import Result
from slabridge.run.context import Context
from slabridge.run.quarantining import put_in_quarantine
from slabridge.state import configurations, lease, tickets
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
    evaluated = [Evaluated(known.id, found, bool(known.results), known.changed_at, stepped) for known, found in fit]
    otherwise = [count_otherwise(known.results, found) for known, found in fit if context.is_unmoved(known)]
    unfit = [Quarantined(batch[n].id, batch[n].native.key, reason) for n, reason in invalid.items()]
    with context.state.begin() as transaction:
        tickets.evaluated(transaction, context.as_of, evaluated)
        configurations.moved(transaction, sum(map(bool, otherwise)), sum(otherwise))
        put_in_quarantine(transaction, context, unfit)
        lease.renew(transaction.sql)
    context.tally.warnings += len(judgement.warnings)
    context.tally.unmapped = len(context.unmapped)
    return [(known, results[n]) for n, known in enumerate(batch) if n not in {*invalid, *unmapped}]


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
