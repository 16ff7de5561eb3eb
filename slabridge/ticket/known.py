"""What the state knows of a ticket."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from connectors.interface import NativeTicket
from sla_engine import Result


@dataclass(frozen=True, slots=True)
class Known:
    """A ticket of the state: `last_written` is what we last wrote into its fields.

    The run `pulled_in` read it last; the tool's clock then said `read_at`. The run `changed_in` last saw it change.
    `results` are those of its last evaluation. `only_linked` is whether no filter takes it up: it is judged for the
    chain alone.
    """

    native: NativeTicket
    last_written: Mapping[str, str | None]
    pulled_in: int
    results: Sequence[Result] = ()
    read_at: int = 0
    only_linked: bool = False
    changed_in: int = -1

    @property
    def id(self) -> str:
        """Its id in the tool."""
        return self.native.id

    def is_seen_at(self, as_of: int) -> bool:
        """Return whether nothing of the ticket lies after `as_of` (ms UTC); else the next run has to look again."""
        native = self.native
        entries = (*native.history, *native.observed)
        moments = (native.created, *(entry.at for entry in entries), *(comment.at for comment in native.comments))
        return max(moments) <= as_of


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What an evaluation of a ticket came to; `again` is whether it had results before."""

    id: str
    results: Sequence[Result]
    again: bool = True

    @property
    def is_open(self) -> bool:
        """Whether a cycle is open."""
        return any(result.stopped_at is None for result in self.results)

    @property
    def ended_at(self) -> int | None:
        """When the last of its cycles ended, ms UTC; None where one is open, or there is none."""
        ends = [result.stopped_at for result in self.results]
        return max((end for end in ends if end is not None), default=None) if None not in ends else None

    @property
    def next_change_at(self) -> int | None:
        """When time alone changes a status, ms UTC; None: never."""
        return min(self._changes(), default=None)

    def _changes(self) -> Iterator[int]:
        for result in self.results:
            if result.next_change_at is not None:
                yield result.next_change_at
            elif result.stage == "paused" and result.due_at is not None and not result.breached:
                yield result.due_at + 1  # paused at the very instant at which it was due
