"""Conditions as the file writes them."""

from sla_engine.condition import AllOf, AnyOf, Condition, Differs, Equals, IsSet, Not
from slabridge.config.problem import show_path, show_value


def written(condition: Condition) -> str:
    """Return a condition without events as the file writes it: `priority = ["P1", "P2"]`."""
    match condition:
        case AllOf(parts):
            return ", ".join(map(written, parts))
        case AnyOf(parts):
            return " | ".join(map(written, parts))
        case Not(inner):
            return f"not {{ {written(inner)} }}"
        case Equals(field, values):
            return f"{show_path((field,))} = {_values(values)}"
        case Differs(field, values):
            return f"{show_path((field,))} = {{ not = {_values(values)} }}"
        case IsSet(field, expected):
            return f"{show_path((field,))} = {{ set = {show_value(expected)} }}"
        case _:
            raise ValueError(f"{type(condition).__name__} is no condition of values")


def _values(values: tuple[str, ...]) -> str:
    return show_value(values[0] if len(values) == 1 else list(values))
