"""Actions: what to write on a ticket, and why. Pure: results and what is known in, actions out.

The rules are in docs/promises.md, "What is written" and "What is posted".
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from connectors.interface import CommentDelete, CommentWrite, Fact, FieldsWrite, Write
from sla_engine import Definitions, Result
from sla_engine.instant import format_instant
from slabridge.config import CommentRule, Writeback
from slabridge.run.fact import NO_CYCLE, NoCycle, fact_of
from slabridge.run.message import Told, message_of
from slabridge.ticket.around import ALONE, Around, Name, Neighbour
from slabridge.ticket.known import Known

Encode = Callable[[str, Fact], str | None]
"""How the tool stores a fact in a field."""


class Reason(StrEnum):
    """Why something is written."""

    FIRST = "first"
    """we never wrote this field here"""
    CHANGED = "changed"
    """the result changed"""
    DRIFT = "drift"
    """somebody else changed what we wrote"""
    EMPTIED = "emptied"
    """no cycle is left for a field that we filled"""
    TRANSITION = "transition"
    """a cycle came to be at risk or breached"""


@dataclass(frozen=True, slots=True)
class PlannedField:
    """One field: what it holds, what it is to hold, and why."""

    field: str
    before: str | None
    after: str | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class Action:
    """One write, and what it consists of; a comment has no field changes."""

    write: Write | CommentDelete
    changes: tuple[PlannedField, ...] = ()


Planned = tuple[Known, Sequence[Action]]
"""A ticket with what is to be written on it."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What planning goes by, the same for all tickets of a connection; times in ms, instants by the tool's clock.

    No transition before `posts_from` is posted (None: no such floor). `last_run` is the as_of of the connection's last
    complete run (None: there was none): a breach of a cycle that was open then is posted also where it has ended since.
    What nobody could post since `held_since` is no older than it was then.
    """

    definitions: Definitions
    writeback: Writeback
    encode: Encode
    as_of: int
    post_within: int
    posts_from: int | None = None
    last_run: int | None = None
    held_since: int | None = None


def actions_of(
    known: Known, results: Sequence[Result], posted: Collection[str], terms: Terms, around: Around = ALONE
) -> list[Action]:
    """Return what to write on one ticket; `posted` are the markers of comments that were posted or are under way."""
    return [
        *_fields(known, results, terms, around),
        *_comments(known, results, posted, terms, around),
        *_deletions(known, terms),
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
            fact = fact_of(rule, known, results, around)
            if held == (None if fact is NO_CYCLE else terms.encode(name, fact)):
                found[name] = held
    return found


def marker_of(result: Result, definitions: Definitions) -> str:
    """Return a transition's key on its ticket, for good: `AGREEMENT[@VALID_FROM].OBJECTIVE#CYCLE STATUS[ DEADLINE]`.

    The agreement stands there by its id, so that its table may be called otherwise some day; the deadline of a target
    `by`, because another one is another promise.
    """
    valid_from = next(a.valid_from for a in definitions.agreements if a.table == result.table)
    version = f"@{valid_from.isoformat()}" if valid_from else ""
    deadline = "" if result.deadline is None else f" {format_instant(result.deadline)}"
    return f"{result.agreement}{version}.{result.objective}#{result.cycle} {result.status}{deadline}"


def _earlier_marker_of(result: Result) -> str:
    """Return the key that a transition had until the agreement's id stood in it: by the name of its table."""
    return f"{result.table}.{result.objective}#{result.cycle} {result.status}"


def _fields(known: Known, results: Sequence[Result], terms: Terms, around: Around) -> list[Action]:
    if not _concerns_us(known, results, terms, around):
        return []
    native = known.native
    facts = ((rule, fact_of(rule, known, results, around)) for rule in terms.writeback.fields)
    changes = tuple(
        change for rule, fact in facts if (change := _field_change(rule.field, fact, known, terms)) is not None
    )
    if not changes:
        return []
    judged_by = {f"{result.agreement}.{result.objective}": result.definition for result in results}
    return [Action(FieldsWrite(native.id, native.key, {c.field: c.after for c in changes}, judged_by), changes)]


def _concerns_us(known: Known, results: Sequence[Result], terms: Terms, around: Around) -> bool:
    """Return whether fields of a ticket may be written: it, or one whose results stand there, has a recent cycle."""
    since = terms.as_of - terms.post_within
    wrote = known.last_written or known.native.ours
    sides = {rule.value.side for rule in terms.writeback.fields if rule.value.side is not None}
    seen = [*results, *(result for side in sides for one in around.on(side) for result in one.results)]
    return bool(wrote) or any(result.stopped_at is None or result.stopped_at >= since for result in seen)


def _field_change(name: str, fact: Fact | NoCycle, known: Known, terms: Terms) -> PlannedField | None:
    filled = known.last_written[name] is not None if name in known.last_written else name in known.native.ours
    if fact is NO_CYCLE and not filled:
        return None
    after = None if fact is NO_CYCLE else terms.encode(name, fact)
    before = known.native.written.get(name, known.last_written.get(name))
    if after == before:
        return None
    if fact is NO_CYCLE:
        reason = Reason.EMPTIED
    elif name not in known.last_written and name not in known.native.ours:
        reason = Reason.FIRST
    else:
        reason = Reason.DRIFT if name in known.last_written and known.last_written[name] == after else Reason.CHANGED
    return PlannedField(name, before, after, reason)


def _comments(
    known: Known, results: Sequence[Result], posted: Collection[str], terms: Terms, around: Around
) -> list[Action]:
    rule = terms.writeback.comments
    if rule is None:
        return []
    seen = {*posted, *(comment.marker for comment in known.native.comments if comment.marker is not None)}
    native, name = known.native, around.name
    found = [
        (
            marker_of(result, terms.definitions),
            _message(Told(result, terms.definitions, native.key, carrier=_other(around, name)), rule),
        )
        for result in results
        if _is_posted(result, rule.kinds, rule, terms) and _earlier_marker_of(result) not in seen
    ]
    found += [
        (
            _marker_from(one, result, terms),
            _message(Told(result, terms.definitions, native.key, one.key, _other(around, one.name)), rule),
        )
        for one in around.above
        if one.fresh
        for result in one.results
        if _is_posted(result, rule.above, rule, terms)
    ]
    internal = rule.visibility == "internal"
    return [
        Action(CommentWrite(native.id, native.key, marker, body, internal=internal))
        for marker, body in found
        if marker not in seen
    ]


def _message(told: Told, rule: CommentRule) -> str:
    return message_of(told, rule.language, rule.template_of(told.result.status, told.result.kind))


def _marker_from(above: Neighbour, result: Result, terms: Terms) -> str:
    return f"{above.name[0]}/{above.name[1]} {marker_of(result, terms.definitions)}"


def _other(around: Around, name: Name | None) -> tuple[str | None, str] | None:
    """Return the holder and the key of a ticket's carrier, where that is another ticket."""
    carrier = around.carriers.get(name) if name is not None else None
    return None if carrier is None or carrier.name == name else (carrier.holder, carrier.key)


def _deletions(known: Known, terms: Terms) -> list[Action]:
    """Return the deletion of each comment of ours whose marker an earlier one (of two at once, a lower id) has too."""
    if terms.writeback.comments is None:
        return []
    native, there, found = known.native, set[str](), []
    for comment in sorted(native.comments, key=lambda one: (one.at, len(one.id), one.id)):
        if comment.marker is not None and comment.id:
            if comment.marker in there:
                found.append(Action(CommentDelete(native.id, native.key, comment.marker, comment.id)))
            there.add(comment.marker)
    return found


def _is_posted(result: Result, kinds: Collection[str], rule: CommentRule, terms: Terms) -> bool:
    seen = terms.as_of if terms.held_since is None else terms.held_since
    earliest = max(seen - terms.post_within, terms.posts_from or 0)
    return (
        result.status in rule.on
        and result.kind in kinds
        and (result.stopped_at is None or _is_news(result, terms.last_run))
        and not result.excluded
        and result.since is not None
        and result.since >= earliest
    )


def _is_news(result: Result, last_run: int | None) -> bool:
    """Return whether a breach of an ended cycle is posted: where no complete run could, since the cycle was open."""
    opened_then = last_run is not None and result.started_at <= last_run
    ended_since = last_run is not None and result.stopped_at is not None and last_run < result.stopped_at
    return result.status == "breached" and opened_then and ended_since
