"""Conditions on a ticket's rows, as data (docs/engine.md, "Conditions").

A condition is a tree of `AllOf`, `AnyOf` and `Not` over entries. An entry about a field holds if any of the
field's values does; an unset field has none, and equals nothing. Events hold at single rows.
"""

from dataclasses import dataclass

SOURCE = "source"
LAST_COMMENT = "last_comment"
LAST_PUBLIC_COMMENT = "last_public_comment"
OPENED_IN = "opened_in"
OWN_FIELDS = (SOURCE, LAST_COMMENT, LAST_PUBLIC_COMMENT, OPENED_IN)
"""Fields that the engine itself knows: they stand in conditions beside a ticket's own."""


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
class AuthorEvent:
    """The row is a comment whose author is a value of the field."""

    field: str


@dataclass(frozen=True, slots=True)
class CreatedEvent:
    """The row is the ticket's first."""


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


Condition = Equals | Differs | IsSet | CommentEvent | AuthorEvent | CreatedEvent | ChangeEvent | Not | AllOf | AnyOf


def fields_of(condition: Condition | None) -> frozenset[str]:
    """Return the names of the fields that a condition reads."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            return frozenset().union(*(fields_of(part) for part in parts))
        case Not(inner):
            return fields_of(inner)
        case Equals(field) | Differs(field) | IsSet(field) | ChangeEvent(field) | AuthorEvent(field):
            return frozenset([field])
        case _:
            return frozenset()


def needs_event(condition: Condition | None) -> bool:
    """Return whether the condition can hold at rows of events alone."""
    match condition:
        case AllOf(parts):
            return any(needs_event(part) for part in parts)
        case AnyOf(parts):
            return all(needs_event(part) for part in parts)
        case CommentEvent() | AuthorEvent() | CreatedEvent() | ChangeEvent():
            return True
        case _:
            return False


def needs_value(condition: Condition | None, field: str) -> bool:
    """Return whether the condition can hold only where the field has a value."""
    match condition:
        case AllOf(parts):
            return any(needs_value(part, field) for part in parts)
        case AnyOf(parts):
            return all(needs_value(part, field) for part in parts)
        case IsSet(name, expected):
            return expected and name == field
        case Equals(name):
            return name == field
        case _:
            return False


def reads_comments(condition: Condition | None) -> bool:
    """Return whether the condition asks for comments, or who wrote the last."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            return any(reads_comments(part) for part in parts)
        case Not(inner):
            return reads_comments(inner)
        case CommentEvent() | AuthorEvent():
            return True
        case Equals(field) | Differs(field) | IsSet(field):
            return field in (LAST_COMMENT, LAST_PUBLIC_COMMENT)
        case _:
            return False
