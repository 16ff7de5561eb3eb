"""One step of a ladder, told to one address (docs/notifications.md)."""

from dataclasses import dataclass

WAITING, SENDING, SENT, UNCLEAR, DROPPED = "waiting", "sending", "sent", "unclear", "dropped"
FAILING, OWED = "failing", "owed"
"""What is shown of those that wait: tried in vain, and root cause analyses that are not overdue."""
ROOT_CAUSE = "root cause"
"""The step of a root cause analysis that is owed: it waits until its last day is over."""
COUNTED, TOLD = "counted", "told"
"""Breaches that count towards a message to management, and those that one has told of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One step for one address (`receiver`). `connection`, `ticket` (its id) and `key` are "" where it is of no ticket.

    Instants are ms UTC by the tool's clock; `not_before` is when it is looked at next (None: at once), `tried_at`
    when it was first tried.
    """

    receiver: str
    connection: str = ""
    ticket: str = ""
    agreement: str = ""
    objective: str = ""
    cycle: int = 0
    step: str
    key: str = ""
    state: str = WAITING
    urgent: bool = False
    noted_at: int
    not_before: int | None = None
    tried_at: int | None = None
    attempts: int = 0
    body: str = ""
    reason: str = ""
