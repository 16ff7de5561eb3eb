"""The step that writes: a plan into the tool, its receipts into the state (docs/promises.md, "What is written")."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import structlog

from connectors.errors import ConnectorError
from connectors.interface import CommentDelete, CommentWrite, FieldsWrite, LinkWrite, Outcome, Receipt, Write
from connectors.span import span
from slabridge.run.actions import Planned, Reason
from slabridge.run.context import Context
from slabridge.run.deletion import delete
from slabridge.run.reading import lose
from slabridge.run.writable import writable
from slabridge.state import Transaction, configurations, lease, outbox, quarantine, replaced, tickets
from slabridge.state.quarantine import Quarantined
from slabridge.ticket.known import Known
from slabridge.ticket.replaced import Replaced

log = structlog.get_logger("slabridge.run")

_TOGETHER = 1.0
"""Seconds whose receipts of fields are committed together."""

AT_ONCE = 200
"""Writes handed to the connector at a time: so many comments at most are unclear after a crash."""


def write(context: Context, plan: Sequence[Planned]) -> set[str]:
    """Write a plan, and return the tickets on which something is still to be written.

    Comments are committed to the outbox before the call, receipts as they come, of fields alone those of a second.
    """
    known = {item.id: item for item, _ in plan}
    every = [action.write for _, actions in plan for action in actions if action.held_until is None]
    writes = [one for one in every if not isinstance(one, CommentDelete)]
    reasons = {
        (item.id, change.field): change.reason for item, actions in plan for one in actions for change in one.changes
    }
    deferred: set[str] = set()
    for part in _parts(context, writes, deferred):
        with span("write", {"slabridge.connection": context.name, "slabridge.writes": len(part)}):
            _write_part(context, part, known, reasons, deferred)
        context.run.halt.check()
    for one in every:
        if isinstance(one, CommentDelete) and delete(context, one):
            deferred.add(one.id)
    return deferred


def _write_part(
    context: Context,
    part: Sequence[Write],
    known: Mapping[str, Known],
    reasons: Mapping[tuple[str, str], Reason],
    deferred: set[str],
) -> None:
    """Write a part of a plan; tickets on which something is still to be written are added to `deferred`."""
    comments = [one for one in part if isinstance(one, CommentWrite)]
    with context.state.begin() as transaction:
        outbox.sending(transaction, comments, context.now, context.run.number)
        lease.renew(transaction.sql)
    for receipts in _together(context.connector.write(part), apart=bool(comments)):
        with context.state.begin() as transaction:
            found: list[Replaced] = []
            for receipt in receipts:
                found += _record(transaction, context, known[receipt.write.id], receipt)
            replaced.keep(transaction, found, context.as_of)
            context.tally.writes.update(("field", reasons[one.id, one.field]) for one in found)
            if comments:
                outbox.still_sending(transaction, context.as_of, context.now)
            lease.renew(transaction.sql)
        deferred |= {one.write.id for one in receipts if one.outcome in {Outcome.FAILED, Outcome.UNCLEAR}}
        context.run.on_progress(context.tally)


def _together(receipts: Iterator[Receipt], *, apart: bool) -> Iterator[list[Receipt]]:
    """Yield receipts that are committed together: one, or (not `apart`) those of a second, all before an error.

    Fields may be written again without harm, so that what a crash leaves unrecorded is only written once more.
    """
    found: list[Receipt] = []
    began = time.monotonic()
    try:
        for receipt in receipts:
            found.append(receipt)
            if apart or time.monotonic() - began >= _TOGETHER:
                yield found
                found, began = [], time.monotonic()
    except ConnectorError:
        if found:
            yield found
        raise
    if found:
        yield found


def _parts(context: Context, writes: Sequence[Write], deferred: set[str]) -> Iterator[Sequence[Write]]:
    """Yield the writes that this run may still make, some at a time; tickets of the others are deferred."""
    taken = context.take_writes(writes)
    kept = {id(one) for one in taken}
    waiting = [one for one in writes if id(one) not in kept and not isinstance(one, LinkWrite)]
    if waiting:
        deferred.update(one.id for one in waiting)
        log.warning("write cap reached", connection=context.name, deferred=len(waiting))
    for start in range(0, len(taken), AT_ONCE):
        part = writable(context, taken[start : start + AT_ONCE])
        if part:
            yield part


def _record(transaction: Transaction, context: Context, known: Known, receipt: Receipt) -> list[Replaced]:
    """Record a receipt, and return what the write replaced."""
    write, found = receipt.write, list[Replaced]()
    receipt = replace(receipt, reason=context.people.text(receipt.reason))
    is_stored = receipt.stored is None or bool(receipt.stored)
    if isinstance(write, FieldsWrite):
        everything = write.fields if receipt.outcome is Outcome.APPLIED else ()
        stored = {name: write.fields[name] for name in (everything if receipt.stored is None else receipt.stored)}
        if stored:
            found = [_replaced(context.run.number, known, name, value) for name, value in stored.items()]
            tickets.wrote(transaction, known, stored, write.not_ours)
            context.tally.fields_written += len(stored)
    elif isinstance(write, CommentWrite):
        _record_comment(transaction, context, write, receipt)
    elif receipt.outcome is Outcome.APPLIED and is_stored:
        context.tally.links_written += 1
        context.tally.writes["link", Reason.FIRST if write.before is None else Reason.CHANGED] += 1
        tickets.linked(transaction, write.id, write.url)
    if receipt.outcome is Outcome.APPLIED and is_stored and context.run.reverts is None and context.is_unmoved(known):
        configurations.add(transaction, writes=1)
    _record_trouble(transaction, context, receipt)
    return found


def _record_trouble(transaction: Transaction, context: Context, receipt: Receipt) -> None:
    """Record what a write that was not applied means for its ticket; without its link nothing is amiss with it."""
    write, said = receipt.write, {"connection": context.name, "ticket": receipt.write.key}
    match receipt.outcome:
        case Outcome.REFUSED if isinstance(write, LinkWrite):
            log.warning("issue is not linked with its page", **said, reason=receipt.reason)
        case Outcome.REFUSED:
            context.tally.refused += 1
            quarantine.put(transaction, [Quarantined(write.id, write.key, receipt.reason)], context.as_of)
            context.quarantined.add(write.id)
            log.error("write refused", **said, reason=receipt.reason)
        case Outcome.GONE:
            lose(transaction, context, [write.id])
            quarantine.release(transaction, [write.id])
            log.info("gone", **said)
        case Outcome.FAILED | Outcome.UNCLEAR:
            context.tally.deferred += 1
            if not context.run.halt.stopping():  # else it is no trouble, and said once
                log.warning("write deferred", **said, reason=receipt.reason)


def _replaced(run: int, known: Known, name: str, value: str | None) -> Replaced:
    before = known.held(name)
    ours = name in known.last_written and known.last_written[name] == before
    return Replaced(run, known.id, known.native.key, name, before, value, ours)


def _record_comment(transaction: Transaction, context: Context, write: CommentWrite, receipt: Receipt) -> None:
    match receipt.outcome:
        case Outcome.APPLIED:
            context.tally.comments_written += 1
            context.tally.writes["comment", Reason.TRANSITION] += 1
            outbox.became(transaction, write.id, write.markers, outbox.POSTED)
        case Outcome.REFUSED:
            outbox.became(transaction, write.id, write.markers, outbox.REFUSED, receipt.reason)
        case Outcome.FAILED | Outcome.GONE:
            outbox.became(transaction, write.id, write.markers, outbox.LOST, receipt.reason)
