"""Agreements that the state knows and the configuration has no more, and the other way round (docs/operations.md)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import structlog

from sla_engine import Result
from slabridge.ticket.known import Known

log = structlog.get_logger("slabridge.run")


@dataclass(frozen=True, slots=True)
class Redefined:
    """Counts the tickets on which a run finds such agreements, by id; `known` are all that earlier results name."""

    known: set[str] = field(default_factory=set)
    gone: Counter[str] = field(default_factory=Counter)
    new: Counter[str] = field(default_factory=Counter)

    def note(self, judged: Iterable[tuple[Known, Sequence[Result]]], agreements: frozenset[str], run: int) -> None:
        """Compare what tickets come to with what they came to before, whose open cycles vanish with their agreement.

        A ticket that this run has read may have come into an agreement's scope by itself, and says nothing of new ones.
        """
        for known, results in judged:
            before = {result.agreement for result in known.results}
            self.known.update(before)
            self.gone.update({one.agreement for one in known.results if one.stopped_at is None} - agreements)
            if known.pulled_in != run:
                self.new.update({one.agreement for one in results} - before)

    def report(self, connection: str) -> None:
        """Warn of each, with how many tickets it touches."""
        for agreement, count in sorted(self.gone.items()):
            log.warning("agreement gone", connection=connection, agreement=agreement, tickets=count)
        for agreement, count in sorted(self.new.items()):
            if agreement not in self.known:
                log.warning("agreement new", connection=connection, agreement=agreement, tickets=count)
