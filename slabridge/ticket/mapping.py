"""From a tool's names and codes to the administrator's own: the canonical ticket that the engine judges."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from connectors.interface import NativeTicket, Values
from sla_engine.ticket import Comment, Entry, Link, Ticket
from slabridge.config import TicketMapping
from slabridge.ticket.links import Reference, stated_links

_NONE: Mapping[Reference, str] = MappingProxyType({})


class Mapped(NamedTuple):
    """A canonical ticket, and (canonical field, native name) of values that `values` does not name."""

    ticket: Ticket
    unmapped: frozenset[tuple[str, str]]


@dataclass(slots=True)
class Mapper:
    """Maps the tickets of one connection, and counts what it could not map.

    `unmapped` counts tickets per (canonical field, native name) that `values` does not name; the name stands as it is.
    `unreadable` counts tickets per canonical field that the tool did not give.
    """

    connection: TicketMapping
    unmapped: Counter[tuple[str, str]] = field(default_factory=Counter)
    unreadable: Counter[str] = field(default_factory=Counter)

    def ticket(self, native: NativeTicket, found: Mapping[Reference, str] = _NONE) -> Ticket:
        """Return the canonical ticket."""
        return self.mapped(native, found).ticket

    def mapped(self, native: NativeTicket, found: Mapping[Reference, str] = _NONE) -> Mapped:
        """Return the canonical ticket, and what could not be mapped.

        It is linked with those tickets that it names whose ids are `found`.
        """
        missing: set[tuple[str, str]] = set()
        canonical = {native_name: name for name, native_name in self.connection.fields.items()}
        fields = {}
        for name, native_name in self.connection.fields.items():
            if native_name in native.fields:
                fields[name] = self._values(name, native.fields[native_name], missing)
            else:
                self.unreadable[name] += 1
        history = []
        for entry in sorted((*native.history, *native.observed), key=lambda entry: entry.at):
            changes = {
                canonical[name]: (
                    self._values(canonical[name], before, missing),
                    self._values(canonical[name], after, missing),
                )
                for name, (before, after) in entry.changes.items()
                if name in canonical
            }
            # Two native values may be one canonical value: then nothing changed.
            changes = {name: change for name, change in changes.items() if change[0] != change[1]}
            if changes:
                history.append(Entry(entry.at, entry.by, changes))
        self.unmapped.update(missing)
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
        return Mapped(ticket, frozenset(missing))

    def _names_of(self, people: Collection[str], native: NativeTicket) -> Mapping[str, Collection[str]]:
        """Return what fields of a ticket call those people whom they hold or held."""
        found: dict[str, set[str]] = defaultdict(set)
        if people:
            canonical = {native_name: name for name, native_name in self.connection.fields.items()}
            held = list(native.fields.items())
            for entry in (*native.history, *native.observed):
                held += [(name, values) for name, change in entry.changes.items() for values in change]
            for native_name, values in held:
                for value in values:
                    if value.code in people and native_name in canonical:
                        found[value.code].update(self._values(canonical[native_name], (value,), set()))
        return found

    def _values(self, name: str, values: Values, missing: set[tuple[str, str]]) -> tuple[str, ...]:
        mapping = self.connection.values.get(name)
        if mapping is None:
            return tuple(sorted({value.name for value in values}))
        found = set()
        for value in values:
            text = mapping.get(value.code, mapping.get(value.name))
            if text is None:
                missing.add((name, value.name))
                text = value.name
            found.add(text)
        return tuple(sorted(found))
