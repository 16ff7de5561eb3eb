"""What the engine refuses.

SlaEngineError
├── InvalidTicket      one ticket cannot be read or judged; the others can
└── InvalidDefinition  a calendar or an agreement means nothing
"""


class SlaEngineError(ValueError):
    """The root of the engine's errors."""


class InvalidTicket(SlaEngineError):  # noqa: N818 - a value's name, not "...Error": it is what the ticket is
    """A ticket that cannot be judged; the message says which part and why."""


class InvalidDefinition(SlaEngineError):  # noqa: N818 - as above
    """A calendar or an agreement that has no meaning; the message says why."""
