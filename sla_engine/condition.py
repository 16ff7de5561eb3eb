"""Conditions on a ticket's rows, as data (docs/engine.md, "Conditions").

A condition is a tree of `AllOf`, `AnyOf` and `Not` over entries. An entry about a field holds if any of the
field's values does; an unset field has none, and equals nothing. The two events hold at single rows.
"""

from dataclasses import dataclass

SOURCE = "source"
"""The name under which a ticket's source stands in conditions, beside its fields."""


@dataclass(frozen=True, slots=True)
class Equals:
    """A value of the field is one of `values`."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Differs:
    """A value of the field is none of `values`, or the field is unset."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IsSet:
    """The field has a value (`expected` true) or none."""

    field: str
    expected: bool


@dataclass(frozen=True, slots=True)
class CommentEvent:
    """The row is a comment; None leaves a property open."""

    roles: tuple[str, ...] | None = None
    public: bool | None = None
    by: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ChangeEvent:
    """The row is a history entry before and after which the field held different values."""

    field: str
    before: tuple[str, ...] | None = None
    after: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold."""

    condition: "Condition"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds: a TOML table."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """A part holds: a TOML list of tables."""

    parts: tuple["Condition", ...]


Condition = Equals | Differs | IsSet | CommentEvent | ChangeEvent | Not | AllOf | AnyOf


def fields_of(condition: Condition | None) -> frozenset[str]:
    """Return the names of the fields that a condition reads."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            return frozenset().union(*(fields_of(part) for part in parts))
        case Not(inner):
            return fields_of(inner)
        case Equals(field) | Differs(field) | IsSet(field) | ChangeEvent(field):
            return frozenset([field])
        case _:
            return frozenset()


def has_event(condition: Condition | None) -> bool:
    """Return whether an event stands anywhere in the condition."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            return any(has_event(part) for part in parts)
        case Not(inner):
            return has_event(inner)
        case CommentEvent() | ChangeEvent():
            return True
        case _:
            return False


def reads_comments(condition: Condition | None) -> bool:
    """Return whether the condition asks for a comment."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            return any(reads_comments(part) for part in parts)
        case Not(inner):
            return reads_comments(inner)
        case CommentEvent():
            return True
        case _:
            return False
