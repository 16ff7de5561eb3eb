"""Tickets as they would have to be for a clock to run, and to wait for a while: for the engine to judge."""

from collections.abc import Iterator
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
from sla_engine.ticket import Comment, Entry, Ticket, Values
from slabridge.text.spoken import zoned
from slabridge.wording.situation import Situation, State

WEEK: Final = 7 * DAY
_SOMEBODY = "somebody"
_BEFORE = "before"


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
        running[limit.field] = f"{zoned(stage.begins + WEEK, zone):%Y-%m-%d}"
    fields = _fields(running)
    history = []
    comments = [*_words({}, running, stage.begins)]
    event = _event(start)
    if isinstance(event, ChangeEvent):
        after = fields.get(event.field) or (event.after or (name,))[:1]
        history.append(Entry(stage.begins, _SOMEBODY, {event.field: ((event.before or (_BEFORE,))[:1], after)}))
        fields[event.field] = after
    elif event is not None:
        comments.append(_comment(event, running, stage.begins))
    if stage.waits is not None and stage.situation.waiting is not None:
        since, until = stage.waits
        waiting = stage.situation.waiting
        there = _fields(waiting)
        history += [Entry(since, _SOMEBODY, _changes(fields, there)), Entry(until, _SOMEBODY, _changes(there, fields))]
        comments += [*_words(running, waiting, since), *_words(waiting, running, until)]
    return Ticket(running.get(SOURCE, name), name, name, stage.begins, fields, history, comments)


def _fields(state: State) -> dict[str, Values]:
    return {field: (value,) for field, value in state.items() if field not in OWN_FIELDS}


def _changes(before: dict[str, Values], after: dict[str, Values]) -> dict[str, tuple[Values, Values]]:
    pairs = {field: (before.get(field, ()), after.get(field, ())) for field in {**before, **after}}
    return {field: pair for field, pair in pairs.items() if pair[0] != pair[1]}


def _words(before: State, after: State, at: int) -> Iterator[Comment]:
    """Yield the comments after which the last word is another's."""
    for field, public in ((LAST_COMMENT, False), (LAST_PUBLIC_COMMENT, True)):
        if field in after and after[field] != before.get(field):
            yield Comment(at, _SOMEBODY, after[field], public)


def _event(condition: Condition) -> CommentEvent | AuthorEvent | ChangeEvent | None:
    """Return the first event that a condition asks for, but for the creation, which there always is."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            return next((event for event in map(_event, parts) if event is not None), None)
        case CommentEvent() | AuthorEvent() | ChangeEvent():
            return condition
        case _:
            return None


def _comment(event: CommentEvent | AuthorEvent, state: State, at: int) -> Comment:
    if isinstance(event, AuthorEvent):
        return Comment(at, state.get(event.field, _SOMEBODY), "agent", public=True)
    by, role = (event.by or (_SOMEBODY,))[0], (event.roles or ("agent",))[0]
    return Comment(at, by, role, event.public is not False)
