"""Whether a condition holds for what fields held at a deciding row."""

from collections.abc import Mapping

from sla_engine.condition import AllOf, AnyOf, Condition, Differs, Equals, IsSet, Not
from sla_engine.ticket import Values


def fits(  # noqa: PLR0911 - one line per kind of condition
    condition: Condition | None, held: Mapping[str, Values]
) -> bool:
    """Return whether a condition without events holds; no condition holds always."""
    match condition:
        case None:
            return True
        case AllOf(parts):
            return all(fits(part, held) for part in parts)
        case AnyOf(parts):
            return any(fits(part, held) for part in parts)
        case Not(inner):
            return not fits(inner, held)
        case Equals(field, values):
            return any(value in values for value in held.get(field, ()))
        case Differs(field, values):
            return not any(value in values for value in held.get(field, ()))
        case IsSet(field, expected):
            return bool(held.get(field, ())) is expected
        case _:
            raise ValueError(f"{type(condition).__name__} holds at an event, and not for values")
