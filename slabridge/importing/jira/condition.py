"""Conditions of SLA metrics, by their ids: a start or a stop is something that happens, a pause what is so."""

from collections.abc import Mapping, Sequence
from typing import Any

from slabridge.importing.condition import UNSET, Condition, Conjunct, Test, either, holds, short
from slabridge.importing.finding import Untranslatable
from slabridge.importing.vocabulary import Vocabulary

_STATUS = "status-sla-condition-factory"
_COMMENTS: Mapping[str, Mapping[str, Any]] = {
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


def read_conditions(metric: Mapping[str, Any], column: str, vocabulary: Vocabulary) -> Condition:
    """Return the condition that any of a metric's start, stop or pause conditions holds; () where it has none.

    Raises:
        Untranslatable: one of them is not known.
    """
    found = metric.get("config", {}).get("definition", {}).get(column) or ()
    statuses = [str(one.get("conditionId")) for one in found if one.get("factoryKey") == _STATUS]
    rest = [_condition(one, column, vocabulary) for one in found if one.get("factoryKey") != _STATUS]
    return either([*rest, *([_in_status(statuses, column, vocabulary)] if statuses else [])])


def _in_status(ids: Sequence[str], column: str, vocabulary: Vocabulary) -> Condition:
    """Return the condition that an issue comes to one of these statuses, or for a pause that it is in one."""
    name, values = vocabulary.field("status"), vocabulary.values("status", ids, column)
    if column == "pause":
        return holds(name, values)
    return (Conjunct({}, {"event": "change", "field": name, "to": short(values)}),)


def _condition(raw: Mapping[str, Any], column: str, vocabulary: Vocabulary) -> Condition:
    id_ = str(raw.get("conditionId"))
    if column == "pause" and id_ in _MATCHES:
        native, is_set = _MATCHES[id_]
        return holds(vocabulary.field(native), [UNSET], negated=is_set)
    if column != "pause" and id_ in _COMMENTS:
        return (Conjunct({}, _COMMENTS[id_]),)
    if column != "pause" and id_ in _CLEARED:
        name = vocabulary.field(_CLEARED[id_])
        return (Conjunct({name: Test((UNSET,))}, {"event": "change", "field": name}),)
    if id_ == "resolution-set-hit-condition" and column != "pause":
        name = vocabulary.field("resolution")
        event = None if column == "stop" else {"event": "change", "field": name}
        return (Conjunct({name: Test((UNSET,), negated=True)}, event),)
    raise Untranslatable(column, str(raw.get("name") or id_), f"is a condition ({id_}) that has no equal here")
