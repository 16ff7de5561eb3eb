"""Conditions of SLA metrics, by their ids: a start or a stop is something that happens, a pause what is so."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from slabridge.importing import condition as ours
from slabridge.importing.condition import UNSET, Conjunct, Test, either, holds, short
from slabridge.importing.finding import Untranslatable
from slabridge.importing.jira.form import Condition, Definition
from slabridge.importing.vocabulary import Vocabulary

Part = Literal["start", "pause", "stop"]

_STATUS = "status-sla-condition-factory"
_HAPPENS: Mapping[str, Mapping[str, Any]] = {
    "issue-created-hit-condition": {"event": "created"},
    "comment-for-reporter-hit-condition": {"event": "comment", "role": "agent", "public": True},
    "comment-by-reporter-hit-condition": {"event": "comment", "role": "customer"},
}
_CLEARED = {"resolution-cleared-hit-condition": "resolution", "assignee-cleared-hit-condition": "assignee"}
_MATCHES = {
    "resolution-set-match-condition": ("resolution", True),
    "resolution-not-set-match-condition": ("resolution", False),
    "assignee-set-match-condition": ("assignee", True),
    "assignee-not-set-match-condition": ("assignee", False),
    "duedate-set-match-condition": ("duedate", True),
    "duedate-not-set-match-condition": ("duedate", False),
}


def read_conditions(definition: Definition, part: Part, vocabulary: Vocabulary) -> ours.Condition:
    """Return the condition that any of a metric's conditions holds; () where it has none.

    Raises:
        Untranslatable: one of them is not known.
    """
    given: Sequence[Condition] = getattr(definition, part)
    statuses = [one.id for one in given if one.factory == _STATUS]
    found = [_condition(one, part, vocabulary) for one in given if one.factory != _STATUS]
    return either([*found, *([_in_status(statuses, part, vocabulary)] if statuses else [])])


def _in_status(ids: Sequence[str], part: Part, vocabulary: Vocabulary) -> ours.Condition:
    """Return the condition that an issue comes to one of these statuses, or for a pause that it is in one."""
    name, values = vocabulary.field("status"), vocabulary.values("status", ids, part)
    if part == "pause":
        return holds(name, values)
    return (Conjunct({}, {"event": "change", "field": name, "to": short(values)}),)


def _condition(one: Condition, part: Part, vocabulary: Vocabulary) -> ours.Condition:
    if part == "pause":
        if one.id in _MATCHES:
            native, is_set = _MATCHES[one.id]
            return holds(vocabulary.field(native), [UNSET], negated=is_set)
    elif one.id in _HAPPENS:
        return (Conjunct({}, _HAPPENS[one.id]),)
    elif one.id in _CLEARED:
        name = vocabulary.field(_CLEARED[one.id])
        return (Conjunct({name: Test((UNSET,))}, {"event": "change", "field": name}),)
    elif one.id == "resolution-set-hit-condition":
        name = vocabulary.field("resolution")
        event = None if part == "stop" else {"event": "change", "field": name}
        return (Conjunct({name: Test((UNSET,), negated=True)}, event),)
    raise Untranslatable(part, one.name or one.id, f"is a condition ({one.id}) that has no equal here")
