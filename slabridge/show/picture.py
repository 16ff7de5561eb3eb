"""What a picture of one cycle shows: a lane for its clock, and one for each ticket that had its time. Pure.

`slabridge.show.drawing` draws it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sla_engine import Calendar, Definitions, Result
from sla_engine.chain.outcome import ChainOutcome, ChainSegment, Overrun, TicketRef
from slabridge.text.spoken import local, spoken


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of time, ms UTC; `kind` says what it counts for, `tint` tells holders apart.

    `labels` say the same ever more shortly: the first that fits is shown.
    """

    start: int
    end: int
    labels: tuple[str, ...]
    kind: str
    tint: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """An instant that matters: `due`, `breach`, `late` or `end`."""

    at: int
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A row: what it is about, and what happened in it."""

    title: str
    subtitle: str
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """All of it; `closed` is time in which the clock does not count, `handovers` are (instant, lane before, lane then).

    `summary` says why the promise was broken, in a line; `words` say all of it for who cannot see it.
    """

    title: str
    summary: str
    lanes: tuple[Lane, ...]
    start: int
    end: int
    zone: str
    closed: tuple[tuple[int, int], ...]
    handovers: tuple[tuple[int, int, int], ...]
    words: tuple[str, ...]


def picture_of(result: Result, definitions: Definitions, calendars: Mapping[str, Calendar], as_of: int) -> Picture:
    """Return the picture of a cycle that was evaluated with its segments and its chain, as at `as_of` (ms UTC)."""
    chain = result.chain or ChainOutcome((), None)
    zone = definitions.calendars[result.calendar].timezone
    ended = result.stopped_at if result.stopped_at is not None else as_of
    end = max(ended, result.started_at + 1, *(at for at in (result.due_at, result.breached_at) if at is not None))
    tints = {holder: n for n, holder in enumerate(dict.fromkeys(segment.holder for segment in chain.segments))}
    carriers = dict.fromkeys(segment.carrier for segment in chain.segments)
    lanes = [
        _clock(result),
        *(_lane(ticket, chain, tints, calendars) for ticket in carriers),
    ]
    return Picture(
        f"{result.kind.upper()} {result.agreement}.{result.objective} of {result.ticket}: {_outcome(result)}",
        _summary(chain, verdict_of(result)),
        tuple(lanes),
        result.started_at,
        end,
        zone,
        _outside(calendars[result.calendar], result.started_at, end),
        _handovers(chain, list(carriers)),
        tuple(_words(result, chain, zone)),
    )


def most_telling(results: Sequence[Result]) -> int:
    """Return the place of the cycle that says most of a ticket: to the customer, breached, open, begun last."""

    def weight(place: int) -> tuple[bool, bool, bool, int]:
        one = results[place]
        return one.kind == "sla", one.breached, one.stopped_at is None, one.started_at

    return max(range(len(results)), key=weight)


def _outcome(result: Result) -> str:
    used = f"{spoken(result.target - result.remaining) or '0s'} used of {spoken(result.target)} agreed"
    return f"{result.status.replace('_', ' ')}, {used}"


def _handovers(chain: ChainOutcome, lanes: Sequence[TicketRef]) -> tuple[tuple[int, int, int], ...]:
    """Return when the time passes from one ticket to another; the first lane is the clock's."""
    places = [1 + lanes.index(segment.carrier) for segment in chain.segments]
    starts = [segment.start for segment in chain.segments]
    steps = zip(starts[1:], places, places[1:], strict=False)
    return tuple((at, before, after) for at, before, after in steps if before != after)


def _clock(result: Result) -> Lane:
    """Return the lane of the clock itself: what counts, until the promise is broken and behind it."""
    bars: list[Bar] = []
    for segment in result.segments:
        mode = segment.mode
        if bars and bars[-1].kind == mode and bars[-1].end == segment.start:
            bars[-1] = Bar(bars[-1].start, segment.end, (mode,), mode)
        else:
            bars.append(Bar(segment.start, segment.end, (mode,), mode))
    marks: tuple[Mark, ...] = ()
    if result.breached_at is not None:
        marks = (Mark(result.breached_at, "breached", "breach"),)
        over = f"{spoken(-result.remaining) or '0s'} over"
        bars = [part for bar in bars for part in _cut(bar, result.breached_at, over)]
    elif result.due_at is not None:
        marks = (Mark(result.due_at, "due", "due"),)
    return Lane(
        f"{result.kind.upper()} {result.objective}", f"{spoken(result.target)} ({result.calendar})", tuple(bars), marks
    )


def _cut(bar: Bar, at: int, over: str) -> list[Bar]:
    """Return what of a bar lies before and after the breach."""
    if bar.kind != "counted" or bar.end <= at:
        return [bar]
    if bar.start >= at:
        return [Bar(bar.start, bar.end, (over,), "over")]
    return [Bar(bar.start, at, bar.labels, bar.kind), Bar(at, bar.end, (over,), "over")]


def _lane(
    ticket: TicketRef,
    chain: ChainOutcome,
    tints: Mapping[str | None, int],
    calendars: Mapping[str, Calendar],
) -> Lane:
    bars: list[Bar] = []
    promises: dict[str, None] = {}
    for segment in chain.segments:
        if segment.carrier != ticket:
            continue
        tint, holder = tints[segment.holder], segment.holder or "nobody"
        labels = (f"{holder} {spoken(segment.worked) or '0s'}", holder)
        if segment.cover is not None:
            promises[f"{segment.cover.agreement}.{segment.cover.objective}"] = None
        bars.append(Bar(segment.start, segment.end, labels, _kind(segment), tint))
        if segment.cover is not None and segment.cover_runs:
            outside = _outside(calendars[segment.cover.calendar], segment.start, segment.end)
            bars += [Bar(start, end, (), "closed", tint) for start, end in outside]
    late = [] if chain.breach is None else [one for one in chain.breach.overruns if one.by.ticket == ticket]
    marks = tuple(Mark(one.late_from, "late", "late") for one in late)
    return Lane(f"{ticket.key} in {ticket.source}", ", ".join(promises) or "nothing promised", tuple(bars), marks)


def _kind(segment: ChainSegment) -> str:
    if segment.mode != "counted":
        return segment.mode
    if segment.cover is None:
        return "uncovered"
    return "covered" if segment.cover_runs else "waiting"


def _outside(calendar: Calendar, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """Return when a calendar does not work in [start, end)."""
    begins, ends = (edges.tolist() for edges in calendar.intervals(start, end))
    found, at = [], start
    for begin, stop in zip(begins, ends, strict=True):
        if stop > start and begin < end:
            if at < begin:
                found.append((at, begin))
            at = max(at, stop)
    if at < end:
        found.append((at, end))
    return tuple(found)


def _words(result: Result, chain: ChainOutcome, zone: str) -> Sequence[str]:
    found = [f"{_outcome(result)}."]
    for segment in chain.segments:
        when = f"{local(segment.start, zone)} to {local(segment.end, zone)}"
        who = f"{segment.holder or 'nobody'} on {segment.carrier.key}"
        found.append(f"{when}: {who}, {segment.mode}, {spoken(segment.worked) or '0s'}{_covered(segment)}.")
    return found + verdict_of(result)


def _covered(segment: ChainSegment) -> str:
    if segment.cover is None:
        return ", nobody beneath has promised it" if segment.mode == "counted" else ""
    return f", by {segment.cover.agreement}.{segment.cover.objective}" + (
        "" if segment.cover_runs else ", which is paused"
    )


def verdict_of(result: Result) -> list[str]:
    """Return the breach of a cycle in words, a sentence each; none where it is not breached."""
    breach = None if result.chain is None else result.chain.breach
    if breach is None:
        return []
    found = [f"{breach.holder or 'Nobody'} had it at the breach, on {breach.carrier.key}."]
    found += map(_ran_on, breach.overruns)
    if breach.cause is not None and (result.kind == "sla" or breach.cause == "overrun"):
        found.append(_CAUSES[breach.cause])
    return found


def _summary(chain: ChainOutcome, verdict: Sequence[str]) -> str:
    """Return who overran so long that it broke the promise, and how long he had it; else why it was broken."""
    overruns = () if chain.breach is None else chain.breach.overruns
    for overrun in overruns:
        if overrun.decisive:
            key, shares = overrun.by.ticket.key, [one for one in chain.shares if one.carrier == overrun.by.ticket]
            had = ", ".join(dict.fromkeys(one.holder or "nobody" for one in shares))
            said = f"{had} had {key} for {spoken(sum(one.worked for one in shares))}; " if shares else ""
            late = f"ran on for {spoken(overrun.worked)} after it was late"
            return f"{said}{overrun.by.agreement}.{overrun.by.objective} {late}. Else the promise would have held."
    return verdict[-1] if verdict else ""


def _ran_on(overrun: Overrun) -> str:
    held = "; without that the promise would have held" if overrun.decisive else ""
    late = f"ran on for {spoken(overrun.worked)} after it was late"
    return f"{overrun.by.agreement}.{overrun.by.objective} on {overrun.by.ticket.key} {late}{held}."


_CAUSES = {
    "overrun": "Promises beneath were overrun by at least as much as this one was broken.",
    "gaps": "Time that nobody beneath had promised, or whose promises were paused, explains it.",
    "hours": "The hours in which those beneath do not work explain it.",
    "misfit": "Even if all had kept theirs it would have been broken: the agreements beneath do not add up to it.",
    "unbacked": "No agreement beneath backs this promise.",
}
