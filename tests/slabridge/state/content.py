"""All that a state holds, to be compared with another one."""

from collections.abc import Collection

import sqlalchemy as sa

from slabridge.state import State, schema

OUR_CLOCK = ("started_at", "finished_at", "summary", "sent_at", "seen_at", "files", "document")


def content(place: str, but: Collection[str] = ()) -> dict[str, list[object]]:
    """Return what the state holds, but for when runs were by our clock, which ports the tools had, and some columns."""
    state = State.of(place)
    found: dict[str, list[object]] = {}
    with state.reading() as transaction:
        for table in schema.metadata.sorted_tables:
            columns = [column for column in table.c if column.name not in {*OUR_CLOCK, *but}]
            found[table.name] = [
                tuple(row) for row in transaction.execute(sa.select(*columns).order_by(*table.primary_key))
            ]
    state.close()
    ours = ('"host"', "last_success_timestamp")
    found["counter"] = [row for row in found["counter"] if not any(word in str(row) for word in ours)]
    return found
