"""What an administrator asks of a tool before anything runs: what there is, and what we may do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Verdict = Literal["ok", "warning", "failure"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. `check` is its name for good, as `read.sys_audit`; `remedy` is what to do, and where."""

    check: str
    verdict: Verdict
    what: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where tickets are: a table of ServiceNow, a project of Jira; `tickets` are those created since then."""

    name: str
    label: str
    tickets: int


@dataclass(frozen=True, slots=True)
class FoundValue:
    """A value that a field can have, and how many tickets of the sample have it.

    `group` is a status's category, where the tool has such: new, indeterminate or done.
    """

    code: str
    name: str
    tickets: int = 0
    group: str = ""


MOST_VALUES = 60
"""Of a field with more values than this none is listed: nobody would map them one by one."""


@dataclass(frozen=True, slots=True)
class FoundField:
    """A field: its native name, what people call it, and how many tickets of the sample hold something in it.

    `kind` is status, priority, choice, group, person, type, date, instant, number, boolean or text; `values` those of a
    field of few, the most frequent first.
    """

    name: str
    label: str
    kind: str
    tickets: int = 0
    values: tuple[FoundValue, ...] = ()


def lists_values(kind: str, values: int) -> bool:
    """Return whether the values of a field of this kind are listed, where so many are known."""
    return kind not in {"text", "date", "instant", "number"} and values <= MOST_VALUES


@dataclass(frozen=True, slots=True)
class Found:
    """What there is in a place: of how many newest tickets, which fields, and the names of the tool's own SLAs."""

    sampled: int
    fields: tuple[FoundField, ...]
    definitions: tuple[str, ...] = ()


class Inspector(Protocol):
    """A look at a tool; nothing is ever written. Every call may raise the errors of `connectors.errors`."""

    def title(self) -> str:
        """Return what the tool says that it is: kind and version."""
        ...

    def places(self, since: int) -> Sequence[Place]:
        """Return where tickets are, by those created since an instant (ms UTC), the busiest first."""
        ...

    def look(self, place: str, since: int) -> Found:
        """Return what there is in a place, by its newest tickets of those created since then."""
        ...

    def lacking(self) -> Sequence[str]:
        """Return those of the fields that the settings write that are not there, or hidden from us."""
        ...

    def newest(self, count: int) -> Sequence[str]:
        """Return ids of the newest tickets that the settings' filter takes up."""
        ...

    def rights(self, tickets: Sequence[str]) -> Iterator[Finding]:
        """Say of each thing that slabridge reads or writes there whether it may, as far as that can be asked."""
        ...

    def close(self) -> None:
        """Give connections back."""
        ...
