"""What every connector offers, and the frozen values it trades in.

Tickets arrive in native names and codes with the name seen, so that a change of the value mapping needs no new
pull. Instants are milliseconds UTC by the tool's own clock.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

Cursor = Mapping[str, Any]
"""Where reading goes on: JSON that only its connector understands."""


class Value(NamedTuple):
    """A native value: the code by which the tool knows it, and the name people see (the code where there is none)."""

    code: str
    name: str


Values = tuple[Value, ...]
"""What a native field holds; () is unset, and more than one value a list."""


@dataclass(frozen=True, slots=True)
class NativeEntry:
    """One history entry: native field -> (before, after)."""

    at: int
    by: str
    changes: Mapping[str, tuple[Values, Values]]


@dataclass(frozen=True, slots=True)
class NativeComment:
    """A comment without its text. `role` is agent, customer or system; `marker` is ours, where we wrote it."""

    at: int
    by: str
    role: str
    public: bool
    marker: str | None = None


@dataclass(frozen=True, slots=True)
class NativeTicket:
    """A ticket with its complete history, as the tool has it.

    `fields` holds the fields asked for that can be read; one that is absent could not be. `written` holds the fields
    that we write, in the form that `Connector.encode` gives (None where empty). `ours` are those of them that the tool
    itself remembers as set by us, where it can. `observed` are changes that the source has no history of and that our
    own pulls saw: the state adds them, a connector leaves them empty.
    """

    id: str
    key: str
    created: int
    updated: int
    fields: Mapping[str, Values]
    history: tuple[NativeEntry, ...] = ()
    comments: tuple[NativeComment, ...] = ()
    written: Mapping[str, str | None] = field(default_factory=dict)
    ours: frozenset[str] = frozenset()
    observed: tuple[NativeEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A ticket that the tool gave and that cannot be read; `reason` is for people."""

    id: str
    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some tickets, and the cursor to commit together with them. `gone` are ids asked for that are not there."""

    tickets: tuple[NativeTicket, ...]
    cursor: Cursor
    skipped: tuple[Skipped, ...] = ()
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Touched:
    """Ids that changed whatever the filter says, and the cursor to commit once they were dealt with."""

    ids: tuple[str, ...]
    cursor: Cursor


@dataclass(frozen=True, slots=True)
class Identity:
    """Who we are to the tool, and what its clock said."""

    account: str
    now: int


@dataclass(frozen=True, slots=True)
class Instant:
    """A fact that is an instant, ms UTC: each tool writes it its own way."""

    at: int


Fact = str | int | float | bool | Instant | None
"""A value to write; None empties the field."""


@dataclass(frozen=True, slots=True)
class FieldsWrite:
    """Set these fields of one ticket, and no others; the values are what `Connector.encode` gave.

    `judged_by` says which definition each objective was judged by (`agreement.objective` -> 16 hex digits), for tools
    that can keep that with the ticket.
    """

    id: str
    key: str
    fields: Mapping[str, str | None]
    judged_by: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CommentWrite:
    """Add one comment. `marker` is how it is found again: it is written with it and unique on the ticket."""

    id: str
    key: str
    marker: str
    body: str
    internal: bool = True


Write = FieldsWrite | CommentWrite


class Outcome(StrEnum):
    """What became of a write."""

    APPLIED = "applied"
    REFUSED = "refused"
    """The tool said no; `reason` says why. It is not tried again by itself."""
    UNCLEAR = "unclear"
    """It may have been applied: look for it before writing it again."""
    GONE = "gone"
    """The ticket is not there any more, or hidden from us."""
    FAILED = "failed"
    """It was certainly not applied, and may be tried again later."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The outcome of one write; `reason` is for people, empty when applied.

    `stored` are the fields of a `FieldsWrite` that the tool took, where those are not all of one that was applied, or
    some of one that was refused.
    """

    write: Write
    outcome: Outcome
    reason: str = ""
    stored: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class NativeClock:
    """One cycle of the tool's own SLA engine, as stored there; all durations are ms of working time by its calendar.

    `calculated_at` is when the tool worked its figures out, where it says so: those of a running cycle are then as old.
    `due_at` is what is stored, also where the tool does not keep it up to date (paused). `calendar` and `retroactive`
    are what is known of how it counts.
    """

    ticket: str
    name: str
    kind: str
    stage: str
    """running, paused, completed or cancelled"""
    started_at: int
    stopped_at: int | None
    due_at: int | None
    breached: bool
    elapsed: int
    target: int | None = None
    paused: int | None = None
    calculated_at: int | None = None
    calendar: str = ""
    retroactive: bool = False


class Connector(Protocol):
    """A connection to one ticket tool. Every call may raise the errors of `connectors.errors`."""

    name: str

    @property
    def calls(self) -> int:
        """HTTP calls sent so far, repeated ones included."""
        ...

    def check(self) -> Identity:
        """Ask who we are. It comes first: it proves the credentials, and its answer's Date is the run's clock."""
        ...

    def changed(self, cursor: Cursor | None) -> Iterator[Page]:
        """Read the tickets of the filter that changed since the cursor (None: all), complete, oldest change first."""
        ...

    def touched(self, cursor: Cursor | None) -> Iterator[Touched]:
        """Read only the ids of what changed since the cursor whatever the filter says: to follow tickets that left it.

        Its cursors are its own, not those of `changed`; None begins at the tool's present, which yields one `Touched`
        without ids. Yields nothing where no filter is set: then `changed` has them all.
        """
        ...

    def reread(self, ids: Sequence[str]) -> Iterator[Page]:
        """Read these tickets now, complete and consistent; the pages' cursors are empty."""
        ...

    def gaps(self) -> Mapping[str, str]:
        """Return what has no history at the source, native field or "comments" -> why; complete after a pull."""
        ...

    def clocks(self, ids: Sequence[str]) -> Iterator[NativeClock]:
        """Read what the tool's own SLA engine holds of these tickets, in batches."""
        ...

    def encode(self, field: str, fact: Fact) -> str | None:
        """Return a fact as the tool stores it in that field, in the form of `NativeTicket.written`."""
        ...

    def write(self, writes: Sequence[Write]) -> Iterator[Receipt]:
        """Apply writes, one receipt each, in order."""
        ...

    def close(self) -> None:
        """Give connections back."""
        ...
