"""What a customer's file and `common.toml` come to together (docs/customers.md)."""

from collections.abc import Collection, Mapping
from typing import Any

from slabridge.config.like import resolve_like
from slabridge.config.problem import KeyPath, instead
from slabridge.config.reading import Reading

_NAMED = ("calendars", "clocks", "classes", "services", "agreements", "connections", "receivers")
"""Tables of tables: each of these stands in one of the two files."""
_LIKE = ("calendars", "agreements", "connections")
"""Of these, one can be like another."""
_KEYS = ("timezone", "state")
"""What is no table: a customer's own replaces that of all."""

Tables = Mapping[str, Any]


def joined(common: Tables, own: Tables, common_file: str, reading: Reading) -> dict[str, Any]:
    """Return one document of both; a table that stands in both is a problem."""
    files = reading.places.files
    document: dict[str, Any] = {}
    for key in dict.fromkeys([*common, *own]):
        if key not in common or (key in _KEYS and key in own):
            document[key] = own[key]
        elif key in _NAMED and isinstance(common[key], Mapping) and isinstance(own.get(key, {}), Mapping):
            mine = own.get(key, {})
            for name in common[key]:
                if name in mine:
                    _twice((key, name), common_file, reading)
                else:
                    files[key, name] = common_file
            document[key] = {**common[key], **mine}
        elif key not in own:
            document[key] = common[key]
            files[(key,)] = common_file
        else:
            _twice((key,), common_file, reading)
            document[key] = own[key]
    if "like" in own:
        del document["like"]
    left_out = _left_out(common, own, reading)
    document["agreements"] = _agreements(common, own, document.get("agreements", {}), left_out, reading)
    if "notify" in common and isinstance(document["notify"], list):
        lacking = left_out - set(_ids(own).values())
        told = (_told_of(rule, lacking) for rule in document["notify"])
        document["notify"] = [rule for rule in told if rule is not None]
    document["connections"] = _connections(common, own, document.get("connections", {}), reading)
    return document


def _twice(path: KeyPath, common_file: str, reading: Reading) -> None:
    remedy = "keep one of them"
    if len(path) > 1:
        remedy += ", or give this one another name" + (' and like = "..."' if path[0] in _LIKE else "")
    reading.problem(path, f"stands in {common_file}, too; {remedy}")


def _left_out(common: Tables, own: Tables, reading: Reading) -> set[str]:
    """Return the ids of the agreements of all that a customer has not."""
    ids = _ids(common)
    return set(ids.values()) - _chosen(own, ids.values(), reading)


def _ids(document: Tables) -> dict[str, str]:
    """Return the ids of agreements by the names of their tables."""
    return {name: str(table.get("id", name)) for name, table in _tables(document, "agreements").items()}


def _told_of(rule: object, lacking: Collection[str]) -> object:
    """Return a rule of [[notify]] without agreements that a customer has not; None where it names no others."""
    if not isinstance(rule, Mapping) or not isinstance(rule.get("agreements"), list) or not rule["agreements"]:
        return rule
    left = [one for one in rule["agreements"] if one not in lacking]
    return {**rule, "agreements": left} if left else None


def _agreements(common: Tables, own: Tables, tables: object, left_out: set[str], reading: Reading) -> object:
    """Return the agreements that a customer has: its own, and those of all, or of these the ones it is `like`."""
    if not isinstance(tables, Mapping):
        return tables
    ids, mine = _ids(common), set(_ids(own).values())
    # What one that is there backs may not be there: it backs the others that it names.
    kept = {name: _without(table, left_out - mine) for name, table in _tables(common, "agreements").items()}
    completed = resolve_like({**_tables({"agreements": tables}, "agreements"), **kept}, ("agreements",), reading)
    other = {name: table for name, table in tables.items() if not isinstance(table, Mapping)}
    return {**other, **{name: completed[name] for name in completed if ids.get(name) not in left_out}}


def _chosen(own: Tables, known: Collection[str], reading: Reading) -> set[str]:
    """Return the ids of the agreements of all that a customer has."""
    if "like" not in own:
        return set(known)
    like = own["like"]
    wanted = [like] if isinstance(like, str) else like
    if not isinstance(wanted, list) or not all(isinstance(one, str) for one in wanted):
        reading.problem(("like",), 'names agreements of common.toml, as in like = ["gold", "desk"]', like)
        return set(known)
    for one in wanted:
        if one not in known:
            reading.problem(("like",), f"no agreement of common.toml has this id; {instead(one, known)}", one)
    return set(wanted)


def _without(table: Tables, left_out: Collection[str]) -> dict[str, Any]:
    """Return an agreement without what it backs of agreements that are left out."""
    kept = dict(table)
    supports = table.get("supports")
    if isinstance(supports, list):
        kept["supports"] = [one for one in supports if str(one).rpartition(".")[0] not in left_out]
    objectives = table.get("objectives")
    if isinstance(objectives, Mapping):
        kept["objectives"] = {
            name: _without(one, left_out) if isinstance(one, Mapping) else one for name, one in objectives.items()
        }
    return kept


def _connections(common: Tables, own: Tables, tables: object, reading: Reading) -> object:
    """Return the connections of a customer's own file; those of all are there to be `like`."""
    if not isinstance(tables, Mapping):
        return tables
    mine = _tables(own, "connections")
    if not mine and not own.get("connections"):
        known = list(_tables(common, "connections"))
        example = f' with like = "{known[0]}"' if known else ""
        reading.problem(("connections",), f"has none of its own; write [connections.NAME]{example} into this file")
    completed = resolve_like({**_tables(common, "connections"), **mine}, ("connections",), reading)
    other = {name: table for name, table in tables.items() if not isinstance(table, Mapping)}
    return {**other, **{name: completed[name] for name in mine if name in completed}}


def _tables(document: Tables, key: str) -> dict[str, Tables]:
    """Return the named tables below a key; what is none is complained of by who reads it."""
    found = document.get(key, {})
    return {name: one for name, one in found.items() if isinstance(one, Mapping)} if isinstance(found, Mapping) else {}
