"""How long a run of a worker may take, and what follows from that."""

from dataclasses import dataclass

_GRACE = 300
"""Seconds that a call under way may still take when the run's time is over: `timeout.total` of a connection."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds: a run is asked to end in order after `most`, and killed where it does not.

    With the default a run is killed before its lease counts no more for workers elsewhere (15 minutes): of a run that
    hangs no second one begins to hang.
    """

    most: float = 600.0

    @property
    def killed_after(self) -> float:
        """When the process of a run is killed that did not end."""
        return self.most + _GRACE

    @property
    def redelivered_after(self) -> int:
        """When a message whose worker is gone is given to another: after all that a worker that is there may take."""
        return round(self.killed_after) + 60
