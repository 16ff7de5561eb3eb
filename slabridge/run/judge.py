"""Judging: native tickets of the state to results, which the state keeps."""

from collections.abc import Iterator, Sequence

import structlog

from connectors.interface import NativeTicket
from sla_engine import Result
from slabridge.run.context import Site
from slabridge.run.pull import set_aside
from slabridge.state import lease, tickets
from slabridge.state.quarantine import SetAside
from slabridge.state.tickets import Judgement, Known
from slabridge.ticket.kept import keep, row_of
from slabridge.ticket.mapping import Mapper

log = structlog.get_logger("slabridge.run.judge")

Judged = tuple[Known, list[Result]]
"""A ticket and what it came to."""


def judge(site: Site, mapper: Mapper, batch: Sequence[Known]) -> list[Judged]:
    """Evaluate tickets and keep the results; those that cannot be evaluated are set aside."""
    hidden = {position: text for position, known in enumerate(batch) if (text := _hidden(site, known))}
    evaluation = site.job.engine.evaluate([mapper.ticket(known.native) for known in batch], site.as_of)
    results: list[list[Result]] = [[] for _ in batch]
    for result in evaluation.results:
        results[result.position].append(result)
    results = [keep(found, known.results, site.job.engine.clauses) for known, found in zip(batch, results, strict=True)]
    invalid = {**dict(evaluation.invalid), **hidden}
    for position, text in evaluation.warnings:
        log.info("data warning", connection=site.name, ticket=batch[position].native.key, warning=text)
    pairs = list(zip(batch, results, strict=True))
    judged = [pair for position, pair in enumerate(pairs) if position not in invalid]
    judgements = [judgement_of(pairs[n][0].native.id, pairs[n][1]) for n in range(len(pairs)) if n not in hidden]
    aside = [SetAside(batch[n].native.id, batch[n].native.key, reason) for n, reason in invalid.items()]
    with site.job.state.begin() as transaction:
        tickets.judged(transaction, site.name, site.as_of, judgements)
        set_aside(transaction, site, aside)
        lease.renew(transaction)
    site.tally.warnings += len(evaluation.warnings)
    return judged


def _hidden(site: Site, known: Known) -> str:
    """Return why a ticket that was read just now would be judged wrongly: it lacks a field that decides; else "".

    What was read before a field was mapped is judged as it is known: ended tickets are not read anew for that. A field
    of a referred record is absent where the reference is empty.
    """
    if known.pulled_in != site.job.run:
        return ""
    needed = (native for name, native in site.connection.fields.items() if name in site.job.engine.fields)
    absent = sorted(native for native in needed if native not in known.native.fields and "." not in native)
    return f"{', '.join(absent)} cannot be read on it; is it hidden from the account?" if absent else ""


def is_seen(known: Known, as_of: int) -> bool:
    """Return whether nothing of a ticket lies after `as_of`; else the next run has to look again."""
    return _latest(known.native) <= as_of


def judgement_of(identity: str, results: Sequence[Result]) -> Judgement:
    """Return what the state keeps of a ticket's results."""
    opened = any(result.stopped_at is None for result in results)
    return Judgement(identity, opened, min(_changes(results), default=None), [row_of(result) for result in results])


def _changes(results: Sequence[Result]) -> Iterator[int]:
    """Yield when time alone changes a status."""
    for result in results:
        if result.next_change_at is not None:
            yield result.next_change_at
        elif result.stage == "paused" and result.due_at is not None and not result.breached:
            yield result.due_at + 1  # paused at the very instant at which it was due


def _latest(native: NativeTicket) -> int:
    entries = (*native.history, *native.observed)
    return max([native.created, *(entry.at for entry in entries), *(comment.at for comment in native.comments)])
