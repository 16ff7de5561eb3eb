"""A ticket's results as text: each cycle with the ledger of its time, so that anybody can add it up."""

from collections.abc import Iterator, Sequence

from rich.text import Text

from sla_engine import Definitions, Position, Result
from sla_engine.attribution import Segment
from sla_engine.chain.outcome import ChainSegment, TicketRef
from slabridge.show.picture import verdict_of
from slabridge.text.printed import line
from slabridge.text.spoken import local, share_used, spoken, zoned

STYLES = {
    "breached": "bold red",
    "at_risk": "yellow",
    "on_track": "green",
    "met": "green",
    "paused": "cyan",
    "cancelled": "dim",
}


def ledger_of(results: Sequence[Result], definitions: Definitions) -> Text:
    """Return every cycle: where its time went and who held the ticket.

    `results` have their segments, but for those that an earlier definition judged.
    """
    text = Text()
    for result in results:
        calendar = definitions.calendars.get(result.calendar)
        zone = definitions.timezone if calendar is None else calendar.timezone
        text.append(f"{result.kind.upper()} {result.agreement}.{result.objective}", style="bold")
        text.append(f" cycle {result.cycle}: ")
        text.append(result.status.replace("_", " "), style=STYLES[result.status])
        text.append(f", {share_used(result.target - result.remaining, result.target, result.percent)}")
        if result.due_at is not None:
            verb = "was due" if result.breached or result.stopped_at is not None else "due"
            text.append(f", {verb} {local(result.due_at, zone)}")
        text.append(f", calendar {result.calendar}\n")
        if not result.segments and result.stopped_at != result.started_at:
            text.append(f"  judged by an earlier definition ({result.definition}), which it keeps\n", style="dim")
        _segments(text, result, zone)
        shares = ", ".join(_shares(result))
        if shares:
            text.append(f"  used by: {shares}\n")
        for sentence in verdict_of(result):
            text.append(f"  {line(sentence)}\n")
        if result.chain is None and result.breach_holder is not None:
            text.append(f"  held at the breach by {line(result.breach_holder)}\n")
    return text


def neighbours_of(position: Position) -> Text:
    """Return who stands above and below a ticket, a line each; nothing where nobody does."""
    text = Text()
    for side, found in (("above", position.above), ("below", position.below)):
        if found:
            text.append(f"{side} {line(position.ticket.key)}: ", style="bold")
            text.append(", ".join(f"{line(one.key)} ({line(one.source)})" for one in found) + "\n")
    return text


def _shares(result: Result) -> Iterator[str]:
    """Yield who had the counted time, and on which other ticket."""
    if result.chain is None:
        for name, worked in result.shares.items():
            yield f"{line(name or 'nobody')} {spoken(worked) or '0s'}"
        return
    had: dict[tuple[str | None, TicketRef], int] = {}
    for share in result.chain.shares:
        had[share.holder, share.carrier] = had.get((share.holder, share.carrier), 0) + share.worked
    for (holder, carrier), worked in had.items():
        elsewhere = "" if (carrier.source, carrier.id) == (result.source, result.id) else f" on {line(carrier.key)}"
        yield f"{line(holder or 'nobody')}{elsewhere} {spoken(worked) or '0s'}"


def _segments(text: Text, result: Result, zone: str) -> None:
    """Add a line for each stretch of time: whether it counted, the sum so far, who had it, and by which promise."""
    chain = () if result.chain is None else result.chain.segments
    ends = [zoned(instant, zone) for segment in result.segments for instant in (segment.start, segment.end)]
    form = "%a %m-%d %H:%M" if len({moment.year for moment in ends}) <= 1 else "%a %Y-%m-%d %H:%M"
    total = 0
    for segment in chain or result.segments:
        start, end = (f"{zoned(instant, zone):{form}}" for instant in (segment.start, segment.end))
        total += segment.worked if segment.mode == "counted" else 0
        text.append(f"  {start} to {end} ", style="dim")
        text.append(f"{segment.mode:<9} {spoken(segment.worked) or '0s':>8} ")
        text.append(f"{(spoken(total) or '0s') if segment.mode == 'counted' else '':>8}  ", style="dim")
        text.append(f"{line(segment.holder or 'nobody')}{_where(segment, result)}\n")


def _where(segment: Segment | ChainSegment, result: Result) -> str:
    """Return on which other ticket the time was, and by which promise beneath."""
    if isinstance(segment, Segment):
        return ""
    carrier, cover = segment.carrier, segment.cover
    elsewhere = "" if (carrier.source, carrier.id) == (result.source, result.id) else f" on {line(carrier.key)}"
    if cover is None:
        return elsewhere
    outside = " (outside its hours)" if segment.worked and not segment.covered else ""
    return f"{elsewhere}, by {cover.agreement}.{cover.objective}{outside if segment.cover_runs else ' (paused)'}"
