"""What the outbox holds of a ticket."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Posted:
    """Instants are ms UTC by the tool's clock.

    `markers` are posted, refused or under way, and not posted again. `last_at` is when the last comment was sent (None:
    never). `held` says of the other markers that wait, or waited until they were sent and lost, since when.
    """

    markers: frozenset[str] = frozenset()
    last_at: int | None = None
    held: Mapping[str, int] = field(default_factory=dict)


NOTHING = Posted()
"""Of a ticket that the outbox holds nothing of."""
