"""The search index, which can lag: a search then sees an issue as it was some time ago."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from slabridge_sandbox.jira.site import Site

Row = Mapping[str, Any] | sqlite3.Row
"""An issue, by column."""


@dataclass(frozen=True, slots=True)
class View:
    """How issues look: as they are, or those in `stale` as they were at `at`.

    `sql` stands before a query of `issues`, and `parameters` before its own.
    """

    sql: str = ""
    parameters: tuple[Any, ...] = ()
    stale: frozenset[int] = field(default_factory=frozenset)
    at: int = 0


PRESENT = View()


def view(site: "Site", reconciled: Iterable[int]) -> View:
    """Return what the index knows by now; of the reconciled issues it knows everything."""
    at = site.clock.now - round(site.switches.index_lag * 1000)
    reached = site.db.execute(
        "SELECT min(seq), id FROM former WHERE until > ? AND id NOT IN (SELECT value FROM json_each(?)) GROUP BY id",
        (at, orjson.dumps(list(reconciled)).decode()),
    ).fetchall()
    if not reached or not site.switches.index_lag:
        return PRESENT
    columns = ", ".join(site.fields.columns)
    stale = orjson.dumps([id_ for _, id_ in reached]).decode()
    sql = (
        f"WITH issues AS (SELECT {columns} FROM main.issues WHERE id NOT IN (SELECT value FROM json_each(?))"  # noqa: S608 - our names
        f" UNION ALL SELECT {columns} FROM former WHERE existed AND seq IN (SELECT value FROM json_each(?))) "
    )
    parameters = (stale, orjson.dumps([seq for seq, _ in reached]).decode())
    return View(sql, parameters, frozenset(id_ for _, id_ in reached), at)


def remember(site: "Site", until: int, issue: Row, *, existed: bool = True) -> None:
    """Keep what an issue is until it changes, for as long as the index does not know better."""
    if site.switches.index_lag:
        columns = site.fields.columns
        site.db.execute(
            f"INSERT INTO former (until, existed, {', '.join(columns)}) VALUES (?, ?{', ?' * len(columns)})",  # noqa: S608 - our names
            (until, existed, *(issue[column] for column in columns)),
        )
