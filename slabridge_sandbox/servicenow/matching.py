"""Conditions of SLA definitions: an encoded query, asked of one record.

As in `query`, comparisons with an empty field never hold. An empty condition never matches (SLAConditionBase).
"""

import re
from collections.abc import Mapping

_CONDITION = re.compile(r"([a-z_][a-z0-9_]*?)(ISNOTEMPTY|ISEMPTY|NOT IN|IN|!=|>=|<=|=|<|>)(.*)", re.DOTALL)


def matches(query: str, record: Mapping[str, str]) -> bool:
    """Say whether a record, its values as texts, fulfils a condition.

    Raises:
        ValueError: a part of the condition cannot be read.
    """
    if not query.strip("^"):
        return False
    return any(_all(branch, record) for branch in query.split("^NQ"))


def _all(branch: str, record: Mapping[str, str]) -> bool:
    groups = re.split(r"\^(?!OR|EQ)", branch.removesuffix("^EQ"))
    return all(any(_holds(part, record) for part in group.split("^OR")) for group in groups if group)


def _holds(part: str, record: Mapping[str, str]) -> bool:
    match = _CONDITION.fullmatch(part)
    if match is None:
        raise ValueError(f"{part!r} is no condition that the sandbox's SLA engine reads")
    field, operator, wanted = match.groups()
    value = record.get(field, "")
    if operator == "ISEMPTY" or (operator == "=" and not wanted):
        return not value
    if operator == "ISNOTEMPTY" or (operator == "!=" and not wanted):
        return bool(value)
    return bool(value) and _compares(operator, value, wanted)


def _compares(operator: str, value: str, wanted: str) -> bool:
    if operator in {"IN", "NOT IN"}:
        return (value in wanted.split(",")) is (operator == "IN")
    if operator in {"=", "!="}:
        return (value.casefold() == wanted.casefold()) is (operator == "=")
    order = (float(value), float(wanted)) if value.isdecimal() and wanted.isdecimal() else (value, wanted)
    return {
        "<": order[0] < order[1],  # type: ignore[operator]
        "<=": order[0] <= order[1],  # type: ignore[operator]
        ">": order[0] > order[1],  # type: ignore[operator]
        ">=": order[0] >= order[1],  # type: ignore[operator]
    }[operator]
