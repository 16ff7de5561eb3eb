"""A ticket's results as text: each cycle with the ledger of its time, so that anybody can add it up."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from rich.text import Text

from sla_engine import Definitions, Position, Result
from sla_engine.attribution import Segment
from sla_engine.chain.outcome import ChainSegment, TicketRef
from slabridge.app.foreseer import Ends
from slabridge.foresight.forecast import Forecast
from slabridge.show.risk import ended, likely
from slabridge.show.sentences import MODES, STATUSES, named, verdict_of
from slabridge.text.language import Language
from slabridge.text.printed import line
from slabridge.text.said import Said, said, word
from slabridge.text.spoken import WEEKDAYS, share_used, spoken, told, zoned

STYLES = {
    "breached": "bold red",
    "at_risk": "yellow",
    "on_track": "green",
    "met": "green",
    "paused": "cyan",
    "cancelled": "dim",
}


def ledger_of(
    results: Sequence[Result],
    definitions: Definitions,
    language: str = "en",
    forecasts: Sequence[Forecast | None] = (),
) -> Text:
    """Return every cycle, in a language: where its time went and who held the ticket.

    `results` have their segments, but for those that an earlier definition judged; `forecasts` say of each how likely
    it is to break.
    """
    text, shown = Text(), Language(language)
    for result, forecast in zip_longest(results, forecasts):
        calendar = definitions.calendars.get(result.calendar)
        zone = definitions.timezone if calendar is None else calendar.timezone
        text.append(f"{result.kind.upper()} {result.agreement}.{result.objective}", style="bold")
        text.append(shown.tell(said(" cycle %(number)s: ", number=result.cycle)))
        text.append(shown.word(STATUSES[result.status]), style=STYLES[result.status])
        used = share_used(result.target - result.remaining, result.target, result.percent)
        text.append(f", {shown.tell(used)}")
        if result.due_at is not None:
            over = result.breached or result.stopped_at is not None
            due = word("was due %(time)s") if over else word("due %(time)s")
            text.append(f", {shown.tell(said(due, time=told(result.due_at, zone)))}")
        text.append(shown.tell(said(", calendar %(name)s", name=result.calendar)) + "\n")
        if not result.segments and result.stopped_at != result.started_at:
            earlier = said("judged by an earlier definition (%(digest)s), which it keeps", digest=result.definition)
            text.append(f"  {shown.tell(earlier)}\n", style="dim")
        _segments(text, result, zone, shown)
        shares = ", ".join(shown.tell(one) for one in _shares(result))
        if shares:
            used_by = said("used by: %(shares)s", shares=shares)
            text.append(f"  {shown.tell(used_by)}\n")
        if forecast is not None:
            text.append(f"  {line(shown.tell(likely(forecast)))}\n")
        for sentence in verdict_of(result):
            text.append(f"  {line(shown.tell(sentence))}\n")
        if result.chain is None and result.breach_holder is not None:
            held = said("held at the breach by %(holder)s", holder=line(result.breach_holder))
            text.append(f"  {shown.tell(held)}\n")
    return text


def neighbours_of(position: Position, language: str = "en") -> Text:
    """Return who stands above and below a ticket, a line each; nothing where nobody does."""
    text, shown = Text(), Language(language)
    for side, found in (
        (word("above %(ticket)s: "), position.above),
        (word("below %(ticket)s: "), position.below),
    ):
        if found:
            text.append(shown.tell(said(side, ticket=line(position.ticket.key))), style="bold")
            text.append(", ".join(f"{line(one.key)} ({line(one.source)})" for one in found) + "\n")
    return text


def ends_of(ends: Ends | None, language: str = "en") -> Text:
    """Return with whom tickets like one ended, as a line; nothing where nobody knows."""
    shown = Language(language)
    return Text("" if ends is None else f"{line(shown.tell(ended(ends)))}\n")


def _shares(result: Result) -> Iterator[Said]:
    """Yield who had the counted time, and on which other ticket."""
    if result.chain is None:
        for name, worked in result.shares.items():
            yield _share(name, "", worked)
        return
    had: dict[tuple[str | None, TicketRef], int] = {}
    for share in result.chain.shares:
        had[share.holder, share.carrier] = had.get((share.holder, share.carrier), 0) + share.worked
    for (holder, carrier), worked in had.items():
        yield _share(holder, _elsewhere(carrier, result), worked)


def _share(holder: str | None, elsewhere: str | Said, worked: int) -> Said:
    who = named(holder and line(holder))
    return said("%(holder)s%(elsewhere)s %(time)s", holder=who, elsewhere=elsewhere, time=spoken(worked) or "0s")


def _elsewhere(carrier: TicketRef, result: Result) -> str | Said:
    if (carrier.source, carrier.id) == (result.source, result.id):
        return ""
    return said(" on %(ticket)s", ticket=line(carrier.key))


def _segments(text: Text, result: Result, zone: str, language: Language) -> None:
    """Add a line for each stretch of time: whether it counted, the sum so far, who had it, and by which promise."""
    chain = () if result.chain is None else result.chain.segments
    ends = [zoned(instant, zone) for segment in result.segments for instant in (segment.start, segment.end)]
    form = "%m-%d %H:%M" if len({moment.year for moment in ends}) <= 1 else "%Y-%m-%d %H:%M"
    modes = {segment.mode: language.word(MODES[segment.mode]) for segment in result.segments}
    width, total = max(9, *map(len, modes.values())), 0
    for segment in chain or result.segments:
        moments = [zoned(instant, zone) for instant in (segment.start, segment.end)]
        start, end = (f"{language.word(WEEKDAYS[moment.weekday()])} {moment:{form}}" for moment in moments)
        total += segment.worked if segment.mode == "counted" else 0
        text.append(language.tell(said("  %(start)s to %(end)s ", start=start, end=end)), style="dim")
        text.append(f"{modes[segment.mode]:<{width}} {spoken(segment.worked) or '0s':>8} ")
        text.append(f"{(spoken(total) or '0s') if segment.mode == 'counted' else '':>8}  ", style="dim")
        holder = named(segment.holder and line(segment.holder))
        text.append(f"{language.tell(holder)}{language.tell(_where(segment, result))}\n")


def _where(segment: Segment | ChainSegment, result: Result) -> str | Said:
    """Return on which other ticket the time was, and by which promise beneath."""
    if isinstance(segment, Segment):
        return ""
    elsewhere, cover = _elsewhere(segment.carrier, result), segment.cover
    if cover is None:
        return elsewhere
    promise = f"{cover.agreement}.{cover.objective}"
    if not segment.cover_runs:
        return said("%(elsewhere)s, by %(promise)s (paused)", elsewhere=elsewhere, promise=promise)
    if segment.worked and not segment.covered:
        return said("%(elsewhere)s, by %(promise)s (outside its hours)", elsewhere=elsewhere, promise=promise)
    return said("%(elsewhere)s, by %(promise)s", elsewhere=elsewhere, promise=promise)
