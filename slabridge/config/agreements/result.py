"""Results that may stand in a field, by name: `sla.status`, `sla.resolution.due_at`, `standard.resolution.due_at`.

`timeline` alone is the address of the ticket's page. Before others may stand `above.` or `below.`: then it is that of
the tickets above or below (docs/chain.md).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, get_args

from sla_engine import Result
from sla_engine.agreement import Kind
from slabridge.config.agreements.agreement import KINDS, Promise
from slabridge.config.problem import instead

WORDS = {
    "status": ("on_track", "at_risk", "breached", "paused", "met", "cancelled"),
    "stage": ("running", "paused", "completed", "cancelled"),
    "kind": KINDS,
    "breached": ("true", "false"),
    "excluded": ("true", "false"),
    "light": ("green", "yellow", "red"),
    "percent_step": ("0", "25", "50", "75", "100"),
    "risk_step": ("0", "25", "50", "75"),
}
"""What a result can be, where that is a few words."""

NEVER_WRITTEN = "cancelled"
"""What stands in no field: results of cancelled cycles are not written."""

NEXT_DUE = "next_due_at"
"""The one result that is of all open cycles of a kind, and not of the most urgent one."""

LIGHT = "light"
STEP, RISK = "percent_step", "risk_step"
"""Results that time alone changes where it changes no status."""

INSTANTS = ("due_at", "breached_at", "started_at", "stopped_at", "next_change_at", NEXT_DUE)
CARRIER, CARRIER_KEY = "carrier", "carrier_key"
"""Who has the time of the ticket, and the key of the ticket that he has it on."""

KEY = "key"
"""The keys of the tickets above or below."""

TIMELINE = "timeline"
"""The address of the ticket's page, which is of no cycle either: it stands alone, as `timeline`."""

Side = Literal["above", "below"]
RESULTS = (
    *WORDS,
    *INSTANTS,
    "holder",
    CARRIER,
    CARRIER_KEY,
    "agreement",
    "objective",
    "cycle",
    "target_seconds",
    "definition",
)

_TICKING = ("elapsed_seconds", "remaining_seconds", "paused_seconds", "percent", "due_if_resumed")
_TICKING_WORDS = (*_TICKING, "elapsed", "remaining", "paused")


@dataclass(frozen=True, slots=True)
class ResultRef:
    """A result of the most urgent cycle of a kind, of its objectives of one name, or of one agreement's objective.

    With a `side` it is that of the tickets above or below; only there is `key`, which is of no cycle. Nor is
    `timeline`, which is the ticket's own.
    """

    result: str
    kind: Kind | None = None
    agreement: str | None = None
    objective: str | None = None
    side: Side | None = None

    def means(self, result: Result) -> bool:
        """Return whether it is a result of this cycle, if the cycle is the most urgent one."""
        return (
            self.kind in (None, result.kind)
            and self.agreement in (None, result.agreement)
            and self.objective in (None, result.objective)
        )

    @property
    def reads_chain(self) -> bool:
        """Whether it takes more to know than the ticket alone."""
        return self.side is not None or self.result in {CARRIER, CARRIER_KEY}

    def __str__(self) -> str:
        parts = (self.side, self.kind or self.agreement, self.objective, self.result)
        return ".".join(part for part in parts if part)


def read_result(text: str, promises: Iterable[Promise]) -> ResultRef:
    """Return the result that a text names.

    Raises:
        ValueError: there is no such result, or its value changes with the clock; with the remedy.
    """
    if text == TIMELINE:
        return ResultRef(TIMELINE)
    for side in get_args(Side):
        rest = text.removeprefix(f"{side}.")
        if rest == KEY and rest != text:
            return ResultRef(KEY, side=side)
        if rest != text:
            return replace(_read_own(rest, promises), side=side)
    return _read_own(text, promises)


def _read_own(text: str, promises: Iterable[Promise]) -> ResultRef:
    owner, *objective, result = text.split(".") if text.count(".") in (1, 2) else ("", "")
    promises = tuple(promises)
    if not owner:
        raise ValueError('names no result; write "sla.status", "sla.resolution.due_at" or "agreement.objective.due_at"')
    if result in _TICKING_WORDS:
        raise ValueError(
            f'"{result}" changes with the clock, so every run would write every ticket; '
            "take due_at, status or percent_step"
        )
    if result not in RESULTS:
        raise ValueError(f'no such result as "{result}"; {instead(result, RESULTS)}')
    if result == NEXT_DUE and (objective or owner not in KINDS):
        raise ValueError(
            f"{NEXT_DUE} is of all cycles of a kind; write {' or '.join(f'{k}.{NEXT_DUE}' for k in KINDS)}"
        )
    agreements = {promise.agreement for promise in promises}
    if owner not in (*KINDS, *agreements):
        raise ValueError(
            f'neither a kind nor an agreement is called "{owner}"; {instead(owner, (*KINDS, *agreements))}'
        )
    known = {promise.objective for promise in promises if owner in (promise.kind, promise.agreement)}
    if owner in KINDS:
        if objective and objective[0] not in known:
            raise ValueError(f'no {owner} agreement has an objective "{objective[0]}"; {instead(objective[0], known)}')
        return ResultRef(result, kind=owner, objective=objective[0] if objective else None)
    if not objective:
        raise ValueError(
            f"names an agreement but no objective; write {owner}.{next(iter(sorted(known)), '...')}.{result}"
        )
    if objective[0] not in known:
        raise ValueError(f'"{owner}" has no objective "{objective[0]}"; {instead(objective[0], known)}')
    return ResultRef(result, agreement=owner, objective=objective[0])
