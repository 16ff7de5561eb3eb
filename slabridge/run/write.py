"""Writing: a plan into the tool, and what became of it into the state (docs/promises.md, "What is written")."""

import time
from collections.abc import Iterator, Sequence

import structlog
from sqlalchemy import Connection as Transaction

from connectors.errors import ConnectorError
from connectors.interface import CommentWrite, FieldsWrite, Outcome, Receipt, Write
from slabridge.run.context import Site
from slabridge.run.judge import Judged
from slabridge.run.plan import Action, Terms, adopted, plan
from slabridge.state import lease, outbox, quarantine, tickets
from slabridge.state.quarantine import SetAside
from slabridge.state.tickets import Known

log = structlog.get_logger("slabridge.run.write")

_TOGETHER = 1.0
"""Seconds whose receipts of fields are committed together."""

AT_ONCE = 200
"""Writes handed to the connector at a time: so many comments at most are unclear after a crash."""

Planned = Sequence[tuple[Known, Sequence[Action]]]
"""Tickets with what is to be written on them."""


def planned(site: Site, judged: Sequence[Judged], terms: Terms) -> list[tuple[Known, list[Action]]]:
    """Return what is to be written on these tickets; those on which nothing is are left out."""
    told: dict[str, set[str]] = {}
    with site.job.state.begin() as transaction:
        for ticket, marker in outbox.markers(transaction, site.name, [known.native.id for known, _ in judged]):
            told.setdefault(ticket, set()).add(marker)
        for known, results in judged:
            if fields := adopted(known, results, terms):
                tickets.adopt(transaction, site.name, known, fields)
    found = [(known, plan(known, results, told.get(known.native.id, ()), terms)) for known, results in judged]
    return [(known, actions) for known, actions in found if actions]


def write(site: Site, plan: Planned) -> set[str]:
    """Write a plan, and return the tickets on which something is still to be written.

    Comments are committed to the outbox before the call, receipts as they come, of fields alone those of a second.
    """
    known = {item.native.id: item for item, _ in plan}
    writes = [action.write for _, actions in plan for action in actions]
    deferred: set[str] = set()
    for part in _parts(site, writes, deferred):
        comments = [one for one in part if isinstance(one, CommentWrite)]
        with site.job.state.begin() as transaction:
            outbox.sending(transaction, site.name, comments, site.now)
            lease.renew(transaction)
        for receipts in _together(site.connector.write(part), apart=bool(comments)):
            with site.job.state.begin() as transaction:
                for receipt in receipts:
                    _record(transaction, site, known[receipt.write.id], receipt)
                if comments:
                    outbox.still_sending(transaction, site.name, site.as_of, site.now)
                lease.renew(transaction)
            deferred |= {one.write.id for one in receipts if one.outcome in {Outcome.FAILED, Outcome.UNCLEAR}}
            site.job.notice(site.tally)
        site.job.halt.check()
    return deferred


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


def _parts(site: Site, writes: Sequence[Write], deferred: set[str]) -> Iterator[Sequence[Write]]:
    """Yield the writes that this run may still make, some at a time; tickets of the others are deferred."""
    allowed = site.allowed(len(writes))
    left = writes[allowed:]
    if left:
        deferred.update(one.id for one in left)
        site.tally.deferred += len(left)
        log.warning("write cap reached", connection=site.name, deferred=len(left))
    for start in range(0, allowed, AT_ONCE):
        yield writes[start : min(start + AT_ONCE, allowed)]


def _record(transaction: Transaction, site: Site, known: Known, receipt: Receipt) -> None:
    write = receipt.write
    if isinstance(write, FieldsWrite):
        everything = write.fields if receipt.outcome is Outcome.APPLIED else ()
        stored = {name: write.fields[name] for name in (everything if receipt.stored is None else receipt.stored)}
        if stored:
            tickets.wrote(transaction, site.name, known, stored)
            site.tally.fields_written += len(stored)
    else:
        _record_comment(transaction, site, write, receipt)
    match receipt.outcome:
        case Outcome.REFUSED:
            site.tally.refused += 1
            quarantine.put(transaction, site.name, [SetAside(write.id, write.key, receipt.reason)], site.as_of)
            site.aside.add(write.id)
            log.error("write refused", connection=site.name, ticket=write.key, reason=receipt.reason)
        case Outcome.GONE:
            site.tally.gone += tickets.lose(transaction, site.name, [write.id])
            quarantine.release(transaction, site.name, [write.id])
            log.info("gone", connection=site.name, ticket=write.key)
        case Outcome.FAILED | Outcome.UNCLEAR:
            site.tally.deferred += 1
            if not site.job.halt.stopping():  # else it is no trouble, and said once
                log.warning("write deferred", connection=site.name, ticket=write.key, reason=receipt.reason)


def _record_comment(transaction: Transaction, site: Site, write: CommentWrite, receipt: Receipt) -> None:
    comment = (write.id, write.marker)
    match receipt.outcome:
        case Outcome.APPLIED:
            site.tally.comments_written += 1
            outbox.became(transaction, site.name, comment, outbox.TOLD)
        case Outcome.REFUSED:
            outbox.became(transaction, site.name, comment, outbox.REFUSED, receipt.reason)
        case Outcome.FAILED | Outcome.GONE:
            outbox.became(transaction, site.name, comment, outbox.LOST, receipt.reason)
