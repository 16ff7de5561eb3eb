"""A rule of the chain: which ticket stands above which, and when the one above waits (docs/chain.md, "Rules")."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sla_engine.condition import Condition
from sla_engine.ticket import Values

StatedBy = Literal["above", "below", "either"]


@dataclass(frozen=True, slots=True)
class ChainRule:
    """`link` are types of link (none: any), `above` and `below` what the two tickets are (None: any).

    The ticket above waits while `waits` holds on it (None: always) and `until` does not hold on the one below (None:
    never does).
    """

    link: tuple[str, ...] = ()
    above: Condition | None = None
    below: Condition | None = None
    stated_by: StatedBy = "either"
    waits: Condition | None = None
    until: Condition | None = None

    def conditions(self) -> Iterator[Condition]:
        """Yield the conditions that there are."""
        yield from (one for one in (self.above, self.below, self.waits, self.until) if one is not None)


@dataclass(frozen=True, slots=True)
class WorkPath:
    """How a ticket is worked on: visits one after the other, each an objective, under one that stands above them all.

    Objectives are named as `agreement.objective`. `when` has the values of the fields that choose all their targets.
    """

    objective: str
    steps: tuple[str, ...]
    when: tuple[tuple[str, Values], ...] = ()
