"""What the chain says of a result, and its JSON form (docs/chain.md, "The chain of a result")."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from sla_engine.instant import format_instant, seconds

Cause = Literal["overrun", "gaps", "hours", "misfit", "unbacked"]


class TicketRef(NamedTuple):
    """A ticket by its identity, and the key by which people call it."""

    source: str
    id: str
    key: str

    def as_json(self) -> dict[str, str]:
        """Return the ticket as results name theirs."""
        return {"source": self.source, "ticket": self.key, "id": self.id}


class CycleRef(NamedTuple):
    """A cycle of an objective on a ticket; `calendar` is the name of that of its result."""

    agreement: str
    objective: str
    cycle: int
    ticket: TicketRef
    calendar: str


@dataclass(frozen=True, slots=True)
class ChainSegment:
    """A stretch of a cycle in which one ticket of its path, the carrier, has the time; the path begins with its own.

    `cover` is the promise beneath that covers it, which runs or pauses. Instants are ms UTC, `worked` and `covered`
    working time in ms; `covered` is what lies in the cover's hours too, while it runs.
    """

    start: int
    end: int
    mode: str
    worked: int
    holder: str | None
    path: tuple[TicketRef, ...]
    cover: CycleRef | None
    cover_runs: bool
    covered: int

    @property
    def carrier(self) -> TicketRef:
        """The ticket that has the time."""
        return self.path[-1]

    def as_json(self) -> dict[str, Any]:
        """Return the segment as `evaluate --chain` prints it."""
        return {
            "from": format_instant(self.start),
            "to": format_instant(self.end),
            "mode": self.mode,
            "seconds": seconds(self.worked),
            "holder": self.holder,
            **self.carrier.as_json(),
            "path": [list(ticket) for ticket in self.path],
            "cover": None if self.cover is None else self._cover(self.cover),
            "covered_seconds": seconds(self.covered),
        }

    def _cover(self, cover: CycleRef) -> dict[str, Any]:
        mode = "running" if self.cover_runs else "paused"
        named = {"agreement": cover.agreement, "objective": cover.objective, "cycle": cover.cycle}
        return {**named, **cover.ticket.as_json(), "mode": mode}


@dataclass(slots=True)
class Share:
    """Counted time of one holder on one ticket under one promise, in ms: all, and what it divides into."""

    holder: str | None
    carrier: TicketRef
    cover: CycleRef | None
    covered: int = 0
    closed: int = 0
    paused: int = 0
    uncovered: int = 0

    @property
    def worked(self) -> int:
        """All of it."""
        return self.covered + self.closed + self.paused + self.uncovered

    def as_json(self) -> dict[str, Any]:
        """Return the share as `evaluate --chain` prints it."""
        cover = self.cover
        return {
            "holder": self.holder,
            **self.carrier.as_json(),
            "cover": None
            if cover is None
            else {"agreement": cover.agreement, "objective": cover.objective, **cover.ticket.as_json()},
            "seconds": seconds(self.worked),
            **{name: seconds(getattr(self, name)) for name in ("covered", "closed", "paused", "uncovered")},
        }


def shares_of(segments: Iterable[ChainSegment]) -> tuple[Share, ...]:
    """Return the shares of the counted segments, in the order in which they first appear."""
    found: dict[tuple[object, ...], Share] = {}
    for segment in segments:
        if segment.mode != "counted":
            continue
        cover = segment.cover
        promise = None if cover is None else (cover.agreement, cover.objective, cover.ticket)
        key = (segment.holder, segment.carrier, promise)
        share = found.setdefault(key, Share(segment.holder, segment.carrier, cover))
        if cover is None:
            share.uncovered += segment.worked
        elif segment.cover_runs:
            share.covered += segment.covered
            share.closed += segment.worked - segment.covered
        else:
            share.paused += segment.worked
    return tuple(share for share in found.values() if share.worked)


@dataclass(frozen=True, slots=True)
class Overrun:
    """A cycle beneath that ran on in this one's counted time after it was late, ms."""

    by: CycleRef
    late_from: int
    worked: int
    decisive: bool

    def as_json(self) -> dict[str, Any]:
        """Return the overrun as `evaluate --chain` prints it."""
        return {
            "agreement": self.by.agreement,
            "objective": self.by.objective,
            "cycle": self.by.cycle,
            **self.by.ticket.as_json(),
            "late_from": format_instant(self.late_from),
            "seconds": seconds(self.worked),
            "decisive": self.decisive,
        }


@dataclass(frozen=True, slots=True)
class Breach:
    """Why a promise was broken: who had the time then, who overran, and what the time used divides into (ms)."""

    at: int
    held_at: int
    holder: str | None
    carrier: TicketRef
    excess: int
    ended: bool
    overruns: tuple[Overrun, ...]
    accounts: dict[str, int]
    cause: Cause | None

    def as_json(self) -> dict[str, Any]:
        """Return the breach as `evaluate --chain` prints it."""
        return {
            "at": format_instant(self.at),
            "held_at": format_instant(self.held_at),
            "holder": self.holder,
            **self.carrier.as_json(),
            "excess_seconds": seconds(self.excess),
            "ended": self.ended,
            "overruns": [overrun.as_json() for overrun in self.overruns],
            "accounts": {name: seconds(amount) for name, amount in self.accounts.items()},
            "cause": self.cause,
        }


@dataclass(frozen=True, slots=True)
class ChainOutcome:
    """What the chain says of one result."""

    segments: tuple[ChainSegment, ...]
    breach: Breach | None

    @property
    def shares(self) -> tuple[Share, ...]:
        """The counted time by holder, ticket and promise beneath."""
        return shares_of(self.segments)

    def as_json(self) -> dict[str, Any]:
        """Return what `evaluate --chain` adds to a result."""
        return {
            "segments": [segment.as_json() for segment in self.segments],
            "shares": [share.as_json() for share in self.shares],
            "breach": None if self.breach is None else self.breach.as_json(),
        }


def cause_of(accounts: dict[str, int], excess: int, *, backed: bool) -> Cause | None:
    """Return why a promise was broken by that much; `backed` is whether any objective stands beneath it."""
    if excess == 0:
        return None
    if not backed:
        return "unbacked"
    if accounts["overrun"] >= excess:
        return "overrun"
    if accounts["overrun"] + accounts["paused"] + accounts["uncovered"] >= excess:
        return "gaps"
    without_hours = accounts["overrun"] + accounts["paused"] + accounts["uncovered"] + accounts["closed"]
    return "hours" if without_hours >= excess else "misfit"
