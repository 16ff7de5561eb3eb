"""How satisfied people were with how their tickets were handled, as a tool keeps it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NativeRating:
    """An answer about a ticket (its id), or that one was asked for; what people wrote is never read.

    `grade` is as the tool has it, given `at`; it was asked for at `asked`. Instants are ms UTC; None: not given, or not
    known.
    """

    ticket: str
    grade: str | None
    at: int | None
    asked: int | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """A survey by its name, and one of its questions."""

    name: str
    question: str
