"""What changed since a place in the order (sys_updated_on, sys_id), read by key-set and checked row by row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import structlog

from connectors.errors import Refused
from connectors.interface import Cursor
from connectors.servicenow import stamp
from connectors.servicenow.page import Record, RecordPage
from connectors.servicenow.query import Position, behind, joined, narrowed
from connectors.servicenow.records import Records
from connectors.servicenow.settings import ServiceNowSettings

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """Some changed rows, and where to go on once they are dealt with."""

    rows: list[Record]
    position: Position


def scan(  # noqa: PLR0913 - what to read, and how
    records: Records,
    settings: ServiceNowSettings,
    start: Position,
    fields: Sequence[str],
    *,
    only: str,
    limit: int,
) -> Iterator[ScannedPage]:
    """Read the rows of the filter `only` behind a position, oldest change first; at least one `ScannedPage`.

    A row behind which no query can begin, as its id or stamp is odd, is yielded like any other; the position stays
    before it.

    A row may become visible as late as `overlap` seconds after its stamp. So a position is only as late as the server's
    clock less the overlap was when the scan first came that far: what is younger is read again by the next one.

    Raises:
        Refused: the window or its order was not kept, which means that ServiceNow dropped a condition.
    """
    at = reached = start

    def is_place(row: Record) -> bool:
        return _position(row).is_place

    def following(row: Record | None) -> str:
        place = start if row is None else _position(row)
        return joined(narrowed(only, behind(place)), "ORDERBYsys_updated_on", "ORDERBYsys_id")

    frontier: Position | None = None
    counted: int | None = None
    seen = 0
    columns = ["sys_id", "sys_updated_on", *fields]
    for page, is_last in records.walk(settings.table, following, is_place, columns, limit=limit, links=True):
        at = _checked(settings, page, at)
        reached = next((here for here in map(_position, reversed(page.rows)) if here.is_place), reached)
        settled = stamp.stamp_of(page.date - settings.overlap * 1000)
        if frontier is None and (is_last or at.updated >= settled):
            frontier = Position(settled, "")
        counted = page.count if counted is None else counted
        seen += len(page.rows)
        if page.rows or is_last:
            yield ScannedPage(page.rows, frontier or reached)
    if counted is not None and counted > seen:
        log.warning(
            "rows are hidden by access rules", connection=settings.name, table=settings.table, rows=counted - seen
        )


def cursor_of(position: Position) -> Cursor:
    """Return a position as JSON."""
    return {"updated": position.updated, "id": position.id}


def position_of(cursor: Cursor | None) -> Position:
    """Return the position that a cursor holds, the very first for None."""
    return Position(stamp.EARLIEST, "") if cursor is None else Position(cursor["updated"], cursor["id"])


def _checked(settings: ServiceNowSettings, page: RecordPage, at: Position) -> Position:
    """Return the position behind a page if its rows lie behind `at`, in order."""
    for row in page.rows:
        here = _position(row)
        if not at.precedes(*here):
            raise Refused(
                f"{settings.name}: {settings.table} ignores conditions on sys_updated_on and sys_id, or their order; "
                "may the account read, query and sort by these fields?"
            )
        at = here
    return at


def _position(row: Record) -> Position:
    return Position(row.get("sys_updated_on", ""), row.get("sys_id", ""))
