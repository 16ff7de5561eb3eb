"""Results, tickets and terms as a test needs them; what it does not name is ordinary."""

from collections.abc import Iterable, Mapping

from msgspec import structs

from connectors.interface import CommentWrite, Fact, FieldsWrite, Instant, NativeComment, NativeTicket
from sla_engine import Definitions, Result
from sla_engine.instant import HOUR, format_instant, parse_instant
from slabridge.config import CommentRule, FieldMap, ResultRef, Writeback
from slabridge.run.actions import Action, actions_of
from slabridge.run.terms import Terms
from slabridge.ticket.known import Known
from slabridge.ticket.posted import NOTHING
from tests.slabridge.config.small import definitions

NOW = parse_instant("2026-03-03T12:00:00Z")
DEFINITIONS: Definitions = definitions('agreements.standard.name = "Standard, agreed 2026"')
STATUS = FieldMap("u_status", ResultRef("status", kind="sla"), {"at_risk": "At risk", "breached": "Breached"})
DUE = FieldMap("u_due", ResultRef("due_at", kind="sla"), {})
COMMENTS = CommentRule(("at_risk", "breached"), ("sla",))

_RESULT = Result(
    position=0,
    source="snow",
    ticket="INC1",
    id="1",
    table="standard",
    agreement="standard",
    kind="sla",
    objective="resolution",
    cycle=1,
    stage="running",
    status="on_track",
    breached=False,
    excluded=False,
    started_at=NOW - HOUR,
    stopped_at=None,
    due_at=NOW + 3 * HOUR,
    due_if_resumed=None,
    breached_at=None,
    next_change_at=NOW + 2 * HOUR,
    target=4 * HOUR,
    elapsed=HOUR,
    remaining=3 * HOUR,
    paused=0,
    holder="Network",
    calendar="office",
    definition="0123456789abcdef",
)


def result(**given: object) -> Result:
    """Return a cycle that runs on track, but for what is given."""
    return structs.replace(_RESULT, **given)


def ended(at: int = NOW - HOUR, **given: object) -> Result:
    """Return a cycle that was met."""
    return result(**{"stage": "completed", "status": "met", "stopped_at": at, "next_change_at": None, **given})


def breached(at: int = NOW - HOUR, **given: object) -> Result:
    """Return an open cycle that was breached."""
    return result(**{"status": "breached", "breached": True, "due_at": at, "breached_at": at, "since": at, **given})


def at_risk(since: int = NOW - HOUR, **given: object) -> Result:
    return result(**{"status": "at_risk", "since": since, **given})


def paused(due_if_resumed: int | None, **given: object) -> Result:
    return result(**{"stage": "paused", "status": "paused", "due_at": None, "due_if_resumed": due_if_resumed, **given})


def known(
    told: Mapping[str, str | None] | None = None,
    written: Mapping[str, str | None] | None = None,
    markers: Iterable[str] = (),
) -> Known:
    """Return a ticket of the state: what we told it, what it holds (default: that), and our comments on it."""
    told = told or {}
    comments = tuple(NativeComment(NOW, "slabridge", "system", public=False, markers=(marker,)) for marker in markers)
    held = dict(told) if written is None else written
    return Known(NativeTicket("1", "INC1", NOW - HOUR, NOW, {}, comments=comments, written=held), told, 1)


def encode(_: str, fact: Fact) -> str | None:
    """Stand in for a tool that stores everything as text."""
    if isinstance(fact, Instant):
        return format_instant(fact.at)
    return None if fact is None else str(fact)


def terms(*fields: FieldMap, comments: CommentRule | None = None, post_within: int = 24 * HOUR) -> Terms:
    return Terms(DEFINITIONS, Writeback(fields, comments), encode, NOW, post_within)


def changes(ticket: Known, results: Iterable[Result], by: Terms) -> list[tuple[str, str | None, str | None, str]]:
    """Return the planned field changes: field, before, after, reason. What is sent is exactly them."""
    actions = actions_of(ticket, list(results), NOTHING, by)
    found = [change for action in actions for change in action.changes]
    sent = [action.write.fields for action in actions if isinstance(action.write, FieldsWrite)]
    assert sent == ([{change.field: change.after for change in found}] if found else [])
    return [(change.field, change.before, change.after, change.reason.value) for change in found]


def comments(actions: Iterable[Action]) -> list[CommentWrite]:
    return [action.write for action in actions if isinstance(action.write, CommentWrite)]
