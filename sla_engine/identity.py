"""The identity of a definition: 16 hex digits over what decides a result, whatever it is called."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from sla_engine.agreement import Agreement, Definitions, Objective, Target, calendars_of
from sla_engine.calendar import CalendarDefinition
from sla_engine.condition import OPENED_IN, Differs, Equals, IsSet
from sla_engine.duration import Duration


def definition_of(agreement: Agreement, objective: Objective, definitions: Definitions) -> str:
    """Return the identity of one objective of an agreement, with the rule and the calendars by their content."""
    names, calendars = calendars_of(objective.targets), definitions.calendars
    meaning = {
        "kind": agreement.kind,
        "scope": _plain(agreement.scope, calendars),
        "exclude": [_plain(agreement.exclude, calendars), _plain(objective.exclude, calendars)],
        "valid": [_plain(agreement.valid_from, calendars), _plain(agreement.valid_to, calendars)],
        "timezone": definitions.timezone if agreement.valid_from or agreement.valid_to else None,
        "rule": _plain(objective.rule, calendars),
        "targets": [
            {
                "when": _plain(target.when, calendars),
                _limit_of(target): _plain(target.limit, calendars),
                "calendar": [
                    target.calendar.field,
                    [[value, names.index(name)] for value, name in target.calendar.values],
                    names.index(target.calendar.otherwise),
                ],
            }
            for target in objective.targets
        ],
        "calendars": [_plain(calendars[name], calendars) for name in names],
    }
    text = json.dumps(meaning, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _limit_of(target: Target) -> str:
    return "within" if isinstance(target.limit, Duration) else "by"


def _plain(value: Any, calendars: Mapping[str, CalendarDefinition]) -> Any:  # noqa: ANN401 - any part of a definition becomes JSON
    """Return a part of a definition as JSON.

    Calendars in which a ticket may have been opened stand there by their content; a field that a later version brought
    (`ADDED`) stands there where it says something, so that definitions without it keep their identity.
    """
    if isinstance(value, Equals | Differs) and value.field == OPENED_IN:
        named: Any = [_plain(calendars[name], calendars) for name in value.values]
        return [type(value).__name__, OPENED_IN, sorted(named, key=json.dumps)]
    if isinstance(value, IsSet) and value.field == OPENED_IN:
        return [
            "IsSet",
            OPENED_IN,
            value.expected,
            sorted((_plain(c, calendars) for c in calendars.values()), key=json.dumps),
        ]
    if is_dataclass(value) and not isinstance(value, type):
        parts = [
            _plain(getattr(value, field.name), calendars)
            for field in fields(value)
            if not (field.metadata.get("added") and getattr(value, field.name) == field.default)
        ]
        return [type(value).__name__, *parts]
    if isinstance(value, tuple):
        return [_plain(item, calendars) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return value
