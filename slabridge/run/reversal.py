"""What is to be put back on a ticket, and what is left alone. Pure: what was written and what stands in, fields out.

The rules are in docs/revert.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from connectors.interface import FieldsWrite, NativeTicket
from slabridge.run.actions import Action, PlannedField, Reason
from slabridge.ticket.known import Known
from slabridge.ticket.replaced import Replaced


@dataclass(frozen=True, slots=True)
class Left:
    """A field of a ticket that is left alone, and why."""

    id: str
    key: str
    field: str
    reason: str


@dataclass(slots=True)
class Reversal:
    """What becomes of the fields that a run wrote on a ticket.

    `put_back` are to be written. `back` hold what they held before: of those `unrecorded` the state does not know it,
    as a run was killed that had put them back.
    """

    put_back: list[Replaced] = field(default_factory=list)
    back: list[Replaced] = field(default_factory=list)
    unrecorded: list[Replaced] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


def reversal_of(native: NativeTicket, written: Sequence[Replaced], number: int, reverts: Mapping[int, int]) -> Reversal:
    """Return what becomes of what run `number` wrote on a ticket, which is as the tool has it now.

    `written` is what that run and all after it wrote there, in the order of the runs; `reverts` says of runs which
    other they took back.
    """
    found = Reversal()
    for one in written:
        if one.run != number:
            continue
        last = _last([row.run for row in written if row.field == one.field], reverts)
        if one.field not in native.written:
            found.left.append(_left(one, "the tool does not show the field to the account"))
            continue
        held = native.written[one.field]
        if held == one.before and last in {None, number}:
            found.back.append(one)
            if last == number:
                found.unrecorded.append(one)
        elif last not in {None, number}:
            found.left.append(_left(one, f"run {last} has written it since; take that one back first"))
        elif last is None or held != one.after:
            found.left.append(_left(one, f"somebody has changed it since, to {_shown(held)}"))
        else:
            found.put_back.append(one)
    return found


def action_of(known: Known, put_back: Sequence[Replaced]) -> Action:
    """Return the write that puts these fields back."""
    judged_by = {f"{result.agreement}.{result.objective}": result.definition for result in known.results}
    write = FieldsWrite(
        known.id,
        known.native.key,
        {one.field: one.before for one in put_back},
        judged_by,
        frozenset(one.field for one in put_back if not one.ours),
    )
    return Action(write, tuple(PlannedField(one.field, one.after, one.before, Reason.PUT_BACK) for one in put_back))


def _last(runs: Sequence[int], reverts: Mapping[int, int]) -> int | None:
    """Return the run whose value should stand in a field, of those that wrote it; what was taken back counts no more.

    None: all of them were taken back.
    """
    standing: list[int] = []
    for run in runs:
        if standing and reverts.get(run) == standing[-1]:
            standing.pop()
        else:
            standing.append(run)
    return standing[-1] if standing else None


def _left(one: Replaced, reason: str) -> Left:
    return Left(one.id, one.key, one.field, reason)


def _shown(value: str | None) -> str:
    return "nothing" if value is None else repr(value)
