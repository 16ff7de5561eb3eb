"""The rows of a list of a report: the tickets behind its figures."""

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from slabridge.show.words import LISTS
from slabridge.text.said import said
from slabridge.web.asked import Absent, none_of, number_of
from slabridge.web.chosen import chosen_of, head_of
from slabridge.web.request import ONLY
from slabridge.web.site import site_of
from slabridge.web.waiting import goes_there, waits

PAGE = 200
_TOLD_FIRST = (
    *("ticket", "outcome", "agreement", "objective", "breach_holder", "holder", "cause", "breached_at"),
    *("over_seconds", "due_at"),
)
"""Columns of lists that people look at first."""


def rows(request: Request) -> Response:
    """Show the rows of a list of a report, each with the way to its ticket."""
    name, site = request.path_params["list"], site_of(request)
    if name not in LISTS:
        raise Absent(said("a report has no list %(name)s; it has %(known)s", name=name, known=", ".join(LISTS)))
    query = request.query_params
    where = {key.removeprefix(ONLY): query.getlist(key) for key in query if key.startswith(ONLY)}
    offset = number_of(query, "offset", 0)
    chosen = chosen_of(request, also=("offset", *(f"{ONLY}{key}" for key in where)))
    head = head_of(request, chosen.found.folder)
    if chosen.found.folder is None or head is None:
        return waits(request, chosen)
    if "HX-Request" in request.headers:
        return goes_there(request)
    try:
        lines = (chosen.found.folder / f"{name}.jsonl").open("rb")
    except FileNotFoundError:  # it was kept no longer
        return waits(request, chosen)
    with lines:
        columns = orjson.loads(next(lines))
        unfit = [key for key in where if key not in columns]
        if unfit:
            raise none_of("only", unfit[0], columns)
        passed = 0 if where else offset  # what is passed over is not read, where every row fits
        matching = _matching(columns, where, islice(lines, passed, None))
        shown = list(islice(matching, offset - passed, offset - passed + PAGE + 1))
    names = _shown(columns, shown[:PAGE], where)
    found = {"shown": names, "rows": shown[:PAGE], "more": len(shown) > PAGE, "offset": offset, "page": PAGE}
    return site.page(request, "rows.html", chosen=chosen, head=head, list=name, where=where, **found)


def _shown(columns: list[str], rows: list[dict[str, Any]], where: Mapping[str, list[str]]) -> list[str]:
    """Return the columns that say something: what tells most at first, none that is empty, or the same in each row."""
    first = [name for name in _TOLD_FIRST if name in columns]
    rest = [name for name in columns if name not in first and (name != "id" or "ticket" not in columns)]
    filled = (name for name in (*first, *rest) if any(row[name] not in (None, "") for row in rows))
    return [name for name in filled if name == "ticket" or len(where.get(name, ())) != 1]


def _matching(columns: list[str], where: Mapping[str, list[str]], lines: Iterator[bytes]) -> Iterator[dict[str, Any]]:
    """Yield the rows that hold one of the values of each column; a column of several holds each of them."""
    written = [[orjson.dumps(value)[1:-1] for value in values] for values in where.values()]
    for line in lines:
        if not all(any(text in line for text in texts) for texts in written):  # of 100,000 rows few are read
            continue
        row = dict(zip(columns, orjson.loads(line), strict=True))
        held = {key: _as_text(row[key]) for key in where}
        if all({text, *text.split(", ")}.intersection(where[key]) for key, text in held.items()):
            yield row


def _as_text(value: object) -> str:
    """Return a value of a row as an address has it."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value)
