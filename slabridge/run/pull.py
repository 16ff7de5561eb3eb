"""Pulling: what changed, what we follow, what time has changed; all into the state (docs/promises.md, "Reading")."""

import hashlib
from collections.abc import Callable, Sequence
from functools import partial

import structlog
from sqlalchemy import Connection as Transaction

from connectors.interface import Cursor, Page
from slabridge.run.context import Site
from slabridge.run.gaps import COMMENTS, gaps_of
from slabridge.state import connections, lease, outbox, quarantine, tickets
from slabridge.state.quarantine import SetAside

log = structlog.get_logger("slabridge.run.pull")


def settle_comments(site: Site) -> None:
    """Look for comments whose outcome an earlier run could not learn."""
    with site.job.state.begin() as transaction:
        unclear = outbox.unclear(transaction, site.name, site.as_of - site.job.config.settle)
    for page in site.connector.reread(sorted({ticket for ticket, _ in unclear})):
        found = {(t.id, comment.marker) for t in page.tickets for comment in t.comments}
        read = {t.id for t in page.tickets} | set(page.gone)
        with site.job.state.begin() as transaction:
            _keep(transaction, site, page)
            for comment in unclear:
                if comment in found:
                    outbox.became(transaction, site.name, comment, outbox.TOLD)
                elif comment[0] in read:
                    _not_found(transaction, site, comment)
            tickets.mark_pending(transaction, site.name, [t.id for t in page.tickets])


def _not_found(transaction: Transaction, site: Site, comment: tuple[str, str]) -> None:
    """Let a comment be told again that is not there; where the tool does not let us look, only say so."""
    if COMMENTS not in site.connector.gaps():
        outbox.became(transaction, site.name, comment, outbox.LOST)
        return
    ticket, marker = comment
    reason = (
        f"it is not known whether the comment {marker!r} was written, and comments cannot be read; it is not repeated"
    )
    outbox.became(transaction, site.name, comment, outbox.REFUSED, reason)
    set_aside(transaction, site, [SetAside(ticket, ticket, reason)])


def pull(site: Site) -> None:
    """Read what changed: by the filter, and outside it what we follow; what a new mapping needs; and the census."""
    settings = {*site.connection.fields.values(), *(rule.field for rule in site.connection.writeback.fields)}
    judged_by = _judged_by(site)
    with site.job.state.begin() as transaction:
        standing = connections.standing(transaction, site.name)
    if standing.touched is None:
        _follow(site, None)  # begins before the first load, so that nothing slips through between the two
    for page in site.connector.changed(standing.changed):
        with site.job.state.begin() as transaction:
            _keep(transaction, site, page)
            connections.set_changed(transaction, site.name, page.cursor)
        site.proceed()
    if standing.touched is not None:
        _follow(site, standing.touched)
    if standing.fields is not None and settings - standing.fields:
        _read_in_parts(site, partial(tickets.open_ids, connection=site.name))
    _census(site, standing.census_at)
    _report_gaps(site, standing)
    with site.job.state.begin() as transaction:
        if standing.judged_by not in (None, judged_by):
            tickets.mark_pending(transaction, site.name)
        connections.set_judged_by(transaction, site.name, judged_by)
        connections.set_fields(transaction, site.name, settings)


def reread_due(site: Site) -> None:
    """Read anew what time alone has changed: indexes lag and commits come late, and a comment cannot be taken back."""
    with site.job.state.begin() as transaction:
        asked = quarantine.asked(transaction, site.name)
    read(site, asked)
    after = tickets.FIRST
    while due := _due(site, after):
        read(site, [one.id for one in due])
        after = due[-1]
    with site.job.state.begin() as transaction:
        tickets.mark_due(transaction, site.name, site.as_of)


def read(site: Site, ids: Sequence[str]) -> None:
    """Read these tickets now, whatever the filter says."""
    for page in site.connector.reread(ids):
        with site.job.state.begin() as transaction:
            _keep(transaction, site, page)
        site.proceed()


def set_aside(transaction: Transaction, site: Site, items: Sequence[SetAside]) -> None:
    """Put tickets into quarantine, count them, and say why."""
    if not items:
        return
    quarantine.put(transaction, site.name, items, site.as_of)
    site.aside.update(item.id for item in items)
    site.tally.set_aside += len(items)
    for item in items:
        log.error("set aside", connection=site.name, ticket=item.key, reason=item.reason)


def _follow(site: Site, cursor: Cursor | None) -> None:
    """Read known tickets with an open cycle that changed outside the filter."""
    for touched in site.connector.touched(cursor):
        with site.job.state.begin() as transaction:
            followed = tickets.followed(transaction, site.name, touched.ids, site.job.run)
        read(site, followed)
        with site.job.state.begin() as transaction:
            connections.set_touched(transaction, site.name, touched.cursor)


def _census(site: Site, last: int | None) -> None:
    """Read all open tickets from time to time: no pull sees what was deleted, hidden or changed silently."""
    every = site.connection.census
    if every is None or (last is not None and site.as_of - last < every):
        return
    tally = site.tally
    changed, gone = tally.changed, tally.gone
    asked = _read_in_parts(site, partial(tickets.unread, connection=site.name, run=site.job.run))
    with site.job.state.begin() as transaction:
        connections.set_census_at(transaction, site.name, site.as_of)
    if asked:
        found = {"changed": tally.changed - changed, "gone": tally.gone - gone}
        log.info("census", connection=site.name, tickets=asked, **found)
    if tally.gone > gone:
        log.warning("open tickets are gone", connection=site.name, tickets=tally.gone - gone)


def _due(site: Site, after: tickets.Due) -> list[tickets.Due]:
    with site.job.state.begin() as transaction:
        return tickets.to_reread(transaction, site.name, site.as_of, site.job.run, after)


def _read_in_parts(site: Site, find: Callable[..., list[str]]) -> int:
    """Read the tickets whose ids `find` gives, and return how many they are."""
    after, count = "", 0
    while True:
        with site.job.state.begin() as transaction:
            ids = find(transaction, after=after, limit=tickets.AT_ONCE)
        if not ids:
            return count
        read(site, ids)
        after = ids[-1]
        count += len(ids)


def _report_gaps(site: Site, standing: connections.Standing) -> None:
    """Say, once, which objectives use what has no history at its source."""
    missing = dict(site.connector.gaps())
    found = list(gaps_of(site.job.engine.clauses, site.connection.fields, missing))
    reported = {f"{gap.objective} {gap.field}": gap.reason for gap in found}
    for gap in found:
        said = (standing.gaps or {}).get(f"{gap.objective} {gap.field}") == gap.reason
        (log.info if said else log.warning)(
            "no history", connection=site.name, objective=gap.objective, field=gap.field, reason=gap.reason
        )
    with site.job.state.begin() as transaction:
        connections.set_gaps(transaction, site.name, reported)


def _keep(transaction: Transaction, site: Site, page: Page) -> None:
    lease.renew(transaction)
    site.tally.pulled += len(page.tickets)
    site.tally.changed += tickets.save(transaction, site.name, page, site.job.run, site.as_of)
    site.tally.gone += tickets.lose(transaction, site.name, page.gone)
    quarantine.release(transaction, site.name, page.gone)
    set_aside(transaction, site, [SetAside(item.id, item.key, item.reason) for item in page.skipped])


def _judged_by(site: Site) -> str:
    """Return the identity of all that decides what this connection's tickets come to and what is written on them."""
    meaning = repr(
        (
            [(clause.agreement.table, clause.objective.name, clause.definition) for clause in site.job.engine.clauses],
            site.job.config.definitions.holder,
            sorted(site.connection.fields.items()),
            sorted((name, sorted(values.items())) for name, values in site.connection.values.items()),
            site.connection.writeback,
        )
    )
    return hashlib.sha256(meaning.encode()).hexdigest()
