"""Putting back what a run replaced: some tickets at a time are read, looked at and written (docs/revert.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from connectors.interface import CommentWrite, FieldsWrite, NativeTicket
from slabridge.run.actions import Planned
from slabridge.run.context import Context
from slabridge.run.reversal import Left, Reversal, action_of, reversal_of
from slabridge.run.tally import Report
from slabridge.run.writable import report_unwritable, writable_actions
from slabridge.run.write import AT_ONCE, write
from slabridge.state import replaced, tickets
from slabridge.ticket.known import Known
from slabridge.ticket.replaced import Replaced


@dataclass(slots=True)
class Reverted:
    """What of run `number` is put back, or would be (`report.actions`), and what is `left` alone, by connection.

    So many fields hold what they held before already (`back`). `comments` are those that the run posted, which stay;
    `tables` are tables of our own, by connection, whose rows stay. `reverts` says of runs which other they took back.
    """

    number: int
    reverts: Mapping[int, int]
    report: Report = field(default_factory=Report)
    left: list[tuple[str, Left]] = field(default_factory=list)
    back: int = 0
    comments: list[tuple[str, CommentWrite]] = field(default_factory=list)
    tables: dict[str, str] = field(default_factory=dict)


def put_back(context: Context, found: Reverted) -> None:
    """Put back what a run replaced on a connection, or (in a rehearsal) say what would be."""
    after = ""
    while True:
        with context.state.begin() as transaction:
            ids = replaced.tickets_of(transaction, found.number, after, AT_ONCE)
            written = replaced.since(transaction, found.number, ids)
            known = {one.id: one for one in tickets.readable(transaction, ids)}
        if not ids:
            break
        planned = _planned(context, found, written, known)
        found.report.actions += [(context.name, action) for _, actions in planned for action in actions]
        if context.run.number:
            write(context, planned)
        context.proceed()
        after = ids[-1]
    report_unwritable(context)


def _planned(
    context: Context, found: Reverted, written: Mapping[str, Sequence[Replaced]], known: Mapping[str, Known]
) -> list[Planned]:
    """Read tickets, and return what is to be put back on them; what is left alone is added to what was `found`."""
    natives, missing = _read(context, [id_ for id_ in written if id_ in known])
    planned: list[Planned] = []
    for id_, rows in written.items():
        if id_ not in natives:
            reason = missing.get(id_, "the state knows the ticket no more, or what it holds of it is damaged")
            those = [one for one in rows if one.run == found.number]
            found.left += [(context.name, Left(id_, one.key, one.field, reason)) for one in those]
            continue
        one = reversal_of(natives[id_], rows, found.number, found.reverts)
        found.left += [(context.name, left) for left in one.left]
        found.back += len(one.back)
        _record(context, known[id_], one)
        if one.put_back:
            planned.append((_with_what_stands(known[id_], one.put_back), [action_of(known[id_], one.put_back)]))
    return planned if context.run.number else _rehearsed(context, planned)


def _read(context: Context, ids: Sequence[str]) -> tuple[dict[str, NativeTicket], dict[str, str]]:
    """Return tickets as the tool has them, and of the others why not. Nothing of it is kept: the next run reads them.

    So what people changed meanwhile is news to that run, which judges it.
    """
    natives: dict[str, NativeTicket] = {}
    missing: dict[str, str] = {}
    for page in context.connector.reread(ids) if ids else ():
        natives |= {native.id: native for native in page.tickets}
        missing |= {item.id: f"the ticket cannot be read: {item.reason}" for item in page.skipped}
        missing |= dict.fromkeys(page.gone, "the ticket is not there any more, or hidden from the account")
        context.proceed()
    context.tally.pulled += len(natives)
    return natives, missing


def _record(context: Context, known: Known, one: Reversal) -> None:
    """Record what a run that was killed had put back."""
    if one.unrecorded:
        with context.state.begin() as transaction:
            not_ours = {row.field for row in one.unrecorded if not row.ours}
            tickets.wrote(transaction, known, {row.field: row.before for row in one.unrecorded}, not_ours)


def _with_what_stands(known: Known, rows: Sequence[Replaced]) -> Known:
    """Return a ticket of the state with what the tool holds in these fields, to be kept as replaced."""
    written = {**known.native.written, **{one.field: one.after for one in rows}}
    return replace(known, native=replace(known.native, written=written))


def _rehearsed(context: Context, planned: Sequence[Planned]) -> list[Planned]:
    """Return what of a plan would be written now: what the cap allows, and the tool would take."""
    every = {action.write.id: (known, action) for known, actions in planned for action in actions}
    writes = [action.write for _, action in every.values() if isinstance(action.write, FieldsWrite)]
    taken = [every[one.id][1] for one in context.take_writes(writes)]
    return [(every[action.write.id][0], [action]) for action in writable_actions(context, taken)]
