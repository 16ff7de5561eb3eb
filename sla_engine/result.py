"""A result: what one cycle of one objective came to, and its JSON form (docs/evaluate.md)."""

from dataclasses import dataclass
from typing import Any

from sla_engine.attribution import Segment
from sla_engine.instant import format_instant


@dataclass(frozen=True, slots=True)
class Result:
    """One cycle. Instants are ms UTC, amounts of working time ms; `position` is the ticket's place in the input.

    `table` is the agreement's TOML table, `agreement` its id, which versions share. `since` is when a cycle came to be
    at risk or breached: when its time reached that point, or when the target in force was chosen if that is later.
    `segments` and `breach_holder` are filled where they were asked for.
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
    paused: int
    holder: str | None
    calendar: str
    definition: str
    since: int | None = None
    segments: tuple[Segment, ...] = ()
    breach_holder: str | None = None

    @property
    def remaining(self) -> int:
        """Working time left in ms, negative after the target."""
        return self.target - self.elapsed

    @property
    def percent(self) -> float:
        """Share of the target used, cut to two decimals: 100 means reached."""
        return self.elapsed * 10_000 // self.target / 100

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
        row: dict[str, Any] = {
            "source": self.source,
            "ticket": self.ticket,
            "id": self.id,
            "agreement": self.agreement,
            "kind": self.kind,
            "objective": self.objective,
            "cycle": self.cycle,
            "stage": self.stage,
            "status": self.status,
            "breached": self.breached,
            "excluded": self.excluded,
            "started_at": format_instant(self.started_at),
            "stopped_at": _instant(self.stopped_at),
            "due_at": _instant(self.due_at),
            "due_if_resumed": _instant(self.due_if_resumed),
            "breached_at": _instant(self.breached_at),
            "next_change_at": _instant(self.next_change_at),
            "target_seconds": seconds(self.target),
            "elapsed_seconds": seconds(self.elapsed),
            "remaining_seconds": seconds(self.remaining),
            "paused_seconds": seconds(self.paused),
            "percent": self.percent,
            "holder": self.holder,
            "definition": self.definition,
        }
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
        return row


def seconds(ms: int) -> int | float:
    """Return milliseconds as seconds, a whole number where it is one."""
    return ms // 1000 if ms % 1000 == 0 else ms / 1000


def _instant(instant: int | None) -> str | None:
    return None if instant is None else format_instant(instant)
