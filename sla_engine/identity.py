"""The identity of a definition: 16 hex digits over what decides a result, whatever it is called."""

import hashlib
import json
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from sla_engine.agreement import Agreement, Definitions, Objective, calendars_of


def definition_of(agreement: Agreement, objective: Objective, definitions: Definitions) -> str:
    """Return the identity of one objective of an agreement, with the rule and the calendars by their content."""
    names = calendars_of(objective.targets)
    meaning = {
        "kind": agreement.kind,
        "scope": _plain(agreement.scope),
        "exclude": [_plain(agreement.exclude), _plain(objective.exclude)],
        "valid": [_plain(agreement.valid_from), _plain(agreement.valid_to)],
        "timezone": definitions.timezone if agreement.valid_from or agreement.valid_to else None,
        "rule": _plain(objective.rule),
        "targets": [
            {
                "when": _plain(target.when),
                "within": _plain(target.within),
                "calendar": [
                    target.calendar.field,
                    [[value, names.index(name)] for value, name in target.calendar.values],
                    names.index(target.calendar.otherwise),
                ],
            }
            for target in objective.targets
        ],
        "calendars": [_plain(definitions.calendars[name]) for name in names],
    }
    text = json.dumps(meaning, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:  # noqa: ANN401 - any part of a definition becomes JSON
    if is_dataclass(value) and not isinstance(value, type):
        return [type(value).__name__, *(_plain(getattr(value, field.name)) for field in fields(value))]
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return value
