"""What becomes of a definition, or of a group of them: a clock of the configuration, and its targets."""

from collections.abc import Mapping
from typing import Any

from slabridge.importing.condition import TooLarge, both, key, opposite, short, table
from slabridge.importing.finding import Untranslatable
from slabridge.importing.servicenow.definition import Definition
from slabridge.importing.servicenow.group import Group


def rule_of(one: Definition) -> dict[str, Any]:
    """Return the rule of a definition as a clock of the configuration.

    Raises:
        Untranslatable: a condition always or never holds, or has too many alternatives.
    """
    conditions = {"start": one.start, "pause": one.pause, "stop": one.stop, "cancel": one.cancel}
    try:
        if one.reset is not None:
            # A reset ends a clock only where another can start: else it does nothing there.
            conditions["reset"] = one.reset if one.cancels == "no_match" else both(one.reset, one.start) or None
        rule = {key: table(condition) for key, condition in conditions.items() if condition is not None}
    except TooLarge:
        raise Untranslatable(
            "conditions", "", "always or never hold, or have more alternatives than can be read"
        ) from None
    if one.cancels == "no_match":
        ends = opposite(one.start)
        if ends is None:
            rule["cancel"] = {"not": rule["start"]}
        elif one.stop is None or key(ends) != key(one.stop):  # which would end it first
            rule["cancel"] = table(ends)
    return rule | ({"on_reset": one.on_reset} if "reset" in rule else {})


def targets_of(group: Group, one_calendar: bool) -> Any:  # noqa: ANN401 - text, a table or a list of them
    """Return the targets of a group, with their calendars where it has several."""
    first = group.members[0]
    by = isinstance(first.limit, Mapping)
    if not group.field:
        return [{"by": first.limit}] if by else first.limit
    pairs = list(zip(group.members, group.values, strict=True))
    if one_calendar and not by and all(values is None or len(values) == 1 for values in group.values):
        named = {values[0]: one.limit for one, values in pairs if values}
        rest = [one.limit for one, values in pairs if values is None]
        return {group.field: named} | ({"else": rest[0]} if rest else {})
    return [
        ({} if values is None else {"when": {group.field: short(values)}})
        | ({"by": one.limit} if by else {"within": one.limit})
        | ({} if one_calendar else {"calendar": one.calendar})
        for one, values in pairs
    ]
