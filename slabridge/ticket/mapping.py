"""From a tool's names and codes to the administrator's own: the canonical ticket that the engine judges."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from types import MappingProxyType
from typing import NamedTuple

from connectors.interface import NativeTicket, Values
from sla_engine.ticket import Comment, Entry, Link, Ticket
from slabridge.config import TicketMapping
from slabridge.ticket.links import Reference, stated_links

_NONE: Mapping[Reference, str] = MappingProxyType({})

_AT = attrgetter("at")

_REMEMBERED = 50_000
"""Values of which it is remembered what they are called."""


class Mapped(NamedTuple):
    """A canonical ticket, and (canonical field, native name) of values that `values` does not name.

    `unreadable` are the canonical fields that the tool did not give.
    """

    ticket: Ticket
    unmapped: frozenset[tuple[str, str]] = frozenset()
    unreadable: Sequence[str] = ()


class _Called(NamedTuple):
    """What values of a field are called, and those that nothing maps, as in `Mapped`."""

    texts: tuple[str, ...]
    missing: tuple[tuple[str, str], ...] = ()


class _Names(dict[Values, _Called]):
    """What values of one canonical field are called; tickets share most of theirs, so each is worked out once."""

    def __init__(self, name: str, mapping: Mapping[str, str] | None) -> None:
        super().__init__()
        self.name = name
        self._mapping = mapping

    def __missing__(self, values: Values) -> _Called:
        """Work out what values are called."""
        if len(self) >= _REMEMBERED:
            self.clear()
        found = self[values] = self._called(values)
        return found

    def _called(self, values: Values) -> _Called:
        if self._mapping is None:
            return _Called(tuple(sorted({value.name for value in values})))
        texts, missing = set(), []
        for value in values:
            text = self._mapping.get(value.code, self._mapping.get(value.name))
            if text is None:
                missing.append((self.name, value.name))
                text = value.name
            texts.add(text)
        return _Called(tuple(sorted(texts)), tuple(missing))


@dataclass(slots=True)
class Mapper:
    """Maps the tickets of one connection, and counts what it could not map, of those that it is told to `count`.

    `unmapped` counts tickets per (canonical field, native name) that `values` does not name; the name stands as it is.
    `unreadable` counts tickets per canonical field that the tool did not give.
    """

    connection: TicketMapping
    unmapped: Counter[tuple[str, str]] = field(default_factory=Counter)
    unreadable: Counter[str] = field(default_factory=Counter)
    _fields: Sequence[tuple[str, _Names]] = field(init=False)
    """native fields that are mapped"""
    _names: Mapping[str, _Names] = field(init=False)
    """the same by native field, as history has them"""

    def __post_init__(self) -> None:
        """Know what is mapped."""
        of = self.connection
        self._fields = [(native, _Names(name, of.values.get(name))) for name, native in of.fields.items()]
        self._names = dict(self._fields)

    def ticket(self, native: NativeTicket, found: Mapping[Reference, str] = _NONE) -> Ticket:
        """Return the canonical ticket."""
        return self.mapped(native, found).ticket

    def mapped(self, native: NativeTicket, found: Mapping[Reference, str] = _NONE) -> Mapped:
        """Return the canonical ticket, and what could not be mapped.

        It is linked with those tickets that it names whose ids are `found`.
        """
        missing: set[tuple[str, str]] = set()
        unreadable = []
        fields, held = {}, native.fields
        for native_name, of in self._fields:
            if native_name in held:
                texts, lacks = of[held[native_name]]
                if lacks:
                    missing.update(lacks)
                fields[of.name] = texts
            else:
                unreadable.append(of.name)
        history, names_of = [], self._names
        for entry in sorted((*native.history, *native.observed), key=_AT):
            changes = {}
            for native_name, (before, after) in entry.changes.items():
                if native_name in names_of:
                    of = names_of[native_name]
                    (old, lacks), (new, lacks_too) = of[before], of[after]
                    if lacks or lacks_too:
                        missing.update(lacks, lacks_too)
                    if old != new:  # two native values may be one canonical value
                        changes[of.name] = (old, new)
            if changes:
                history.append(Entry(entry.at, entry.by, changes))
        names = self._names_of({comment.person or comment.by for comment in native.comments}, native)
        comments = [
            Comment(one.at, one.by, one.role, one.public, tuple(sorted(names[one.person or one.by])))
            for one in native.comments
        ]
        links = [
            Link(one.type, one.reference.connection, found[one.reference], one.start, one.end)
            for one in (stated_links(native, self.connection.links) if found else ())
            if one.reference in found
        ]
        ticket = Ticket(self.connection.name, native.id, native.key, native.created, fields, history, comments, links)
        return Mapped(ticket, frozenset(missing), unreadable)

    def count(self, mapped: Iterable[Mapped]) -> None:
        """Count what could not be mapped of these tickets."""
        for one in mapped:
            if one.unmapped:
                self.unmapped.update(one.unmapped)
            if one.unreadable:
                self.unreadable.update(one.unreadable)

    def _names_of(self, people: Collection[str], native: NativeTicket) -> Mapping[str, Collection[str]]:
        """Return what fields of a ticket call those people whom they hold or held."""
        found: dict[str, set[str]] = defaultdict(set)
        if people:
            held = list(native.fields.items())
            for entry in (*native.history, *native.observed):
                for name, (before, after) in entry.changes.items():
                    held += ((name, before), (name, after))
            for native_name, values in held:
                for value in values:
                    if value.code in people and native_name in self._names:
                        found[value.code].update(self._names[native_name][value,].texts)
        return found
