"""Who is called by a pseudonym in this state: the forgotten, and on which connections everybody (docs/privacy.md)."""

import json
import time
from collections.abc import Collection, Mapping

import sqlalchemy as sa

from slabridge.state.connections import standing
from slabridge.state.database import upsert
from slabridge.state.schema import connection, forgotten, ticket
from slabridge.state.transaction import Transaction
from slabridge.state.trouble import StateError
from slabridge.ticket.people import Called, Key, words_of


def called(sql: sa.Connection, key: Key | None) -> dict[str, Called]:
    """Return the forgotten, by the pseudonym of each of their names.

    Raises:
        StateError: there are some, or pseudonyms, and this is not the key that they were made with.
    """
    rows = sql.execute(sa.select(forgotten)).all()
    noted = sql.scalars(sa.select(connection.c.pseudonyms).where(connection.c.pseudonyms.is_not(None)))
    checks = {row.key for row in rows} | {json.loads(text)["key"] for text in noted}
    if checks:
        _check(key, checks)
    return {row.pseudonym: Called(row.person, row.words) for row in rows}


def last_forgotten(sql: sa.Connection) -> int | None:
    """Return when somebody was forgotten last, ms UTC; None where nobody was."""
    found: int | None = sql.scalar(sa.select(sa.func.max(forgotten.c.at)))
    return found


def forget(sql: sa.Connection, key: Key, person: str, names: Collection[str]) -> None:
    """Let these names of a person be replaced by a pseudonym from now on."""
    at = time.time_ns() // 1_000_000
    rows = {
        key.pseudonym(name): {"person": person, "words": len(words_of(name)), "key": key.check, "at": at}
        for name in names
    }
    upsert(sql, forgotten, [{"pseudonym": pseudonym, **row} for pseudonym, row in rows.items()])


def agree(transaction: Transaction, key: Key | None, fields: frozenset[str] | None, mapped: Collection[str]) -> None:
    """Note which native fields (None: none, and no author) are read with pseudonyms, of those that are `mapped`.

    Raises:
        StateError: tickets were read otherwise; what to do.
    """
    mine = connection.c.name == transaction.connection
    kept = transaction.sql.scalar(sa.select(connection.c.pseudonyms).where(mine))
    if kept is None and fields is None:
        return
    noted = None if kept is None else json.loads(kept)
    if transaction.sql.scalar(sa.select(sa.exists().where(transaction.owns(ticket)))):
        _compare(transaction.connection, noted, key, fields, mapped, standing(transaction).fields)
    set_pseudonyms(transaction, key, fields)


def set_pseudonyms(transaction: Transaction, key: Key | None, fields: frozenset[str] | None) -> None:
    """Keep which native fields hold pseudonyms, by which key; None: names."""
    text = None
    if fields is not None and key is not None:
        text = json.dumps({"key": key.check, "fields": sorted(fields)})
    upsert(transaction.sql, connection, [{"name": transaction.connection, "pseudonyms": text}])


def _compare(  # noqa: PLR0913, PLR0917 - what was, and what is wanted
    name: str,
    noted: Mapping[str, object] | None,
    key: Key | None,
    fields: frozenset[str] | None,
    mapped: Collection[str],
    read: frozenset[str] | None,
) -> None:
    before = None if noted is None else frozenset(map(str, _listed(noted["fields"])))
    if noted is not None:
        _check(key, {str(noted["key"])})
    if before is not None and (fields is None or (before - fields).intersection(mapped)):
        raise StateError(
            f"the tickets of {name} were read with pseudonyms, and their names cannot come back; "
            "put [privacy] back as it was, or name another state"
        )
    new = frozenset() if fields is None else fields - (before or frozenset())
    if fields is not None and (before is None or (new if read is None else new & read)):
        raise StateError(
            f"the state holds names of people from {name}, read before there were pseudonyms for them; "
            "replace them with `slabridge forget --everyone --apply`, and run again"
        )


def _listed(held: object) -> list[object]:
    return held if isinstance(held, list) else []


def _check(key: Key | None, checks: Collection[str]) -> None:
    if key is None:
        raise StateError(
            "people are called by pseudonyms in this state, and no key says by which; put key back into [privacy]"
        )
    if set(checks) != {key.check}:
        raise StateError(
            "people are called by pseudonyms in this state that were made with another key; put the former one back "
            "where [privacy] key finds it"
        )
