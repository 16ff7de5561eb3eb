"""What stood in a field before a run wrote there (docs/revert.md)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Replaced:
    """A field of a ticket that a run wrote: `before` stood there, `after` is what it wrote, both as the tool has them.

    `ours` is whether we had written what stood there; else it was a person's value, or nobody's.
    """

    run: int
    id: str
    key: str
    field: str
    before: str | None
    after: str | None
    ours: bool
