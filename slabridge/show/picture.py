"""What a picture of one cycle shows: a lane for its clock, and one for each ticket that had its time. Pure.

`slabridge.show.drawing` draws it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sla_engine import Calendar, Definitions, Result
from sla_engine.chain.outcome import ChainOutcome, ChainSegment, TicketRef
from slabridge.show.sentences import MODES, listed, named, outcome_of, promised, sentences_of, summary_of
from slabridge.text.said import Said, said
from slabridge.text.spoken import spoken

Words = str | Said
"""A name as it is, or what is said in the reader's language."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of time, ms UTC; `kind` says what it counts for, `tint` tells holders apart.

    `labels` say the same ever more shortly: the first that fits is shown.
    """

    start: int
    end: int
    labels: tuple[Words, ...]
    kind: str
    tint: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """An instant that matters: `due`, `breach` or `late`."""

    at: int
    kind: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A row: what it is about, and what happened in it."""

    title: Words
    subtitle: Words
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """All of it; `closed` is time in which the clock does not count, `handovers` are (instant, lane before, lane then).

    `holders` are who had the time, by the tint of their bars. `summary` says why the promise was broken, in a line;
    `words` say all of it for who cannot see it.
    """

    title: Words
    summary: Words
    lanes: tuple[Lane, ...]
    start: int
    end: int
    zone: str
    closed: tuple[tuple[int, int], ...]
    handovers: tuple[tuple[int, int, int], ...]
    holders: tuple[Words, ...]
    words: tuple[Words, ...]


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
        said(
            "%(kind)s %(promise)s of %(ticket)s: %(outcome)s",
            kind=result.kind.upper(),
            promise=promised(result.agreement, result.objective),
            ticket=result.ticket,
            outcome=outcome_of(result),
        ),
        summary_of(result) or "",
        tuple(lanes),
        result.started_at,
        end,
        zone,
        _outside(calendars[result.calendar], result.started_at, end),
        _handovers(chain, list(carriers)),
        tuple(map(named, tints)),
        tuple(sentences_of(result, zone)),
    )


def most_telling(results: Sequence[Result]) -> int:
    """Return the place of the cycle that says most of a ticket: to the customer, breached, open, begun last."""

    def weight(place: int) -> tuple[bool, bool, bool, int]:
        one = results[place]
        return one.kind == "sla", one.breached, one.stopped_at is None, one.started_at

    return max(range(len(results)), key=weight)


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
        begun = segment.start
        if bars and bars[-1].kind == segment.mode and bars[-1].end == begun:
            begun = bars.pop().start
        bars.append(Bar(begun, segment.end, (said(MODES[segment.mode]),), segment.mode))
    marks: tuple[Mark, ...] = ()
    if result.breached_at is not None:
        marks = (Mark(result.breached_at, "breach"),)
        time = spoken(-result.remaining) or "0s"
        over = (said("%(time)s over", time=time), f"+{time}")
        bars = [part for bar in bars for part in _cut(bar, result.breached_at, over)]
    elif result.due_at is not None:
        marks = (Mark(result.due_at, "due"),)
    title = said("%(kind)s %(objective)s", kind=result.kind.upper(), objective=result.objective)
    agreed = said("%(time)s (%(calendar)s)", time=spoken(result.target), calendar=result.calendar)
    return Lane(title, agreed, tuple(bars), marks)


def _cut(bar: Bar, at: int, over: tuple[Words, ...]) -> list[Bar]:
    """Return what of a bar lies before and after the breach."""
    if bar.kind != "counted" or bar.end <= at:
        return [bar]
    if bar.start >= at:
        return [Bar(bar.start, bar.end, over, "over")]
    return [Bar(bar.start, at, bar.labels, bar.kind), Bar(at, bar.end, over, "over")]


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
        tint, holder = tints[segment.holder], named(segment.holder)
        labels = (said("%(holder)s %(time)s", holder=holder, time=spoken(segment.worked) or "0s"), holder)
        if segment.cover is not None:
            promises[promised(segment.cover.agreement, segment.cover.objective)] = None
        bars.append(Bar(segment.start, segment.end, labels, _kind(segment), tint))
        if segment.cover is not None and segment.cover_runs:
            outside = _outside(calendars[segment.cover.calendar], segment.start, segment.end)
            bars += [Bar(start, end, (), "closed", tint) for start, end in outside]
    late = [] if chain.breach is None else [one for one in chain.breach.overruns if one.by.ticket == ticket]
    marks = tuple(Mark(one.late_from, "late") for one in late)
    title = said("%(ticket)s in %(source)s", ticket=ticket.key, source=ticket.source)
    return Lane(title, listed(promises) if promises else said("nothing promised"), tuple(bars), marks)


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
