"""What has to be there in a tool before results can be written, and how it is made and taken back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as filled
from enum import StrEnum
from typing import Any, Protocol


class Kind(StrEnum):
    """What a result is, which decides on the type of its field."""

    INSTANT = "date and time"
    NUMBER = "number"
    TEXT = "text"
    CHOICE = "choice"
    """One of a few words: the field's options."""
    ADDRESS = "address"
    """Of a page: people follow it."""


@dataclass(frozen=True, slots=True)
class WantedField:
    """A field that results go to: `field` as the configuration has it, at `place` there, for a `value` of that kind.

    `options` are all that may be written into a choice.
    """

    field: str
    place: str
    value: str
    kind: Kind
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that is made in a tool, or was: a field, its place on a screen, a rule.

    `field` is the one that it is for, as the configuration has it ("" for all), `text` says what it is to people ("" of
    what goes with another, as a label with its column). `id` is "" as long as only the tool knows it. `detail` is what
    it takes to make it and to take it back, as plain values.
    """

    kind: str
    field: str
    text: str
    id: str = ""
    detail: Mapping[str, Any] = filled(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be made (or taken back), in that order; `held` is what is there already and ours.

    `left` says what is there, not ours and left as it is. `ids` are the ids of fields that the configuration has by
    name, as far as they are known. `by_hand` is what people have to do, `problems` why nothing can be done. Where a
    tool takes what is made as a file, `file` is its content.
    """

    things: tuple[Thing, ...] = ()
    held: tuple[Thing, ...] = ()
    left: tuple[str, ...] = ()
    ids: Mapping[str, str] = filled(default_factory=dict)
    by_hand: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    file: bytes | None = None


@dataclass(frozen=True, slots=True)
class Where:
    """Where fields are wanted, as far as somebody says so: projects by key and screens by id, of a Jira."""

    projects: tuple[str, ...] = ()
    screens: tuple[str, ...] = ()


class Provisioner(Protocol):
    """Makes fields in one tool, as an administrator. Every call may raise the errors of `connectors.errors`."""

    def plan(self, wanted: Sequence[WantedField], where: Where) -> Plan:
        """Look at what is there, and return what is to be made. Nothing is changed."""
        ...

    def make(self, plan: Plan) -> Iterator[Thing]:
        """Make what a plan without problems says, and yield each thing as soon as it is made, with its id."""
        ...

    def undoing(self, made: Sequence[Thing]) -> Plan:
        """Return how these things are taken back; `held` are those that are gone already. Nothing is changed."""
        ...

    def undo(self, plan: Plan) -> Iterator[Thing]:
        """Take back what such a plan says, and yield each thing as soon as it is gone."""
        ...

    def unwritable(self, there: Sequence[Thing], where: Where) -> Sequence[str]:
        """Return which fields among these things the account that signed in cannot write, and where; nothing is."""
        ...

    def close(self) -> None:
        """Give connections back."""
        ...
