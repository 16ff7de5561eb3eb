"""The step that judges: known tickets to results, which the state keeps."""

from collections.abc import Sequence

import structlog

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
    """
    hidden = {position: text for position, known in enumerate(batch) if (text := _hidden(context, known))}
    judgement = judging.judge(context.run.engine, mapper, batch, context.as_of)
    for position, text in judgement.warnings:
        log.info("data warning", connection=context.name, ticket=batch[position].native.key, warning=text)
    invalid = {**judgement.invalid, **hidden}
    unmapped = judgement.unmapped
    context.unmapped.update(batch[n].id for n in unmapped)
    out = {*hidden, *unmapped}
    fit = [(known, judgement.results[n]) for n, known in enumerate(batch) if n not in out]
    stepped = context.run.config.stepped(context.name)
    evaluated = [Evaluated(known.id, found, bool(known.results), known.changed_at, stepped) for known, found in fit]
    otherwise = [count_otherwise(known.results, found) for known, found in fit if context.is_unmoved(known)]
    unfit = [Quarantined(batch[n].id, batch[n].native.key, reason) for n, reason in invalid.items()]
    with context.state.begin() as transaction:
        tickets.evaluated(transaction, context.as_of, evaluated)
        configurations.add(transaction, moved=sum(map(bool, otherwise)), results=sum(otherwise))
        put_in_quarantine(transaction, context, unfit)
        lease.renew(transaction.sql)
    context.tally.warnings += len(judgement.warnings)
    context.tally.unmapped = len(context.unmapped)
    return [(known, judgement.results[n]) for n, known in enumerate(batch) if n not in {*invalid, *unmapped}]


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


def _hidden(context: Context, known: Known) -> str:
    """Return why a ticket that was read just now would be judged wrongly: it lacks a field that decides; else "".

    What was read before a field was mapped is judged as it is known: ended tickets are not read anew for that. A field
    of a referred record is absent where the reference is empty.
    """
    if known.pulled_in != context.run.number:
        return ""
    needed = (native for name, native in context.connection.fields.items() if name in context.run.engine.fields)
    absent = sorted(native for native in needed if native not in known.native.fields and "." not in native)
    return f"{', '.join(absent)} cannot be read on it; is it hidden from the account?" if absent else ""
