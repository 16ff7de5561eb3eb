"""A change that may be worth proposing, before anybody has tried what it would have done."""

from dataclasses import dataclass
from typing import Literal

from slabridge.advice.paste import Paste
from slabridge.text.said import Said

Kind = Literal["route", "backing", "calendar", "target"]
Effect = Literal["helps", "less", "more"]
"""Whether a change helps to keep what is promised, promises the customer less, or promises more."""


@dataclass(frozen=True, slots=True)
class Straight:
    """Tickets, by source and id, that a team is to have at once."""

    tickets: frozenset[tuple[str, str]]
    team: str


@dataclass(frozen=True, slots=True)
class Change:
    """One change: what it is, where in the file, and what it rests on.

    Tried are cycles of the objective `tried`, by the file with its `paste`, or with other histories (`straight`):
    nothing in the file sends tickets anywhere. `spares` is how many breaches of `promise` would not have been there had
    people kept to it, where that cannot be judged anew, because nobody knows how they would have worked. `unfit` is the
    share of all starts in which even kept agreements break the promise.
    """

    kind: Kind
    effect: Effect
    what: Said
    promise: str
    tried: str
    rests: tuple[Said, ...]
    paste: Paste | None = None
    straight: Straight | None = None
    spares: int | None = None
    unfit: float = 0.0

    @property
    def weight(self) -> int:
        """By what it is chosen to be tried, where there is much to try: breaches that it may spare, or tickets."""
        return len(self.straight.tickets) if self.straight is not None else self.spares or 0
