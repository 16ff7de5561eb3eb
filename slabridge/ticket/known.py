"""What the state knows of a ticket."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from connectors.interface import NativeTicket
from sla_engine import Result
from slabridge.config import ResultRef

_AT: Callable[[Any], int] = attrgetter("at")


@dataclass(frozen=True, slots=True)
class Known:
    """A ticket of the state: `last_written` is what we last wrote into its fields.

    The run `pulled_in` read it last; the tool's clock then said `read_at`. The run `changed_in` last saw it change.
    `results` are those of its last evaluation. `only_linked` is whether no filter takes it up: it is judged for the
    chain alone. At `wake_at` (ms UTC) time alone changes anything that is written, posted or sent. It was
    last judged as at `judged_at` (None: never), by the run `judged_in` (None: it is not known). The link that we made
    on it leads to `timeline` (None: we know of none).
    """

    native: NativeTicket
    last_written: Mapping[str, str | None]
    pulled_in: int
    results: Sequence[Result] = ()
    read_at: int = 0
    only_linked: bool = False
    changed_in: int = -1
    wake_at: int | None = None
    judged_at: int | None = None
    judged_in: int | None = None
    timeline: str | None = None

    @property
    def id(self) -> str:
        """Its id in the tool."""
        return self.native.id

    @property
    def changed_at(self) -> int:
        """When it was created or last changed, comments apart; ms UTC."""
        native = self.native
        return max(native.created, *map(_AT, native.history), *map(_AT, native.observed), 0)

    def held(self, field: str) -> str | None:
        """Return what a field that we write holds, in the form of `NativeTicket.written`, as far as we know."""
        return self.native.written.get(field, self.last_written.get(field))

    def is_seen_at(self, as_of: int) -> bool:
        """Return whether nothing of the ticket lies after `as_of` (ms UTC); else the next run has to look again."""
        return max(self.changed_at, *map(_AT, self.native.comments), 0) <= as_of


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What an evaluation of a ticket, last changed at `changed_at`, came to; `again`: it had results before.

    `stepped` are results of which a step of percent is written somewhere. At `next_step_at` (ms UTC) time alone brings
    a step of a ladder.
    """

    id: str
    results: Sequence[Result]
    again: bool = True
    changed_at: int = 0
    stepped: Collection[ResultRef] = ()
    next_step_at: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether a cycle is open."""
        return self.quiet_since is None

    @property
    def quiet_since(self) -> int | None:
        """Since when nothing has happened: the last change, or end of a cycle, ms UTC; None while a cycle is open."""
        ends: list[Any] = [result.stopped_at for result in self.results]
        return None if None in ends else max(self.changed_at, *ends, 0)

    @property
    def wake_at(self) -> int | None:
        """When time alone changes a status, or a step that is written or sent, ms UTC; None: never."""
        return min(self._changes(), default=None)

    def _changes(self) -> Iterator[int]:
        if self.next_step_at is not None:
            yield self.next_step_at
        for result in self.results:
            if result.next_step_at is not None and any(ref.means(result) for ref in self.stepped):
                yield result.next_step_at
            if result.next_change_at is not None:
                yield result.next_change_at
            elif result.stage == "paused" and result.due_at is not None and not result.breached:
                yield result.due_at + 1  # paused at the very instant at which it was due
