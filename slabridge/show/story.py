"""One cycle as a page tells it: when it is due, who had its time, and every stretch of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from sla_engine import Definitions, Result
from sla_engine.chain.outcome import ChainSegment, TicketRef
from sla_engine.instant import MINUTE
from slabridge.foresight.forecast import Forecast
from slabridge.show.risk import likely
from slabridge.show.sentences import headline_of, outcome_of, summary_of, verdict_of
from slabridge.text.said import Said
from slabridge.text.spoken import said_at


@dataclass(frozen=True, slots=True)
class Had:
    """Counted time that a holder had on a ticket, ms, and how many percent of all that is."""

    holder: str | None
    ticket: TicketRef
    worked: int
    percent: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time, and how much was counted by its end, ms."""

    segment: ChainSegment
    total: int


@dataclass(frozen=True, slots=True)
class Story:
    """A cycle, the zone of its calendar, and how likely it is to break (None: that is decided, or nobody knows)."""

    result: Result
    zone: str
    forecast: Forecast | None = None

    @classmethod
    def of(cls, result: Result, definitions: Definitions, forecast: Forecast | None = None) -> Self:
        """Return the story of a result; an earlier definition's calendar may be there no more."""
        calendar = definitions.calendars.get(result.calendar)
        return cls(result, definitions.timezone if calendar is None else calendar.timezone, forecast)

    @property
    def name(self) -> str:
        """What tells it from the other cycles of its ticket."""
        return f"{self.result.agreement}.{self.result.objective}.{self.result.cycle}"

    @property
    def outcome(self) -> Said:
        """How it stands."""
        return outcome_of(self.result)

    @property
    def headline(self) -> Said:
        """How it stands, and who had the ticket, in a sentence."""
        return headline_of(self.result, self.zone)

    @property
    def summary(self) -> Said | None:
        """Why it was broken, in a line."""
        return summary_of(self.result)

    @property
    def verdict(self) -> list[Said]:
        """Why it was broken, a sentence each."""
        return verdict_of(self.result)

    @property
    def likely(self) -> Said | None:
        """How likely it is to break, and why."""
        return None if self.forecast is None else likely(self.forecast)

    def at(self, instant: int) -> Said:
        """Return an instant in the zone of its calendar."""
        return said_at(instant, self.zone, self.result.started_at)

    def due(self, instant: int) -> Said:
        """Return when it is due, to the minute, in the zone of its calendar."""
        return self.at(instant // MINUTE * MINUTE)

    @property
    def used_by(self) -> list[Had]:
        """Who had the counted time, on which ticket, in the order in which they first had it."""
        had: dict[tuple[str | None, TicketRef], int] = {}
        for share in () if self.result.chain is None else self.result.chain.shares:
            had[share.holder, share.carrier] = had.get((share.holder, share.carrier), 0) + share.worked
        return [Had(*who, had[who], percent) for who, percent in zip(had, _percents([*had.values()]), strict=True)]

    @property
    def ledger(self) -> Iterator[Stretch]:
        """Every stretch of its time with the sum so far."""
        total = 0
        for segment in () if self.result.chain is None else self.result.chain.segments:
            total += segment.worked if segment.mode == "counted" else 0
            yield Stretch(segment, total)


def _percents(parts: Sequence[int]) -> list[int]:
    """Return how many percent each part is of all: what cutting leaves of the 100 goes to those that it cut most."""
    whole = max(1, sum(parts))
    found = [100 * part // whole for part in parts]
    cut = sorted(range(len(parts)), key=lambda place: -(100 * parts[place] % whole))
    for place in cut[: (100 if any(parts) else 0) - sum(found)]:
        found[place] += 1
    return found
