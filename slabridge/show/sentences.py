"""What a cycle came to, and why a promise was broken, in sentences."""

from collections.abc import Iterable, Sequence
from functools import reduce

from sla_engine import Result
from sla_engine.chain.outcome import ChainOutcome, ChainSegment, Overrun, Share
from sla_engine.instant import MINUTE
from slabridge.text.said import Said, said, word
from slabridge.text.spoken import said_at, spoken, told

_MOST = 60
"""Stretches of time that are told one by one."""
STATUSES = {
    "breached": word("breached"),
    "at_risk": word("at risk"),
    "on_track": word("on track"),
    "met": word("met"),
    "paused": word("paused"),
    "cancelled": word("cancelled"),
}
MODES = {
    "counted": word("counted"),
    "paused": word("paused"),
    "stopped": word("stood still"),
    "restarted": word("before a restart"),
}
"""What a stretch of time counts for, as it is said."""
_CAUSES = {
    "overrun": word("The OLAs and UCs beneath it were late by at least as long as it was."),
    "gaps": word("The time was lost where no OLA or UC applied, or where it was paused."),
    "hours": word("The time was lost outside the working hours of the OLAs and UCs beneath it."),
    "misfit": word(
        "It would have been broken even with every OLA and UC kept: together they take longer than it allows."
    ),
    "unbacked": word("No OLA or UC backs this promise."),
}


def sentences_of(result: Result, zone: str) -> list[Said]:
    """Return all that a cycle came to: what was used, each stretch of its time with who had it, and its breach."""
    chain = result.chain or ChainOutcome((), None)
    found = [said("%(outcome)s. It began %(time)s.", outcome=outcome_of(result), time=told(result.started_at, zone))]
    for segment in chain.segments[:_MOST]:
        sentence = said(
            "%(start)s to %(end)s: %(holder)s on %(ticket)s, %(mode)s, %(time)s",
            start=said_at(segment.start, zone, result.started_at),
            end=said_at(segment.end, zone, result.started_at),
            holder=named(segment.holder),
            ticket=segment.carrier.key,
            mode=said(MODES[segment.mode]),
            time=spoken(segment.worked) or "0s",
        )
        found.append(_covered(segment, sentence))
    if len(chain.segments) > _MOST:
        found.append(said("And %(number)s stretches more.", number=len(chain.segments) - _MOST))
    return found + verdict_of(result)


def outcome_of(result: Result) -> Said:
    """Return how a cycle stands, and how much of what was agreed is used."""
    return said(
        "%(status)s, %(used)s used of %(target)s agreed",
        status=said(STATUSES[result.status]),
        used=spoken(result.target - result.remaining) or "0s",
        target=spoken(result.target),
    )


def verdict_of(result: Result) -> list[Said]:
    """Return the breach of a cycle in words, a sentence each; none where it is not breached."""
    breach = None if result.chain is None else result.chain.breach
    if breach is None:
        return []
    key = breach.carrier.key
    if breach.holder:
        found = [said("%(holder)s had it at the breach, on %(ticket)s.", holder=breach.holder, ticket=key)]
    else:
        found = [said("Nobody had it at the breach, on %(ticket)s.", ticket=key)]
    found += map(_ran_on, breach.overruns)
    if breach.cause is not None and (result.kind == "sla" or breach.cause == "overrun"):
        found.append(said(_CAUSES[breach.cause]))
    return found


def summary_of(result: Result) -> Said | None:
    """Return who overran so long that it broke the promise, and how long he had it; else why it was broken."""
    chain = result.chain or ChainOutcome((), None)
    for overrun in () if chain.breach is None else chain.breach.overruns:
        if overrun.decisive:
            return _decisive(overrun, [one for one in chain.shares if one.carrier == overrun.by.ticket])
    verdict = verdict_of(result)
    return verdict[-1] if verdict else None


def headline_of(result: Result, zone: str) -> Said:
    """Return in a sentence how a cycle stands, since or until when, and who had the ticket then."""
    promise = said(
        "%(kind)s %(promise)s", kind=result.kind.upper(), promise=promised(result.agreement, result.objective)
    )
    breach = None if result.chain is None else result.chain.breach
    if result.breached_at is not None:
        holder = named(result.breach_holder if breach is None else breach.holder)
        at = said_at(result.breached_at // MINUTE * MINUTE, zone, result.started_at)
        return said("%(promise)s was broken %(time)s; %(holder)s had it.", promise=promise, time=at, holder=holder)
    if result.status == "paused":
        return said("%(promise)s is paused; %(holder)s has it.", promise=promise, holder=named(result.holder))
    if result.stopped_at is None and result.due_at is not None:
        at = said_at(result.due_at // MINUTE * MINUTE, zone, result.started_at)
        return said(
            "%(promise)s is due %(time)s; %(holder)s has it.", promise=promise, time=at, holder=named(result.holder)
        )
    return said("%(promise)s: %(outcome)s.", promise=promise, outcome=outcome_of(result))


def promised(agreement: str, objective: str) -> str:
    """Return what the file calls a promise; no language has another word for it."""
    return f"{agreement}.{objective}"


def listed(found: Iterable[str | Said]) -> str | Said:
    """Return these with commas."""
    return reduce(lambda one, other: said("%(one)s, %(other)s", one=one, other=other), found)


def named(holder: str | None) -> str | Said:
    """Return who holds a ticket, as it is said."""
    return holder or said("nobody")


def _covered(segment: ChainSegment, sentence: Said) -> Said:
    if segment.cover is None:
        if segment.mode == "counted":
            return said("%(sentence)s, under no OLA or UC.", sentence=sentence)
        return said("%(sentence)s.", sentence=sentence)
    promise = promised(segment.cover.agreement, segment.cover.objective)
    if segment.cover_runs:
        return said("%(sentence)s, by %(promise)s.", sentence=sentence, promise=promise)
    return said("%(sentence)s, by %(promise)s, which is paused.", sentence=sentence, promise=promise)


def _decisive(overrun: Overrun, shares: Sequence[Share]) -> Said:
    late: dict[str, str | Said] = {
        "promise": promised(overrun.by.agreement, overrun.by.objective),
        "late": spoken(overrun.worked),
    }
    if not shares:
        return said(
            "%(promise)s ran on for %(late)s after it was late. Without that, the promise would have been kept.", **late
        )
    return said(
        "%(holders)s had %(ticket)s for %(time)s; %(promise)s ran on for %(late)s after it was late. "
        "Without that, the promise would have been kept.",
        holders=listed(map(named, dict.fromkeys(one.holder for one in shares))),
        ticket=overrun.by.ticket.key,
        time=spoken(sum(one.worked for one in shares)),
        **late,
    )


def _ran_on(overrun: Overrun) -> Said:
    by = overrun.by
    late: dict[str, str | Said] = {
        "promise": promised(by.agreement, by.objective),
        "ticket": by.ticket.key,
        "time": spoken(overrun.worked),
    }
    if overrun.decisive:
        return said(
            "%(promise)s on %(ticket)s ran on for %(time)s after it was late; "
            "without that, the promise would have been kept.",
            **late,
        )
    return said("%(promise)s on %(ticket)s ran on for %(time)s after it was late.", **late)
