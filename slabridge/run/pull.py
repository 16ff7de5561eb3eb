"""The step that pulls what changed and what we follow into the state (docs/promises.md, "Reading")."""

import hashlib
from dataclasses import replace

import structlog

from connectors.interface import Cursor
from connectors.span import spanned
from slabridge.run.context import Context
from slabridge.run.gaps import Gap, gaps_of
from slabridge.run.reading import keep, read, read_in_parts
from slabridge.run.standing import terms_of
from slabridge.run.stating import find_in_all
from slabridge.run.together import together
from slabridge.run.unseen import count_what_is_known, report_never_seen
from slabridge.state import configurations, connections, followed, open_tickets, tickets
from slabridge.state.connections import Standing

log = structlog.get_logger("slabridge.run")


def pull(context: Context) -> None:
    """Read what changed: by the filter, and outside it what we follow; what a new mapping needs; and the census."""
    connection = context.connection
    settings = {*connection.read, *(rule.field for rule in connection.writeback.fields)}
    judged_by = _judged_by(context)
    with context.state.begin() as transaction:
        standing = connections.standing(transaction)
    is_first_load = standing.fields is None
    if is_first_load and standing.judged_by not in (None, judged_by):
        standing = _begin_anew(context, standing, judged_by)
    count_what_is_known(context)
    find_in_all(context)
    if standing.touched is None:
        _follow(context, None)  # begins before the first load, so that nothing slips through between the two
    _read_changed(context, standing, judged_by)
    if standing.touched is not None:
        _follow(context, standing.touched)
    if standing.fields is not None and settings - standing.fields:
        read_in_parts(context, open_tickets.ids)
    _census(context, standing.census_at)
    _report_gaps(context, standing)
    if is_first_load or standing.judged_by != judged_by:
        report_never_seen(context)
    with context.state.begin() as transaction:
        if standing.judged_by not in (None, judged_by):
            configurations.add(transaction, judged=tickets.mark_all_pending(transaction))
        connections.set_judged_by(transaction, judged_by)
        connections.set_fields(transaction, settings)


def _read_changed(context: Context, standing: Standing, judged_by: str) -> None:
    """Read what changed; a first load judges at once what stands alone, and keeps by what with its first page."""
    is_first_run = standing.changed is None
    if is_first_run and context.connection.first_run == "quiet":
        standing = replace(standing, posts_from=context.as_of)
    judges = standing.fields is None and not context.run.config.reads_chain
    at_once = terms_of(context, standing) if judges else None
    begins = judges and standing.judged_by is None
    changed = context.connector.changed(standing.changed)
    for page in together(spanned("page", changed, {"slabridge.connection": context.name})):
        with context.state.begin() as transaction:
            known = keep(transaction, context, page, at_once)
            followed.only_linked(transaction, known, so=False)
            connections.set_changed(transaction, page.cursor)
            if is_first_run and standing.posts_from is not None:
                connections.set_posts_from(transaction, standing.posts_from)
            if begins:
                connections.set_judged_by(transaction, judged_by)
            is_first_run = begins = False
        context.proceed()


def _begin_anew(context: Context, standing: Standing, judged_by: str) -> Standing:
    """Let all that a first load has judged be as new, where the file was changed before its end."""
    with context.state.begin() as transaction:
        tickets.forget_judgements(transaction)
        connections.set_judged_by(transaction, judged_by)
    return replace(standing, judged_by=judged_by)


def _follow(context: Context, cursor: Cursor | None) -> None:
    """Read known tickets with an open cycle that changed outside the filter."""
    for touched in context.connector.touched(cursor):
        with context.state.begin() as transaction:
            ids = followed.among(transaction, touched.ids, context.run.number)
        read(context, ids)
        with context.state.begin() as transaction:
            connections.set_touched(transaction, touched.cursor)


def _census(context: Context, last: int | None) -> None:
    """Read all open tickets from time to time: no pull sees what was deleted, hidden or changed silently."""
    every = context.connection.census
    if every is None or (last is not None and context.as_of - last < every):
        return
    tally, run = context.tally, context.run.number
    changed, gone = tally.changed, tally.gone
    asked = read_in_parts(context, lambda transaction, after, most: followed.unread(transaction, run, after, most))
    with context.state.begin() as transaction:
        connections.set_census_at(transaction, context.as_of)
    tally.census = True
    if asked:
        found = {"changed": tally.changed - changed, "gone": tally.gone - gone}
        log.info("census", connection=context.name, tickets=asked, **found)
    if tally.gone > gone:
        log.warning("open tickets are gone", connection=context.name, tickets=tally.gone - gone)


def _report_gaps(context: Context, standing: Standing) -> None:
    """Say, once, which objectives use what has no history at its source."""
    missing = dict(context.connector.gaps())
    found = list(gaps_of(context.run.engine.clauses, context.connection.fields, missing))
    linking = {(link.type, link.field) for link in context.connection.links if link.field in missing}
    found += [Gap(f"links {type_}", field, missing[field]) for type_, field in sorted(linking)]
    reported = {f"{gap.objective} {gap.field}": gap.reason for gap in found}
    for gap in found:
        said = (standing.gaps or {}).get(f"{gap.objective} {gap.field}") == gap.reason
        (log.info if said else log.warning)(
            "no history", connection=context.name, objective=gap.objective, field=gap.field, reason=gap.reason
        )
    with context.state.begin() as transaction:
        connections.set_gaps(transaction, reported)


def _judged_by(context: Context) -> str:
    """Return the identity of all that decides what this connection's tickets come to and what is written on them."""
    clauses, config = context.run.engine.clauses, context.run.config
    rule = context.connection.writeback.comments
    hours = None if rule is None or rule.only is None else config.definitions.calendars[rule.only]
    linked = (config.definitions.chain, [(connection.name, connection.links) for connection in config.connections])
    meaning = repr(
        (
            [(clause.agreement.table, clause.objective.name, clause.definition) for clause in clauses],
            config.definitions.holder,
            sorted(context.connection.fields.items()),
            sorted((name, sorted(values.items())) for name, values in context.connection.values.items()),
            context.connection.unmapped,
            context.connection.writeback,
            linked if context.connection.writeback.reads_chain else None,
            config.stepped(context.name),
            hours,
            *([config.notify] if config.notify else []),
            *([context.connection.timeline("")] if context.connection.tells_pages else []),
        )
    )
    return hashlib.sha256(meaning.encode()).hexdigest()
