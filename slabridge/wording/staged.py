"""Tickets as they would have to be for a clock to run, and to wait for a while: for the engine to judge."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sla_engine.agreement import FieldDeadline, Limit
from sla_engine.condition import (
    LAST_COMMENT,
    LAST_PUBLIC_COMMENT,
    OWN_FIELDS,
    SOURCE,
    AllOf,
    AnyOf,
    AuthorEvent,
    ChangeEvent,
    CommentEvent,
    Condition,
)
from sla_engine.instant import DAY
from sla_engine.ticket import ROLES, Comment, Entry, Ticket, Values
from slabridge.text.spoken import zoned
from slabridge.wording.situation import Situation, State

_WEEK: Final = 7 * DAY
_SOMEBODY = "somebody"
_BEFORE, _AFTER = "before", "after"


@dataclass(frozen=True, slots=True)
class Stage:
    """A ticket that begins at an instant and waits from one to another (None: not at all), ms UTC."""

    situation: Situation
    begins: int
    waits: tuple[int, int] | None = None


def staged(name: str, stage: Stage, start: Condition, limit: Limit, zone: str) -> Ticket:
    """Return the ticket of a stage; `start` is what begins its clock, `zone` the one of its calendar."""
    running = dict(stage.situation.running)
    if isinstance(limit, FieldDeadline):
        running[limit.field] = f"{zoned(stage.begins + _WEEK, zone):%Y-%m-%d}"
    fields = _fields(running)
    history, comments = _begun(start, fields, stage.begins)
    comments += _words({}, running, stage.begins)
    if stage.waits is not None and stage.situation.waiting is not None:
        since, until = stage.waits
        waiting = stage.situation.waiting
        added = {field: values for field, values in fields.items() if field not in running}
        there = {**added, **_fields(waiting)}
        history += [Entry(since, _SOMEBODY, _changes(fields, there)), Entry(until, _SOMEBODY, _changes(there, fields))]
        comments += [*_words(running, waiting, since), *_words(waiting, running, until)]
    return Ticket(running.get(SOURCE, name), name, name, stage.begins, fields, history, comments)


def _begun(start: Condition, fields: dict[str, Values], at: int) -> tuple[list[Entry], list[Comment]]:
    """Return what happens at the creation for a clock to start; what it needs of fields is set."""
    events = _events(start)
    history = []
    for event in events:
        if isinstance(event, ChangeEvent):
            after = fields.setdefault(event.field, (event.after or (_AFTER,))[:1])
            history.append(Entry(at, _SOMEBODY, {event.field: ((event.before or (_BEFORE,))[:1], after)}))
    author = next((event.field for event in events if isinstance(event, AuthorEvent)), None)
    by = None if author is None else fields.setdefault(author, (_SOMEBODY,))[0]
    return history, [_comment(event, by, at) for event in events if isinstance(event, CommentEvent)]


def _fields(state: State) -> dict[str, Values]:
    return {field: (value,) for field, value in state.items() if field not in OWN_FIELDS}


def _changes(before: dict[str, Values], after: dict[str, Values]) -> dict[str, tuple[Values, Values]]:
    pairs = {field: (before.get(field, ()), after.get(field, ())) for field in {**before, **after}}
    return {field: pair for field, pair in pairs.items() if pair[0] != pair[1]}


def _words(before: State, after: State, at: int) -> Iterator[Comment]:
    """Yield the comments after which the last word is another's; that nobody has spoken does not come back."""
    for field, public in ((LAST_COMMENT, False), (LAST_PUBLIC_COMMENT, True)):
        held, wanted = before.get(field), after.get(field)
        if wanted is None and held is not None:
            wanted = "customer" if held == "agent" else "agent"
        if wanted != held and wanted in ROLES:  # who is neither has not spoken
            yield Comment(at, _SOMEBODY, wanted, public)


def _events(condition: Condition) -> Sequence[CommentEvent | AuthorEvent | ChangeEvent]:
    """Return the events that a condition asks for at once, but for the creation, which there always is."""
    match condition:
        case AllOf(parts):
            return [event for part in parts for event in _events(part)]
        case AnyOf(parts):
            return _events(parts[0])
        case CommentEvent() | ChangeEvent():
            return [condition]
        case AuthorEvent():
            return [condition, CommentEvent()]
        case _:
            return []


def _comment(event: CommentEvent, by: str | None, at: int) -> Comment:
    role = (event.roles or ("agent",))[0]
    return Comment(at, by or (event.by or (_SOMEBODY,))[0], role, event.public is not False)
