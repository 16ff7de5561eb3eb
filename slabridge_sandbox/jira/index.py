"""The search index, which can lag: a search then sees an issue as it was some time ago."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from slabridge_sandbox.clock import Clock
from slabridge_sandbox.jira.fields import Fields
from slabridge_sandbox.jira.switches import Switches

IssueRow = Mapping[str, Any] | sqlite3.Row
"""An issue, by column."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How issues look: as they are, or those in `stale` as they were at `at`.

    `sql` stands before a query of `issues`, and `parameters` before its own.
    """

    sql: str = ""
    parameters: tuple[Any, ...] = ()
    stale: frozenset[int] = field(default_factory=frozenset)
    at: int = 0


PRESENT = Snapshot()


class Index:
    """What searches see of the issues, by the switch `index_lag`."""

    def __init__(self, db: sqlite3.Connection, clock: Clock, switches: Switches, fields: Fields) -> None:
        self._db = db
        self._clock = clock
        self._switches = switches
        self._fields = fields

    def snapshot(self, reconciled: Iterable[int] = ()) -> Snapshot:
        """Return what the index knows by now; of the reconciled issues it knows everything."""
        at = self._clock.now - round(self._switches.index_lag * 1000)
        reached = self._db.execute(
            "SELECT min(seq), id FROM former WHERE until > ? AND id NOT IN (SELECT value FROM json_each(?))"
            " GROUP BY id",
            (at, orjson.dumps(list(reconciled)).decode()),
        ).fetchall()
        if not reached or not self._switches.index_lag:
            return PRESENT
        columns = ", ".join(self._fields.columns)
        stale = orjson.dumps([id_ for _, id_ in reached]).decode()
        sql = (
            f"WITH issues AS (SELECT {columns} FROM main.issues WHERE id NOT IN (SELECT value FROM json_each(?))"  # noqa: S608 - our names
            f" UNION ALL SELECT {columns} FROM former WHERE existed AND seq IN (SELECT value FROM json_each(?))) "
        )
        parameters = (stale, orjson.dumps([seq for seq, _ in reached]).decode())
        return Snapshot(sql, parameters, frozenset(id_ for _, id_ in reached), at)

    def remember(self, until: int, issue: IssueRow, *, existed: bool = True) -> None:
        """Keep what an issue is until it changes, for as long as the index does not know better."""
        if self._switches.index_lag:
            columns = self._fields.columns
            self._db.execute(
                f"INSERT INTO former (until, existed, {', '.join(columns)}) VALUES (?, ?{', ?' * len(columns)})",  # noqa: S608 - our names
                (until, existed, *(issue[column] for column in columns)),
            )
