"""What changed in a file's definitions since a report was issued."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from slabridge.config.problem import KeyPath, show_path, show_value


@dataclass(frozen=True, slots=True)
class Redefinition:
    """A key of the file that says something else now; None: it was not there, or is not any more."""

    key: str
    before: str | None
    now: str | None


@dataclass(frozen=True, slots=True)
class Redefined:
    """What changed since the report of a period was issued."""

    since: str
    changes: tuple[Redefinition, ...]


def redefinitions(
    before: Mapping[str, Any], now: Mapping[str, Any], path: KeyPath = (), *, longest: int = 60
) -> Iterator[Redefinition]:
    """Yield the keys that differ, the deepest ones that do; lists are one value, but for those of as many tables.

    Values are cut where they are longer than `longest` characters.
    """
    for key in dict.fromkeys([*before, *now]):
        here = (*path, key)
        was, is_ = before.get(key), now.get(key)
        if isinstance(was, Mapping) and isinstance(is_, Mapping):
            yield from redefinitions(was, is_, here, longest=longest)
        elif _are_tables(was) and _are_tables(is_) and len(was) == len(is_):
            for place, (old, new) in enumerate(zip(was, is_, strict=True)):
                yield from redefinitions(old, new, (*here, place), longest=longest)
        elif was != is_:
            said = (None if one is None else show_value(one, longest) for one in (was, is_))
            yield Redefinition(show_path(here), *said)


def _are_tables(value: object) -> TypeGuard[list[Mapping[str, Any]]]:
    return isinstance(value, list) and all(isinstance(one, Mapping) for one in value)
