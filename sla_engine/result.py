"""A result: what one cycle of one objective came to, and its JSON form (docs/evaluate.md)."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, Self

import msgspec

from sla_engine.attribution import Segment
from sla_engine.chain.outcome import ChainOutcome
from sla_engine.instant import format_instant, parse_instant, seconds
from sla_engine.ticket import Values

STEPS: Final = (25, 50, 75, 100)
"""Shares of a target, in percent, at which a written step of percent changes."""


class Result(msgspec.Struct, frozen=True, gc=False):
    """One cycle. Instants are ms UTC, amounts of working time ms; `position` is the ticket's place in the input.

    `table` is the agreement's TOML table, `agreement` its id, which versions share. `since` is when a cycle came to be
    at risk or breached: when its time reached that point, or when the target in force was chosen if that is later.
    `remaining` is working time left, negative after the target. `deadline` is what a target `by` came to.
    `next_step_at` is when time alone brings the next step of percent. `segments`, `breach_holder`, `chain` and
    `dimensions` (what fields held at the deciding row) are filled where they were asked for.

    Millions are made, which takes a dataclass eight times as long. Nothing in it refers to it.
    """

    position: int
    source: str
    ticket: str
    id: str
    table: str
    agreement: str
    kind: str
    objective: str
    cycle: int
    stage: str
    status: str
    breached: bool
    excluded: bool
    started_at: int
    stopped_at: int | None
    due_at: int | None
    due_if_resumed: int | None
    breached_at: int | None
    next_change_at: int | None
    target: int
    elapsed: int
    remaining: int
    paused: int
    holder: str | None
    calendar: str
    definition: str
    since: int | None = None
    deadline: int | None = None
    segments: tuple[Segment, ...] = ()
    breach_holder: str | None = None
    chain: ChainOutcome | None = None
    dimensions: Mapping[str, Values] = msgspec.field(default_factory=dict)
    next_step_at: int | None = None

    @property
    def percent(self) -> float | None:
        """Share of the target used, cut to two decimals: 100 means reached. None of a target without working time."""
        return (self.target - self.remaining) * 10_000 // self.target / 100 if self.target else None

    @property
    def percent_step(self) -> int | None:
        """The highest step of `STEPS` that is reached, or 0; None of a target without working time."""
        used = self.target - self.remaining
        reached = (step for step in STEPS if used * 100 >= step * self.target)
        return max(reached, default=0) if self.target else None

    @property
    def shares(self) -> dict[str, int]:
        """Counted working time in ms per holder; "" is the unset holder."""
        shares: dict[str, int] = {}
        for segment in self.segments:
            if segment.mode == "counted":
                shares[segment.holder or ""] = shares.get(segment.holder or "", 0) + segment.worked
        return shares

    def as_json(self, *, segments: bool = False) -> dict[str, Any]:
        """Return the result as `slabridge evaluate` prints it: instants as text, times in seconds."""
        row = {name: form.write(getattr(self, attribute)) for name, (attribute, form) in FIELDS.items()}
        if segments:
            row["segments"] = [
                {
                    "from": format_instant(segment.start),
                    "to": format_instant(segment.end),
                    "mode": segment.mode,
                    "seconds": seconds(segment.worked),
                    "row": segment.row,
                    "holder": segment.holder,
                }
                for segment in self.segments
            ]
            row["shares"] = {holder: seconds(worked) for holder, worked in self.shares.items()}
            row["breach_holder"] = self.breach_holder
        if self.chain is not None:
            row["chain"] = self.chain.as_json()
        return row

    @classmethod
    def from_json(cls, row: Mapping[str, Any], **others: Any) -> Self:  # noqa: ANN401 - the attributes that JSON lacks
        """Return the result that `as_json` gave, without segments; `others` are attributes that are not in `FIELDS`."""
        given = {attribute: read(row[name]) for name, attribute, read in _STORED}
        return cls(**given, **others)


class _Form(NamedTuple):
    """How an attribute is written as JSON, and read again (None: it follows from others)."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any] | None


def _same(value: Any) -> Any:  # noqa: ANN401 - any plain value
    return value


_PLAIN = _Form(_same, _same)
_INSTANT = _Form(
    lambda instant: None if instant is None else format_instant(instant),
    lambda text: None if text is None else parse_instant(text),
)
_AMOUNT = _Form(seconds, lambda number: round(number * 1000))

FIELDS: Final[Mapping[str, tuple[str, _Form]]] = {
    "source": ("source", _PLAIN),
    "ticket": ("ticket", _PLAIN),
    "id": ("id", _PLAIN),
    "agreement": ("agreement", _PLAIN),
    "kind": ("kind", _PLAIN),
    "objective": ("objective", _PLAIN),
    "cycle": ("cycle", _PLAIN),
    "stage": ("stage", _PLAIN),
    "status": ("status", _PLAIN),
    "breached": ("breached", _PLAIN),
    "excluded": ("excluded", _PLAIN),
    "started_at": ("started_at", _INSTANT),
    "stopped_at": ("stopped_at", _INSTANT),
    "due_at": ("due_at", _INSTANT),
    "due_if_resumed": ("due_if_resumed", _INSTANT),
    "breached_at": ("breached_at", _INSTANT),
    "next_change_at": ("next_change_at", _INSTANT),
    "target_seconds": ("target", _AMOUNT),
    "elapsed_seconds": ("elapsed", _AMOUNT),
    "remaining_seconds": ("remaining", _AMOUNT),
    "paused_seconds": ("paused", _AMOUNT),
    "percent": ("percent", _PLAIN._replace(read=None)),
    "holder": ("holder", _PLAIN),
    "definition": ("definition", _PLAIN),
}
"""The keys of a result's JSON in their order: the one list of them, for printing, storing and reading alike."""

_STORED = [(name, attribute, form.read) for name, (attribute, form) in FIELDS.items() if form.read is not None]
