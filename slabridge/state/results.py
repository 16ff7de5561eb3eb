"""What tickets came to, a row for each cycle (docs/tables.md)."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final

import orjson
import sqlalchemy as sa
from msgspec.structs import replace

from sla_engine import Result
from sla_engine.ticket import Values
from slabridge.state.database import insert_many
from slabridge.state.schema import result, ticket
from slabridge.state.text import storable
from slabridge.state.transaction import Transaction, in_parts

DIMENSIONS: Final = ("priority", "team", "service", "customer", "type")
"""Fields that have a column of their own; all others that are mapped are in one."""

_SAME: Final = (
    "agreement",
    "objective",
    "cycle",
    "toml_table",
    "kind",
    "stage",
    "status",
    "breached",
    "excluded",
    "started_at",
    "stopped_at",
    "due_at",
    "due_if_resumed",
    "breached_at",
    "next_change_at",
    "target_ms",
    "elapsed_ms",
    "remaining_ms",
    "paused_ms",
    "holder",
    "breach_holder",
    "calendar",
    "definition",
    "since",
    "deadline",
)
_ATTRIBUTES: Final = {
    "toml_table": "table",
    "target_ms": "target",
    "elapsed_ms": "elapsed",
    "remaining_ms": "remaining",
    "paused_ms": "paused",
}
"""Columns that are called otherwise in `Result`; SQL has a table of its own."""

_HOLDERS: Final = ""
"""Stands among the dimensions for the holders, where a column does not hold them as they are. No field is called so."""

_NAMES: Final = tuple(_ATTRIBUTES.get(name, name) for name in _SAME)
_of_result: Final = attrgetter(*_NAMES)
_WRITTEN: Final = ("connection", "ticket", "place", *_SAME, *DIMENSIONS, "dimensions")
_GIVEN: Final = Result.__struct_fields__[: Result.__struct_fields__.index("segments")]
"""What every result is given, in its order; the first four stand in no column of their own, or are the ticket's."""
_COLUMNS: Final = dict(zip(_NAMES, _SAME, strict=True))
_READ: Final = tuple(
    result.c[name] for name in (*map(_COLUMNS.__getitem__, _GIVEN[4:]), "breach_holder", *DIMENSIONS, "dimensions")
)
_made: Callable[..., Result] = Result
_OWN: Final = len(_GIVEN) - 4
"""Where the holder at the breach stands in what is read; the dimensions follow."""


def put(transaction: Transaction, came_to: Mapping[str, Sequence[Result]], before: Collection[str]) -> None:
    """Keep what tickets came to, by id, instead of what they came to `before`: those had results."""
    for part in in_parts(sorted(before)):
        statement = sa.delete(result).where(transaction.owns(result), result.c.ticket.in_(part))
        transaction.sql.execute(statement)
    connection = storable(transaction.connection)
    rows = [
        (connection, id_, place) + _columns(one)  # noqa: RUF005 - half the time of unpacking it
        for id_, results in zip(map(storable, came_to), came_to.values(), strict=True)
        for place, one in enumerate(results)
    ]
    if rows:
        insert_many(transaction.sql, result, _WRITTEN, rows)


def forget(transaction: Transaction) -> None:
    """Forget what all tickets of the connection came to, but for those that were purged."""
    known = sa.select(ticket.c.id).where(transaction.owns(ticket))
    transaction.sql.execute(sa.delete(result).where(transaction.owns(result), result.c.ticket.in_(known)))


def of(transaction: Transaction, keys: Mapping[str, str], but: Collection[str] = ()) -> dict[str, tuple[Result, ...]]:
    """Return what tickets came to, by id, each in the order in which it was kept; without segments.

    `keys` has the key that people call each by, by its id; what was judged by a definition of `but` is left out.
    """
    found: dict[str, list[Result]] = {}
    for part in in_parts(keys):
        statement = sa.select(result.c.ticket, *_READ).where(transaction.owns(result), result.c.ticket.in_(part))
        if but:
            statement = statement.where(result.c.definition.not_in(but))
        for row in transaction.sql.execute(statement.order_by(result.c.ticket, result.c.place)).all():
            id_ = row[0]
            found.setdefault(id_, []).append(_result(transaction.connection, id_, keys[id_], row[1:]))
    return {id_: tuple(results) for id_, results in found.items()}


def taken(
    transaction: Transaction, since: int, by: Sequence[str]
) -> Iterator[tuple[str, tuple[str, ...], int, int, int | None]]:
    """Yield (agreement.objective, values of fields, elapsed, target, when it ended), in ms, of cycles since an instant.

    Left out are cancelled and excluded ones, and those by a deadline, which have no target of working time.
    """
    columns = (result.c.agreement, result.c.objective, result.c.elapsed_ms, result.c.target_ms, result.c.stopped_at)
    held = [result.c[name] for name in DIMENSIONS]
    statement = sa.select(*columns, *held, result.c.dimensions).where(
        transaction.owns(result),
        result.c.started_at >= since,
        result.c.stage != "cancelled",
        ~result.c.excluded,
        result.c.deadline.is_(None),
    )
    for agreement, objective, elapsed, target, ended_at, *texts, further in transaction.sql.execute(statement):
        values = dict(zip(DIMENSIONS, texts, strict=True))
        if any(name not in values for name in by):
            values |= {name: _text(value) for name, value in _further(further).items() if name not in values}
        yield f"{agreement}.{objective}", tuple(values.get(name) or "" for name in by), elapsed, target, ended_at


def begins(sql: sa.Connection) -> int | None:
    """Return when the first of all cycles began, ms UTC; None where there is none."""
    return sql.execute(sa.select(sa.func.min(result.c.started_at))).scalar()


def _text(value: object) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)


def _columns(one: Result) -> tuple[Any, ...]:
    """Return a result as the columns hold it, from the agreement on."""
    row, held = _of_result(one), tuple(one.dimensions.items())
    if (one.holder and "\0" in one.holder) or (one.breach_holder and "\0" in one.breach_holder):
        return (*map(storable, row), *_dimensions(held, (one.holder, one.breach_holder)))
    return row + _dimensions(held)


@lru_cache(maxsize=20_000)
def _dimensions(held: tuple[tuple[str, Values], ...], holders: tuple[str | None, ...] = ()) -> tuple[str | None, ...]:
    """Return what fields held as the columns hold it; many results share it."""
    of, further = dict(held), dict[str, Any]()
    own = {name: ", ".join(of[name]) or None if name in of else None for name in DIMENSIONS}
    for name, values in held:
        if values and (name not in own or not _fits(values)):
            further[name] = values[0] if len(values) == 1 else values
    if holders:
        further[_HOLDERS] = holders
    return (*map(storable, own.values()), _json(further))


def _fits(values: Sequence[str]) -> bool:
    """Return whether values stand in a text column as they are."""
    return len(values) == 1 and "\0" not in values[0]


def _json(further: Mapping[str, Any]) -> str | None:
    return orjson.dumps(further, option=orjson.OPT_SORT_KEYS).decode() if further else None


def _result(connection: str, id_: str, key: str, held: Sequence[Any]) -> Result:
    dimensions, holders = _held(held[_OWN + 1 :])
    found = _made(0, connection, key, id_, *held[:_OWN], (), held[_OWN], None, dimensions)
    return found if holders is None else replace(found, holder=holders[0], breach_holder=holders[1])


@lru_cache(maxsize=20_000)
def _held(columns: tuple[str | None, ...]) -> tuple[Mapping[str, Values], Sequence[str | None] | None]:
    """Return what fields held, and the holders where no column has them as they are; many results share it."""
    *own, text = columns
    further = _further(text)
    holders = further.pop(_HOLDERS, None)
    dimensions = {name: (value,) for name, value in zip(DIMENSIONS, own, strict=True) if value is not None}
    dimensions |= {name: tuple(value) if isinstance(value, list) else (value,) for name, value in further.items()}
    return dimensions, holders


def _further(text: str | None) -> dict[str, Any]:
    with suppress(orjson.JSONDecodeError):  # the next evaluation of the ticket writes them anew
        found = orjson.loads(text or "{}")
        return found if isinstance(found, dict) else {}
    return {}
