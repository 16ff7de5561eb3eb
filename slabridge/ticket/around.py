"""What is known of the tickets that one is linked with, for what is written on it (docs/chain.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sla_engine import Result
from slabridge.config import Side

Name = tuple[str, str]
"""A ticket's source and id."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """Who has the time of a ticket, and the ticket on which he has it."""

    holder: str | None
    name: Name
    key: str


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A ticket above or below, and what it came to; `fresh` is whether this run has read it."""

    name: Name
    key: str
    results: Sequence[Result]
    fresh: bool


@dataclass(frozen=True, slots=True)
class Around:
    """The tickets above and below one, itself called `name`, each by source and id; the carriers of all of these."""

    name: Name | None = None
    above: Sequence[Neighbour] = ()
    below: Sequence[Neighbour] = ()
    carriers: Mapping[Name, Carrier] = field(default_factory=dict)

    def as_read(self) -> "Around":
        """Return the same as if this run had read all that stands above."""
        return replace(self, above=[replace(one, fresh=True) for one in self.above])

    def on(self, side: Side) -> Sequence[Neighbour]:
        """Return the tickets above, or those below."""
        return self.above if side == "above" else self.below


ALONE = Around()
"""Of a ticket that is not looked at together with others."""
