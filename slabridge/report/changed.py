"""Decided cycles whose target changed while they ran, and what other targets make of them (docs/measures.md)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sla_engine import Engine, Result, Ticket
from sla_engine.agreement import Definitions
from sla_engine.instant import format_instant
from slabridge.report.case import Name, name_of
from slabridge.report.strictest import Strictest


@dataclass(frozen=True, slots=True)
class Changed:
    """A decided cycle whose target (ms) changed while it ran; `was_breached` is what the first one makes of it.

    `strictest` is what the strictest makes of it, `steps` say when what chooses it changed.
    """

    result: Result
    from_target: int
    was_breached: bool
    strictest: Result
    steps: tuple[str, ...] = ()


class Changes:
    """Finds cycles whose target changed."""

    def __init__(self, definitions: Definitions) -> None:
        self._frozen = Engine(_frozen(definitions))
        self._choosing = Strictest(definitions).choosing

    def of(
        self, moved: Sequence[Ticket], decided: Iterable[Result], harder: Mapping[Name, Result], as_of: int
    ) -> Iterator[Changed]:
        """Yield decided cycles of these tickets whose target changed; `harder` are those that the strictest changes."""
        if not moved:
            return
        tickets = {(ticket.source, ticket.id): ticket for ticket in moved}
        first = {name_of(one): one for one in self._frozen.evaluate(moved, as_of).results}
        for result in decided:
            ticket, one = tickets.get((result.source, result.id)), first.get(name_of(result))
            if ticket is not None and one is not None and one.target != result.target:
                hardest = harder.get(name_of(result), result)
                yield Changed(result, one.target, one.breached, hardest, self._steps(ticket, result, as_of))

    def _steps(self, ticket: Ticket, result: Result, as_of: int) -> tuple[str, ...]:
        """Return what changed of that which chooses a target, from a cycle's beginning to its end."""
        end = result.stopped_at if result.stopped_at is not None else as_of
        return tuple(
            f"{format_instant(entry.at)} {field}: {', '.join(before) or '-'} -> {', '.join(after) or '-'}"
            for entry in ticket.history
            if result.started_at < entry.at <= end
            for field, (before, after) in entry.changes.items()
            if field in self._choosing
        )


def _frozen(definitions: Definitions) -> Definitions:
    """Return the definitions by which the target stays that with which a cycle began."""
    agreements = tuple(
        replace(
            agreement,
            objectives=tuple(replace(o, rule=replace(o.rule, on_retarget="freeze")) for o in agreement.objectives),
        )
        for agreement in definitions.agreements
    )
    return replace(definitions, agreements=agreements, chain=(), paths=())
