"""Comments: which transitions are posted on a ticket, in which comments, and which of them wait. Pure.

The rules are in docs/promises.md, "What is posted" and "Comments that wait".
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, get_args

from connectors.interface import CommentDelete, CommentWrite, NativeComment, NativeTicket
from sla_engine import Definitions, Result
from sla_engine.agreement import Kind
from sla_engine.instant import format_instant
from slabridge.config import CommentRule
from slabridge.run.message import Told, message_of
from slabridge.run.terms import Terms
from slabridge.ticket.around import Around, Name
from slabridge.ticket.known import Known
from slabridge.ticket.posted import Posted

_GRAVEST: Final = ("breached", "at_risk")
_KINDS: Final = get_args(Kind)

Planned = tuple[CommentWrite, int | None]
"""A comment, and until when it is held, ms UTC; None: it is posted now."""


@dataclass(frozen=True, slots=True)
class _Transition:
    """A transition to be posted, and what is said of it; `fresh` is whether this run has read the ticket it is of."""

    marker: str
    result: Result
    body: str
    fresh: bool = True

    @property
    def gravity(self) -> tuple[int, int]:
        return _GRAVEST.index(self.result.status), _KINDS.index(self.result.kind)


def comments_of(
    known: Known, results: Sequence[Result], posted: Posted, terms: Terms, around: Around
) -> Iterator[Planned]:
    """Yield the comments of a ticket: its transitions in one, the gravest first; more only where it would be too long.

    What is held of a ticket above that could not be read waits for the next run.
    """
    if not terms.rule.on:
        return
    found = sorted(_transitions(known, results, posted, terms, around), key=lambda one: one.gravity)
    fresh = [one for one in found if one.fresh]
    stale = [one for one in found if not one.fresh and one.marker in posted.held]
    until = _held_until(fresh, known, posted, terms) if fresh else None
    for write in _joined(fresh, known.native, terms):
        yield write, until
    for write in _joined(stale, known.native, terms):
        yield write, terms.as_of


def doubles_of(comments: Sequence[NativeComment]) -> list[NativeComment]:
    """Return the comments of ours each marker of which an earlier one (of two at once, of the lower id) has too.

    Whoever sees only some of them finds no other: the earliest with a marker always stays.
    """
    there, found = set[str](), []
    for comment in sorted(comments, key=lambda one: (one.at, len(one.id), one.id)):
        if comment.markers and there.issuperset(comment.markers):
            found.append(comment)
        there.update(comment.markers)
    return found


def deletions_of(known: Known, terms: Terms) -> Iterator[CommentDelete]:
    """Yield the deletion of each such comment, where the tool lets us."""
    native = known.native
    for comment in doubles_of(native.comments) if terms.rule.on else ():
        if comment.id:
            yield CommentDelete(native.id, native.key, comment.markers, comment.id)


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


def _transitions(
    known: Known, results: Sequence[Result], posted: Posted, terms: Terms, around: Around
) -> Iterator[_Transition]:
    native, name, definitions, rule = known.native, around.name, terms.definitions, terms.rule
    seen = posted.markers.union(*(comment.markers for comment in native.comments))
    agreed = {agreement.table for agreement in definitions.agreements}

    def due(result: Result, marker: str, kinds: Collection[str]) -> bool:
        return marker not in seen and _is_posted(result, kinds, posted.held.get(marker), terms)

    def told(found: Sequence[Result]) -> Iterator[tuple[Result, str]]:
        # What an agreement that was taken out came to stands on its tickets until they are judged anew.
        return ((one, marker_of(one, definitions)) for one in found if one.status in rule.on and one.table in agreed)

    for result, marker in told(results):
        if due(result, marker, rule.kinds) and _earlier_marker_of(result) not in seen:
            said = Told(result, definitions, native.key, carrier=_other(around, name))
            yield _Transition(marker, result, _message(said, rule))
    for above in around.above:
        for result, own in told(above.results):
            marker = f"{above.name[0]}/{above.name[1]} {own}"
            if due(result, marker, rule.above):
                said = Told(result, definitions, native.key, above.key, _other(around, above.name))
                yield _Transition(marker, result, _message(said, rule), above.fresh)


def _message(told: Told, rule: CommentRule) -> str:
    return message_of(told, rule.language, rule.template_of(told.result.status, told.result.kind))


def _other(around: Around, name: Name | None) -> tuple[str | None, str] | None:
    """Return the holder and the key of a ticket's carrier, where that is another ticket."""
    carrier = around.carriers.get(name) if name is not None else None
    return None if carrier is None or carrier.name == name else (carrier.holder, carrier.key)


def _is_posted(result: Result, kinds: Collection[str], held: int | None, terms: Terms) -> bool:
    """Return whether a transition is posted by what it is; how old it is, is measured when it first had to wait."""
    seen = min(at for at in (terms.as_of, terms.held_since, held) if at is not None)
    earliest = max(seen - terms.post_within, terms.posts_from or 0)
    return (
        result.kind in kinds
        and (result.stopped_at is None or _is_news(result, terms.last_run, held))
        and not result.excluded
        and result.since is not None
        and result.since >= earliest
    )


def _is_news(result: Result, last_run: int | None, held: int | None) -> bool:
    """Return whether a breach of an ended cycle is posted: where no complete run could, since the cycle was open.

    One that was news when it was held is so still.
    """
    end = result.stopped_at or 0
    unseen = last_run is not None and result.started_at <= last_run < end
    return result.status == "breached" and (unseen or (held is not None and end <= held))


def _held_until(transitions: Sequence[_Transition], known: Known, posted: Posted, terms: Terms) -> int | None:
    """Return until when all of these wait; None: one of them, and so each, is posted now."""
    at = terms.as_of
    others = (one.at for one in known.native.comments if not posted.markers.issuperset(one.markers))
    last = max(posted.last_at or 0, *others, 0)
    if all(one.result.status != "breached" for one in transitions):
        at = max(at, last + terms.rule.quiet)
    if terms.hours is not None:
        at = terms.hours.opens(at)
    return at if at > terms.as_of else None


def _joined(transitions: Sequence[_Transition], native: NativeTicket, terms: Terms) -> Iterator[CommentWrite]:
    """Yield as few comments as carry these transitions, in their order."""

    def written(part: Sequence[_Transition]) -> CommentWrite:
        markers, body = tuple(one.marker for one in part), "\n\n".join(one.body for one in part)
        return CommentWrite(native.id, native.key, markers, body, internal=terms.rule.visibility == "internal")

    part: list[_Transition] = []
    for one in transitions:
        if part and not terms.fits(written([*part, one])):
            yield written(part)
            part = []
        part.append(one)
    if part:
        yield written(part)
