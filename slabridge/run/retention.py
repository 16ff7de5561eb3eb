"""The step that lets go of tickets that ended long ago (docs/privacy.md, "What is over")."""

import structlog

from sla_engine.instant import DAY, SECOND
from slabridge.run.context import Context
from slabridge.state import lease, retention

MOST = 20 * retention.AT_ONCE
"""Tickets of a connection that a run lets go, about: the next one goes on."""

log = structlog.get_logger("slabridge.run")


def let_go(context: Context) -> None:
    """Purge what is kept no longer, and what no report waits for; a part of it, where there is much.

    What the tool still shows us among what changed is left for a day: else each run would load and purge it again.
    """
    config, privacy = context.run.config, context.run.config.privacy
    if privacy.keep is None or not context.run.number:
        return
    unread_since = context.as_of - max(DAY, (context.connection.overlap or 0) * SECOND)
    with context.state.begin() as transaction:
        reports = retention.issued(transaction.sql)
    spans = None if privacy.waived else reports.spans(config.zones)
    after: retention.Place | None = retention.FIRST
    while after is not None and context.tally.purged < MOST:
        with context.state.begin() as transaction:
            found, after = retention.over(transaction, context.as_of - privacy.keep, config.zones, after, spans)
            free = (one for one in found if privacy.waived or reports.lacking(one.months) is None)
            ids = [one.id for one in free if one.read_at < unread_since]
            retention.purge(transaction, ids, privacy.people)
            lease.renew(transaction.sql)
        context.tally.purged += len(ids)
        context.proceed()
    if context.tally.purged:
        log.info("purged", connection=context.name, tickets=context.tally.purged)
