"""Values in the configuration that no known ticket holds or ever held: often slips. Pure."""

from collections.abc import Collection, Iterator, Mapping

from slabridge.config import Config, Connection, Problem
from slabridge.config.problem import KeyPath, instead, show_value
from slabridge.ticket.values import LONGEST

Seen = Mapping[str, Mapping[str, Collection[tuple[str, str]]]]
"""Connection -> native field -> the (code, name) of all its values; a field of which too much is known is left out."""


def never_seen(config: Config, seen: Seen) -> list[Problem]:
    """Return where the file names a value that no ticket holds or ever held, each value of a field once.

    Native values in `values` are looked for in their connection's tickets, values in conditions and choices in all that
    have the field. Nothing is said of a field where tickets of one of its connections are not known yet.
    """
    found: dict[tuple[str, str], Problem] = {}
    for path, field, value, known in (*_native(config, seen), *_canonical(config, seen)):
        if value not in known and len(value) <= LONGEST:
            where = path[1] if path[0] == "connections" and "values" in path else ""
            hint = f"; {instead(value, sorted(known))}" if field not in config.privacy.people else ""
            message = f"no known ticket holds this or ever held it{hint}"
            problem = Problem(*config.places.of(path), show_value(value), message)
            found.setdefault((f"{where} {field}", value), problem)
    return list(found.values())


def _native(config: Config, seen: Seen) -> Iterator[tuple[KeyPath, str, str, set[str]]]:
    for connection in config.connections:
        for field, mapping in connection.values.items():
            pairs = seen.get(connection.name, {}).get(connection.fields.get(field, ""))
            if pairs:
                known = {text for pair in pairs for text in pair}
                for native, canonical in mapping.items():
                    yield ("connections", connection.name, "values", field, canonical), field, native, known


def _canonical(config: Config, seen: Seen) -> Iterator[tuple[KeyPath, str, str, set[str]]]:
    for use in config.uses:
        mapping = [connection for connection in config.connections if use.field in connection.fields]
        known = [_known(connection, use.field, seen) for connection in mapping]
        if use.values and known and all(known):
            # What `values` names is looked for there, by its native values.
            named = {value for connection in mapping for value in connection.values.get(use.field, {}).values()}
            for value in use.values:
                yield use.path, use.field, value, set().union(*known, named)


def _known(connection: Connection, field: str, seen: Seen) -> set[str]:
    pairs = seen.get(connection.name, {}).get(connection.fields[field], ())
    mapping = connection.values.get(field)
    if mapping is None:
        return {name for _, name in pairs}
    return {mapping.get(code, mapping.get(name, name)) for code, name in pairs}
