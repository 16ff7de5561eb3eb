"""Which columns may name people, and how names are replaced in them (docs/privacy.md, "What is kept where").

Every column of the schema is in one of the two tables here: a test fails for one that is in neither.
"""

import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import Enum, auto
from functools import partial
from typing import Any

import orjson
import sqlalchemy as sa

from slabridge.state import codec
from slabridge.state.database import inserting
from slabridge.state.schema import metadata, replaced, report
from slabridge.state.trouble import Damaged
from slabridge.ticket.people import People


class Holds(Enum):
    """How a column holds names."""

    TEXT = auto()
    JSON = auto()
    PACKED = auto()
    """compressed JSON"""
    FILE = auto()
    """the same of a configuration file, whose keys may be names, too"""
    TICKET = auto()
    """a native ticket"""


_TEXT, _JSON, _PACKED, _TICKET = Holds.TEXT, Holds.JSON, Holds.PACKED, Holds.TICKET

NAMING: Mapping[str, Mapping[str, Holds]] = {
    "ticket": {"payload": _TICKET, "last_written": _JSON},
    "result": {
        **dict.fromkeys(("holder", "breach_holder", "priority", "team", "service", "customer", "type"), _TEXT),
        "dimensions": _JSON,
    },
    "report": {"about": _TEXT, "definitions": _PACKED, "document": _PACKED},
    "figure": {"about": _TEXT, "value": _TEXT},
    "credit": {"about": _TEXT, "text": _TEXT},
    "share": {"about": _TEXT, "holder": _TEXT},
    "outage": {"about": _TEXT},
    "outbox": {"body": _TEXT, "reason": _TEXT},
    "seen_value": {"code": _TEXT, "name": _TEXT},
    "quarantine": {"reason": _TEXT},
    "configuration": {"files": _JSON, "document": Holds.FILE},
    "replaced": {"before": _TEXT, "after": _TEXT},
    "notification": {"receiver": _TEXT, "body": _TEXT, "reason": _TEXT},
    "run": {"summary": _JSON},
}
"""Columns in which names are looked for."""

NAMELESS: Mapping[str, str] = {
    "connection": "name changed touched fields judged_by as_of census_at gaps posts_from linked_by accepted_by "
    "held_since reverted reverted_by pseudonyms",
    "ticket": "connection id key digest pulled_in read_at pending is_open wake_at as_of gone only_linked changed_in "
    "quiet_since judged_in timeline",
    "result": "connection ticket agreement objective cycle place toml_table kind stage status breached excluded "
    "started_at stopped_at due_at due_if_resumed breached_at next_change_at target_ms elapsed_ms remaining_ms "
    "paused_ms calendar definition since deadline",
    "report": "period number issued_at as_of digest redacted_at",
    "figure": "period number subject objective measure dimension numerator denominator percent target kept",
    "credit": "period number service bill place ticket amount currency points",
    "share": "period number agreement cover counted_ms covered_ms closed_ms paused_ms uncovered_ms",
    "outage": "period number service started_at ended_at",
    "former_key": "connection key ticket",
    "link": "connection ticket other_connection named_by reference other follow missing_since",
    "outbox": "connection ticket marker key internal state sent_at not_before held_at run",
    "seen_value": "connection field tickets",
    "provisioned": "connection kind id field text detail made_at",
    "quarantine": "connection ticket key first_at last_at digest asked",
    "configuration": "number run seen_at",
    "configuration_effect": "configuration connection judged moved results writes held is_over",
    "replaced": "run connection ticket field key at ours",
    "notification": "connection ticket agreement objective cycle step key state urgent noted_at not_before "
    "tried_at sent_at attempts",
    "counter": "name labels value",
    "foresight": "as_of document",
    "forecast": "connection ticket agreement objective cycle risk alike basis as_of next_at",
    "forgotten": "pseudonym person words key at",
    "run": "id started_at finished_at exit_code reverts",
    "lease": "name owner expires_at",
}
"""Columns of ids, keys, words of the file, instants and counts: none of them names a person."""

AT_ONCE = 500
"""Rows of a transaction."""

Place = tuple[Any, ...]
"""The primary key of a row."""


def naming_tables() -> list[sa.Table]:
    """Return the tables that may name people; that of the tickets, from which all names are known, last."""
    return sorted((metadata.tables[name] for name in NAMING), key=lambda table: (table.name == "ticket", table.name))


def replace_names(
    sql: sa.Connection,
    table: sa.Table,
    people_of: Callable[[sa.Row[Any]], People],
    after: Place | None,
    at: int | None,
) -> tuple[int, Place | None]:
    """Replace names in the next rows; return in how many there were any, and the last row (None: there is none).

    `at` is when, ms UTC; None: they are only counted.
    """
    keys = list(table.primary_key)
    statement = sa.select(table).order_by(*keys).limit(AT_ONCE)
    if after is not None:
        statement = statement.where(sa.tuple_(*keys) > sa.tuple_(*after))
    rows = sql.execute(statement).all()
    changed = 0
    for row in rows:
        new = _changed(table, row, people_of(row))
        changed += bool(new)
        if new and at is not None:
            if table is report and {"definitions", "document"} & new.keys():
                new["redacted_at"] = at
            if table is replaced:  # what stood there cannot be put back any more
                sql.execute(sa.delete(table).where(*_is(table, row)))
            else:
                _put(sql, table, row, new)
    return changed, tuple(getattr(rows[-1], key.name) for key in keys) if rows else None


def _changed(table: sa.Table, row: sa.Row[Any], people: People) -> dict[str, Any]:
    """Return the columns of a row in which anybody was named, without the names."""
    new: dict[str, Any] = {}
    for name, holds in NAMING[table.name].items():
        held = getattr(row, name)
        if held is None:
            continue
        if holds is _TICKET:
            new |= _ticket(row, people)
            continue
        without = _WITHOUT[holds](held, people)
        if without != held:
            new[name] = without
    return new


def _ticket(row: sa.Row[Any], people: People) -> dict[str, Any]:
    try:
        native = codec.decode(row.payload)
    except Damaged:  # nobody can say whom it names: it goes, and the next run that judges the ticket reads it anew
        return {"payload": b"", "digest": ""} if row.payload else {}
    without = people.ticket(native)
    if without == native:
        return {}
    _, payload, digest = codec.encode(without)
    return {"payload": payload, "digest": digest}


def _json(held: str, people: People) -> str:
    try:
        document = orjson.loads(held)
    except orjson.JSONDecodeError:
        return people.text(held)
    without = people.document(document)
    return held if without == document else orjson.dumps(without, option=orjson.OPT_SORT_KEYS).decode()


def _packed(held: bytes, people: People, *, keys: bool = False) -> bytes:
    with suppress(zlib.error, orjson.JSONDecodeError):  # what is damaged is said where it is read
        document = orjson.loads(zlib.decompress(held))
        without = people.document(document, keys=keys)
        if without != document:
            return zlib.compress(orjson.dumps(without), 6)
    return held


_WITHOUT: Mapping[Holds, Callable[[Any, People], Any]] = {
    _TEXT: lambda held, people: people.text(held),
    _JSON: _json,
    _PACKED: _packed,
    Holds.FILE: partial(_packed, keys=True),
}


def _put(sql: sa.Connection, table: sa.Table, row: sa.Row[Any], new: Mapping[str, Any]) -> None:
    """Keep a row; where one is there already under its new key, their counts are added."""
    keys = [key.name for key in table.primary_key]
    if not new.keys() & set(keys):
        sql.execute(sa.update(table).where(*_is(table, row)).values(new))
        return
    sql.execute(sa.delete(table).where(*_is(table, row)))
    statement = inserting(sql, table)
    counts = [column for column in table.columns if column.name in _COUNTS and not column.primary_key]
    added = {column.name: column + statement.excluded[column.name] for column in counts}
    values = {**row._asdict(), **new}
    sql.execute(
        statement.values(values).on_conflict_do_update(index_elements=keys, set_=added)
        if added
        else statement.values(values).on_conflict_do_nothing(index_elements=keys)
    )


_COUNTS = (
    *("tickets", "numerator", "denominator"),
    *("counted_ms", "covered_ms", "closed_ms", "paused_ms", "uncovered_ms"),
)


def _is(table: sa.Table, row: sa.Row[Any]) -> list[sa.ColumnElement[bool]]:
    return [key == getattr(row, key.name) for key in table.primary_key]
