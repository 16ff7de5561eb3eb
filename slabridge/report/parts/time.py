"""Who used the time in a report, of all tickets and of each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

from sla_engine.instant import seconds
from slabridge.report.parts.values import Document, Keyed, in_order, listed
from slabridge.report.usage import Usage, Used, Whose


@dataclass(slots=True)
class Time:
    """Who used the time on some tickets, and the rows of each ticket: it adds up."""

    used: dict[Whose, Used] = field(default_factory=dict)
    tickets: list[Keyed[list[Any]]] = field(default_factory=list)

    @classmethod
    def of(cls, usage: Usage) -> Self:
        """Return what was added up."""
        return cls(usage.used, sorted(_rows(usage)))

    def merge(self, other: "Time") -> None:
        """Add what was used on other tickets."""
        for whose, used in other.used.items():
            self.used.setdefault(whose, Used()).plus(used)
        self.tickets += other.tickets


def _rows(usage: Usage) -> Iterator[Keyed[list[Any]]]:
    for whose, of_tickets in usage.by_ticket.items():
        shown = [part or None for part in whose]
        for ticket, used in of_tickets.items():
            if used.all:
                yield (*whose, *ticket), [*shown, *ticket, *_seconds(used)]


def _seconds(used: Used) -> Iterator[float]:
    return map(seconds, (used.all, used.covered, used.closed, used.paused, used.uncovered))


_SECONDS = ("seconds", "covered", "closed", "paused", "uncovered")


def time_used(found: Time) -> Iterator[Document]:
    """Yield the sum of each agreement above, holder and promise beneath."""
    for (agreement, holder, promise), used in sorted(found.used.items()):
        if used.all:
            whose = {"agreement": agreement, "holder": holder or None, "cover": promise or None}
            yield {**whose, **dict(zip(_SECONDS, _seconds(used), strict=True))}


def time_by_ticket(found: Time) -> Document:
    """Return the same of each ticket, as a list."""
    return listed(("agreement", "holder", "cover", "source", "ticket", "id", *_SECONDS), in_order(found.tickets))
