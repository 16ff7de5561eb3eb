"""What every connector offers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from connectors.interface.clock import NativeClock
from connectors.interface.definition import NativeDefinitions
from connectors.interface.outage import NativeOutage
from connectors.interface.page import Cursor, Page, Skipped, Touched
from connectors.interface.rating import NativeRating, Survey
from connectors.interface.traffic import Traffic
from connectors.interface.write import CommentDelete, CommentWrite, Fact, FieldsWrite, LinkWrite, Receipt, Write


@dataclass(frozen=True, slots=True)
class Identity:
    """Who we are to the tool, and what its clock said."""

    account: str
    now: int


class Connector(Protocol):
    """A connection to one ticket tool. Every call may raise the errors of `connectors.errors`."""

    name: str

    @property
    def calls(self) -> int:
        """HTTP calls sent so far, repeated ones included."""
        ...

    @property
    def traffic(self) -> Traffic:
        """Return the same by host and answer, and what was waited for limits."""
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

    def ids_of(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Return the ids of tickets by keys that they have or had, whatever the filter says.

        What is not there, or hidden from us, is left out.
        """
        ...

    def gaps(self) -> Mapping[str, str]:
        """Return what has no history at the source, native field or "comments" -> why; complete after a pull."""
        ...

    def clocks(self, ids: Sequence[str]) -> Iterator[NativeClock]:
        """Read what the tool's own SLA engine holds of these tickets, in batches."""
        ...

    def definitions(self) -> NativeDefinitions:
        """Read what the tool's own SLAs are defined by, whole.

        Raises:
            Refused: a part of it cannot be read; which permission is missing.
        """
        ...

    def ended(self, most: int) -> Sequence[str]:
        """Return the ids of at most so many tickets on which the tool's clocks ended last; none where it cannot say."""
        ...

    def outages(self, items: Sequence[str]) -> Iterator[NativeOutage | Skipped]:
        """Read the outages of the configuration items of these names, each once; one that cannot be read says why.

        Raises:
            Refused: the tool keeps no outages, or has no such item.
        """
        ...

    def ratings(self, survey: Survey | None, start: int, end: int) -> Iterator[NativeRating | Skipped]:
        """Read how satisfied people were, of what was answered or asked in [start, end), ms UTC; odd ones say why.

        `survey` is None for a tool that has but one.

        Raises:
            Refused: the tool has no such survey.
        """
        ...

    def encode(self, field: str, fact: Fact) -> str | None:
        """Return a fact as the tool stores it in that field, in the form of `NativeTicket.written`."""
        ...

    def left_out(self, writes: Sequence[FieldsWrite | LinkWrite]) -> Iterator[Mapping[str, str]]:
        """Yield for each write the fields that the tool, by what it says of them, would not take, and why.

        A link that cannot be made is named `LINK`. The reason is "" where nobody has to act, or was told already.
        Nothing is written.
        """
        ...

    def fits(self, comment: CommentWrite) -> bool:
        """Return whether the tool takes a comment that long, with its markers."""
        ...

    def write(self, writes: Sequence[Write]) -> Iterator[Receipt]:
        """Apply writes, one receipt each, in order."""
        ...

    def delete(self, deletion: CommentDelete) -> None:
        """Delete a comment of ours; one that is not there any more is deleted.

        Raises:
            Refused: the tool does not let us.
            Unclear: the answer was lost; it may be deleted again.
        """
        ...

    def close(self) -> None:
        """Give connections back."""
        ...
