"""Records read completely: a table to its end, or all that hold given values, each page no longer than it may be."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace

import structlog

from connectors.errors import CutShort, Refused
from connectors.parallel import Lanes
from connectors.servicenow import query
from connectors.servicenow.pace import Pace
from connectors.servicenow.page import PageRequest, Record, RecordPage, after
from connectors.servicenow.selection import IN_LIST, LONG_LIST, ROWS, Selected, Selection, SelectionPart
from connectors.servicenow.settings import ServiceNowSettings
from connectors.servicenow.table import Tables, page_of

log = structlog.get_logger(__name__)


class Records:
    """The records of one instance."""

    def __init__(self, tables: Tables, settings: ServiceNowSettings) -> None:
        self._tables = tables
        self._name = settings.name
        self._pace = Pace()
        self._lanes = Lanes(settings.concurrency, f"{settings.name}-call")

    def page(  # noqa: PLR0913 - what a page is asked by
        self, table: str, query: str, fields: Sequence[str], *, limit: int, offset: int = 0, links: bool = False
    ) -> RecordPage:
        """Read one page; where the instance cancels it for taking too long, half as many rows, and so on."""
        return self._paced(PageRequest(table, query, fields, limit, offset, links))

    def walk(  # noqa: PLR0913 - what pages are asked by
        self,
        table: str,
        behind: Callable[[Record | None], str],
        is_place: Callable[[Record], bool],
        fields: Sequence[str],
        *,
        limit: int,
        links: bool = False,
    ) -> Iterator[tuple[RecordPage, bool]]:
        """Read all pages by key-set, and say of each whether it is the last.

        `behind` gives the query for the rows behind a row (None: all), ordered; `is_place` says whether it can.
        """
        row: Record | None = None
        offset, last = 0, False
        while not last:
            page = self.page(table, behind(row), fields, limit=limit, offset=offset, links=links)
            last, reached, offset = after(page, offset, is_place)
            yield page, last
            row = reached or row

    def matching(self, table: str, condition: str, fields: Sequence[str]) -> tuple[list[Record], int]:
        """Read all rows that a condition holds on, and say how many more access rules hide.

        Whether the instance heeded the condition is for the caller to check.
        """

        def behind(row: Record | None) -> str:
            return query.joined(condition, f"sys_id>{query.word(row['sys_id'])}" if row else "", "ORDERBYsys_id")

        def is_place(row: Record) -> bool:
            return query.is_word(str(row.get("sys_id")))

        rows: list[Record] = []
        count = 0
        for page, _ in self.walk(table, behind, is_place, ["sys_id", *fields], limit=ROWS):
            count = max(count, page.count or 0)
            rows += page.rows
        return rows, max(0, count - len(rows))

    def read(self, selections: Sequence[Selection]) -> list[Selected]:
        """Read selections completely: in batches where the instance has them, else in calls of their own.

        Raises:
            Refused: a row came that was not asked for, or the credentials are refused; that a table may not be read is
                a `Selected`.
        """
        parts = [list(selection.parts(LONG_LIST)) for selection in selections]
        opened = [part for of in parts for part in of]
        while len(opened) > 1 or any(len(part.values) > IN_LIST for part in opened):
            if self._tables.batch.there is False:
                break
            size = self._tables.batch.reads
            groups = [opened[start : start + size] for start in range(0, len(opened), size)]
            alone = [part for left in self._lanes.map(self._together, groups) for part in left]
            self._alone(alone)
            opened = [part for part in opened if not part.done]
        self._alone(opened)
        return [
            Selected(
                [row for part in of for row in part.rows],
                sum(part.hidden for part in of),
                next((part.refused for part in of if part.refused), None),
            )
            for of in parts
        ]

    def select(  # noqa: PLR0913 - what to read
        self,
        table: str,
        field: str,
        values: Collection[str],
        fields: Sequence[str],
        *,
        where: Mapping[str, Collection[str]] | None = None,
        complete: bool = False,
        links: bool = False,
    ) -> Iterator[Record]:
        """Read the rows whose field holds one of the values, and which hold what `where` says.

        Raises:
            Refused: as `read`; or the table may not be read; or rows are hidden although `complete` is asked for.
        """
        (got,) = self.read([Selection(table, field, list(values), fields, where or {}, links=links)])
        if got.refused:
            raise got.refused
        if complete:
            self.require_all(table, got)
        yield from got.rows

    def require_all(self, table: str, got: Selected) -> None:
        """Return if access rules hide nothing.

        Raises:
            Refused: they do; which permission is missing.
        """
        if got.hidden:
            raise Refused(
                f"{self._tables.who}: {got.hidden} of {got.hidden + len(got.rows)} rows of {table} are hidden from the "
                f"account by access rules; give it read access to {table}: a rule (ACL) of type record, operation read"
            )

    def close(self) -> None:
        """End the threads."""
        self._lanes.close()

    def _together(self, parts: Sequence[SelectionPart]) -> list[SelectionPart]:
        """Read one page of each part in a batch, and return those that got no usable answer."""
        batch = self._tables.batch
        try:
            sent = batch.send([self._tables.inner_read(part.ask()) for part in parts], idempotent=True)
        except CutShort:
            if len(parts) == 1:
                return list(parts)
            log.warning("a batch was cut short, smaller ones follow", connection=self._name, reads=len(parts))
            batch.shrink()
            return []
        if sent is None:
            return []
        if None in sent.replies:
            batch.shrink()
        alone = []
        for part, reply in zip(parts, sent.replies, strict=True):
            page = page_of(reply, part.ask(), sent.date)
            if page is None:
                alone.append(part)
            else:
                part.take(page, self._tables.who)
        return alone

    def _alone(self, parts: Sequence[SelectionPart]) -> None:
        """Read parts to their ends in calls of their own; long lists in shorter ones."""
        pieces = [part.split(IN_LIST) if len(part.values) > IN_LIST else [part] for part in parts]
        for _ in self._lanes.map(self._to_its_end, [piece for of in pieces for piece in of]):
            pass
        for part, of in zip(parts, pieces, strict=True):
            if len(of) > 1:
                part.join(of)

    def _to_its_end(self, part: SelectionPart) -> None:
        try:
            while not part.done:
                part.take(self._paced(part.ask()), self._tables.who)
        except Refused as refused:
            if not refused.is_of_one_thing:
                raise
            part.refuse(refused)

    def _paced(self, ask: PageRequest) -> RecordPage:
        while True:
            rows = self._pace.of(ask.table, ask.limit)
            try:
                page = self._tables.page(replace(ask, limit=rows))
            except CutShort:
                if rows == 1:
                    raise
                self._pace.halve(ask.table, rows)
                log.warning(
                    "a read was cut short, smaller pages follow",
                    connection=self._name,
                    table=ask.table,
                    rows=rows,
                )
            else:
                self._pace.grow(ask.table, rows)
                return page
