"""Actions: what to write on a ticket, and why. Pure: results and what is known in, actions out.

The rules are in docs/promises.md, "What is written"; those of comments are in `slabridge.run.comments`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from connectors.interface import CommentDelete, Fact, FieldsWrite, LinkWrite, Write
from sla_engine import Result
from slabridge.run.comments import comments_of, deletions_of
from slabridge.run.fact import NO_CYCLE, NoCycle, fact_of
from slabridge.run.terms import Terms
from slabridge.ticket.around import ALONE, Around
from slabridge.ticket.known import Known
from slabridge.ticket.posted import NOTHING, Posted


class Reason(StrEnum):
    """Why something is written."""

    FIRST = "first"
    """we never wrote this field here, or never made the link"""
    CHANGED = "changed"
    """the result changed, or the address of the page"""
    DRIFT = "drift"
    """somebody else changed what we wrote"""
    EMPTIED = "emptied"
    """no cycle is left for a field that we filled"""
    TRANSITION = "transition"
    """a cycle came to be at risk or breached"""
    PUT_BACK = "put back"
    """a run replaced it, and somebody takes that back"""


@dataclass(frozen=True, slots=True)
class PlannedField:
    """One field: what it holds, what it is to hold, and why."""

    field: str
    before: str | None
    after: str | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class Action:
    """One write, and what it consists of; a comment has no field changes, nor has a link.

    It is not made before `held_until` (ms UTC by the tool's clock; None: it is made now).
    """

    write: Write | CommentDelete
    changes: tuple[PlannedField, ...] = ()
    held_until: int | None = None


Planned = tuple[Known, Sequence[Action]]
"""A ticket with what is to be written on it."""


def actions_of(
    known: Known, results: Sequence[Result], posted: Posted, terms: Terms, around: Around = ALONE
) -> list[Action]:
    """Return what to write on one ticket; `posted` is what the outbox holds of it."""
    return [
        *_fields(known, results, terms, around),
        *(Action(write, held_until=until) for write, until in comments_of(known, results, posted, terms, around)),
        *(Action(deletion) for deletion in deletions_of(known, terms)),
        *_link(known, results, terms),
    ]


def adopted(known: Known, results: Sequence[Result], terms: Terms, around: Around = ALONE) -> dict[str, str | None]:
    """Return the fields that hold what they are to hold, though we do not know that we wrote it.

    A run that died after the write did, or the state that knew was lost; else a person typed it.
    """
    if not _concerns_us(known, results, terms, around):
        return {}
    found = {}
    for rule in terms.writeback.fields:
        name = rule.field
        held = known.native.written.get(name)
        if held != known.last_written.get(name):
            fact = fact_of(rule, known, results, around, terms)
            if held == (None if fact is NO_CYCLE else terms.encode(name, fact)):
                found[name] = held
    return found


def is_left_alone(known: Known, results: Sequence[Result], terms: Terms) -> bool:
    """Return whether nothing is to be written on a ticket, and nothing to be adopted, of which nobody knew anything."""
    if not terms.rule.on and not terms.links and not _concerns_us(known, results, terms, ALONE):
        return True  # as most of a first load: it ended long ago
    return not (adopted(known, results, terms) or actions_of(known, results, NOTHING, terms))


def _fields(known: Known, results: Sequence[Result], terms: Terms, around: Around) -> list[Action]:
    if not _concerns_us(known, results, terms, around):
        return []
    native = known.native
    facts = ((rule, fact_of(rule, known, results, around, terms)) for rule in terms.writeback.fields)
    changes = tuple(
        change for rule, fact in facts if (change := _field_change(rule.field, fact, known, terms)) is not None
    )
    if not changes:
        return []
    judged_by = {f"{result.agreement}.{result.objective}": result.definition for result in results}
    return [Action(FieldsWrite(native.id, native.key, {c.field: c.after for c in changes}, judged_by), changes)]


def _link(known: Known, results: Sequence[Result], terms: Terms) -> list[Action]:
    """Return the link to a ticket's page, where a cycle is open and it does not lead there yet, as far as we know."""
    page = terms.page(known.id) if terms.links else None
    if page is None or page == known.timeline:
        return []
    if not any(result.stopped_at is None and not result.excluded for result in results):
        return []
    return [Action(LinkWrite(known.id, known.native.key, page, known.timeline))]


def _concerns_us(known: Known, results: Sequence[Result], terms: Terms, around: Around) -> bool:
    """Return whether fields of a ticket may be written: it, or one whose results stand there, has a recent cycle."""
    if known.last_written or known.native.ours:
        return True
    if _is_recent(results, terms):
        return True
    if around is ALONE:
        return False
    sides = {rule.value.side for rule in terms.writeback.fields if rule.value.side is not None}
    return any(_is_recent(one.results, terms) for side in sides for one in around.on(side))


def _is_recent(results: Sequence[Result], terms: Terms) -> bool:
    """Return whether a cycle of these is open, or ended not long ago."""
    ends = [terms.as_of if result.stopped_at is None else result.stopped_at for result in results]
    return max(ends, default=0) >= terms.as_of - terms.post_within


def _field_change(name: str, fact: Fact | NoCycle, known: Known, terms: Terms) -> PlannedField | None:
    filled = known.last_written[name] is not None if name in known.last_written else name in known.native.ours
    if fact is NO_CYCLE and not filled:
        return None
    after = None if fact is NO_CYCLE else terms.encode(name, fact)
    before = known.held(name)
    if after == before:
        return None
    if fact is NO_CYCLE:
        reason = Reason.EMPTIED
    elif name not in known.last_written and name not in known.native.ours:
        reason = Reason.FIRST
    else:
        reason = Reason.DRIFT if name in known.last_written and known.last_written[name] == after else Reason.CHANGED
    return PlannedField(name, before, after, reason)
