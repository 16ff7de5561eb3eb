"""The step that judges: known tickets to results, which the state keeps."""

from collections.abc import Sequence

import structlog

from slabridge.run.context import Context
from slabridge.run.found import Fit, evaluated, found, note, warn
from slabridge.run.quarantining import put_in_quarantine
from slabridge.state import configurations, lease, tickets
from slabridge.state.quarantine import Quarantined
from slabridge.ticket.known import Known
from slabridge.ticket.mapping import Mapper
from slabridge.ticket.otherwise import count_otherwise

log = structlog.get_logger("slabridge.run")


def judge(context: Context, mapper: Mapper, batch: Sequence[Known]) -> Fit:
    """Judge tickets and keep the results; those that cannot be judged are quarantined and left out.

    Left out are those, too, with a value that decides and that nothing maps: they keep what stands, and stay pending.
    What stands is kept also of those that were read before a field that decides was mapped.
    """
    come_to = found(context, mapper, batch)
    mapper.count(come_to.mapped)
    warn(context, ((batch[n], text) for n, text in come_to.warnings))
    context.unmapped.update(batch[n].id for n in come_to.unmapped)
    context.tally.unmapped = len(context.unmapped)
    fit = come_to.fit
    otherwise = [count_otherwise(known.results, results) for known, results in fit if context.is_unmoved(known)]
    unfit = [Quarantined(batch[n].id, batch[n].native.key, reason) for n, reason in come_to.invalid.items()]
    kept = evaluated(context, fit)
    with context.state.begin() as transaction:
        tickets.evaluated(transaction, context.as_of, kept, context.run.number or None)
        note(transaction, context, fit)
        configurations.moved(transaction, sum(map(bool, otherwise)), sum(otherwise))
        put_in_quarantine(transaction, context, unfit)
        lease.renew(transaction.sql)
    return come_to.judged


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
