"""Changes that a tool keeps no history of, but that our own pulls saw (docs/promises.md, "Reading"). Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from connectors.interface import NativeEntry, NativeTicket, Value, Values

Step = tuple[int, tuple[str, ...], tuple[str, ...]]
"""A change of one field: when, and the codes before and after."""


def observed(before: NativeTicket, now: NativeTicket, read_at: int, as_of: int) -> NativeTicket:
    """Return a ticket as read now with the changes that only our pulls saw: those known before, and new ones.

    A field that holds another code than when the ticket was last read (at `read_at`), though its history at the source
    has not grown, has changed unseen: at the ticket's last update where that lies between the two, else at `as_of`.
    Where the source's history has grown after all, it is believed from there on. What the connector saw of a field is
    taken where all this ends with another code than the field holds.
    """
    at = now.updated if read_at < now.updated <= as_of else as_of
    kept: dict[str, list[NativeEntry]] = {}
    changes: dict[str, tuple[Values, Values]] = {}
    for field in now.fields.keys() | {name for entry in before.observed for name in entry.changes}:
        then, here = set(_steps(before, field)), list(_steps(now, field))
        grown = [step[0] for step in here if step not in then]
        ours = [
            NativeEntry(entry.at, entry.by, {field: entry.changes[field]})
            for entry in before.observed
            if field in entry.changes and not any(entry.at >= instant for instant in grown)
        ]
        was, held = before.fields.get(field), now.fields.get(field)
        if not grown and was is not None and held is not None and _codes(was) != _codes(held):
            changes[field] = (was, held)
        told = sorted([*here, *_told(ours, field)], key=_when)
        if field not in changes and held is not None and told and told[-1][2] != _codes(held):
            ours += [
                NativeEntry(entry.at, entry.by, {field: entry.changes[field]})
                for entry in now.observed
                if field in entry.changes
            ]
        kept[field] = ours
    entries = [entry for field in sorted(kept) for entry in kept[field]]
    if changes:
        entries.append(NativeEntry(at, "", changes))
    return replace(now, observed=tuple(sorted(entries, key=lambda entry: entry.at)))


def with_names_seen(before: NativeTicket, now: NativeTicket, fields: Iterable[str]) -> NativeTicket:
    """Return a ticket in whose history values that are gone are called as they were when they were last seen.

    Of a link to something elsewhere that was taken away, the history knows the title alone, and no address.
    """
    for field in fields:
        held = {value.code for value in now.fields.get(field, ())}
        seen = {value.code: value for value in _all(before, field) if value.code not in held}
        history = tuple(_called_as_seen(entry, field, seen) for entry in now.history)
        now = replace(now, history=history)
    return now


def _called_as_seen(entry: NativeEntry, field: str, seen: Mapping[str, Value]) -> NativeEntry:
    if field not in entry.changes:
        return entry
    before, after = (tuple(seen.get(value.code, value) for value in values) for values in entry.changes[field])
    return entry._replace(changes={**entry.changes, field: (before, after)})


def _all(ticket: NativeTicket, field: str) -> Iterator[Value]:
    for entry in ticket.history:
        for values in entry.changes.get(field, ()):
            yield from values
    yield from ticket.fields.get(field, ())


def _when(step: Step) -> int:
    return step[0]


def _steps(ticket: NativeTicket, field: str) -> Iterator[Step]:
    return _told(ticket.history, field)


def _told(entries: Iterable[NativeEntry], field: str) -> Iterator[Step]:
    for entry in entries:
        if field in entry.changes:
            before, after = entry.changes[field]
            yield entry.at, _codes(before), _codes(after)


def _codes(values: Values) -> tuple[str, ...]:
    return tuple(sorted(value.code for value in values))
