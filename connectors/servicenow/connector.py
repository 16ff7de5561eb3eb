"""ServiceNow as a Connector.

Per 1,000 changed tickets a pull makes 1,000 / page_size calls for the records, 25 for their history and 25 for their
comments (40 ids each), one for the labels of choices, and one for each 40 groups or people not seen before.
"""

import itertools
from collections.abc import Iterator, Sequence

from connectors.errors import Refused, Unavailable
from connectors.http import Http
from connectors.interface import (
    Cursor,
    Fact,
    Identity,
    NativeTicket,
    Outcome,
    Page,
    Receipt,
    Skipped,
    Touched,
    Write,
)
from connectors.servicenow import query, stamp, writing
from connectors.servicenow.comments import read_journal
from connectors.servicenow.history import read_changes
from connectors.servicenow.names import Names
from connectors.servicenow.query import Position
from connectors.servicenow.scan import cursor_of, position_of, scan
from connectors.servicenow.table import IN_LIST, Row, Tables
from connectors.servicenow.ticket import columns, key_of, ticket_of
from connectors.settings import BasicAuth, ServiceNowSettings

_IDS_LIMIT = 1000
_UNCLEAR_LIMIT = 3


class ServiceNow:
    """A connection to one table of one instance.

    Raises:
        Refused: the settings cannot be used: url, table, a field's name, filter.
    """

    def __init__(self, settings: ServiceNowSettings, http: Http | None = None) -> None:
        self.name = settings.name
        self.http = http or Http(settings.name, settings.auth, timeout=settings.timeout)
        self._settings = settings
        self._filter = query.filter_of(settings.filter)
        self._columns = [query.name(field) for field in columns(settings)]
        self._tables = Tables(settings, self.http)
        self._names = Names(self._tables, settings)
        self._account = settings.auth.user if isinstance(settings.auth, BasicAuth) else ""
        query.name(settings.table)

    @property
    def calls(self) -> int:
        """See `Connector.calls`."""
        return self.http.calls.total()

    def check(self) -> Identity:
        """Read one record: it proves the credentials, and that the fields of the filter exist.

        Raises:
            Refused: wrong credentials, unknown table, or a field in the filter or `created` that cannot be read:
                ServiceNow would ignore the condition.
        """
        settings = self._settings
        needed = [*query.fields_of(self._filter), settings.created]
        page = self._tables.page(settings.table, "", ["sys_id", *needed], limit=1)
        for row in page.rows:
            absent = [field for field in needed if field not in row]
            if absent:
                raise Refused(
                    f"{self.name}: {settings.table} has no field {', '.join(absent)} that the account may read; "
                    "check `filter` and `created`"
                )
        if not self._account:
            self._account = self._who_am_i()
        return Identity(self._account, page.date)

    def changed(self, cursor: Cursor | None) -> Iterator[Page]:
        """See `Connector.changed`."""
        start = position_of(cursor)
        limit = self._settings.page_size
        for found in scan(self._tables, self._settings, start, self._columns, only=self._filter, limit=limit):
            tickets, skipped = self._tickets(found.rows)
            yield Page(tickets, cursor_of(found.position), skipped)

    def touched(self, cursor: Cursor | None) -> Iterator[Touched]:
        """See `Connector.touched`."""
        if not self._filter:
            return
        if cursor is None:
            page = self._tables.page(self._settings.table, "", ["sys_id"], limit=1)
            settled = stamp.stamp_of(page.date - self._settings.overlap * 1000)
            yield Touched((), cursor_of(Position(settled, "")))
            return
        for found in scan(self._tables, self._settings, position_of(cursor), [], only="", limit=_IDS_LIMIT):
            yield Touched(tuple(row["sys_id"] for row in found.rows), cursor_of(found.position))

    def reread(self, ids: Sequence[str]) -> Iterator[Page]:
        """See `Connector.reread`; whether an id is gone or hidden from us, ServiceNow does not say."""
        for start in range(0, len(ids), IN_LIST):
            asked = ids[start : start + IN_LIST]
            rows = list(self._tables.select(self._settings.table, "sys_id", asked, self._columns, links=True))
            tickets, skipped = self._tickets(rows)
            there = {row["sys_id"] for row in rows}
            yield Page(tickets, {}, skipped, gone=tuple(sys_id for sys_id in asked if sys_id not in there))

    def encode(self, field: str, fact: Fact) -> str | None:  # noqa: ARG002 - all fields take these forms
        """See `Connector.encode`: raw values, UTC, as the Table API gives them."""
        return writing.encode(fact)

    def write(self, writes: Sequence[Write]) -> Iterator[Receipt]:
        """See `Connector.write`: one PATCH each. What has no receipt when an error is raised was not sent.

        Raises:
            Unavailable: the tool went away, also when several writes in a row got no clear answer.
            Refused: the credentials no longer hold.
        """
        unclear = 0
        for write in writes:
            try:
                receipt = writing.apply(self._tables, self._settings.table, write)
            except (Refused, Unavailable) as error:
                yield Receipt(write, Outcome.FAILED, str(error))
                raise
            yield receipt
            unclear = unclear + 1 if receipt.outcome is Outcome.UNCLEAR else 0
            if unclear == _UNCLEAR_LIMIT:
                raise Unavailable(
                    f"{self.name}: {unclear} writes in a row got no clear answer; the last: {receipt.reason}"
                )

    def close(self) -> None:
        """See `Connector.close`."""
        self.http.close()

    def _tickets(self, rows: Sequence[Row]) -> tuple[tuple[NativeTicket, ...], tuple[Skipped, ...]]:
        """Return these records as tickets, with history, comments and names; what cannot be read is skipped."""
        settings, names = self._settings, self._names
        ids = [row["sys_id"] for row in rows]
        changes = read_changes(self._tables, ids, settings.fields)
        journal = read_journal(self._tables, ids) if settings.comments else {}
        now = ((field, names.text(row, field)) for row in rows for field in settings.fields)
        once = ((c.field, text) for found in changes.values() for c in found for text in (c.before, c.after))
        names.look_up(itertools.chain(now, once))
        tickets: list[NativeTicket] = []
        skipped: list[Skipped] = []
        for row in rows:
            sys_id = row["sys_id"]
            try:
                tickets.append(
                    ticket_of(
                        row,
                        changes.get(sys_id, ()),
                        journal.get(sys_id, ()),
                        settings=settings,
                        names=names,
                        account=self._account,
                    )
                )
            except ValueError as error:
                skipped.append(Skipped(sys_id, key_of(row), str(error)))
        return tuple(tickets), tuple(skipped)

    def _who_am_i(self) -> str:
        """Return the user name that a token stands for."""
        page = self._tables.page("sys_user", "sys_id=javascript:gs.getUserID()", ["user_name"], limit=2)
        if len(page.rows) != 1 or not page.rows[0].get("user_name"):
            raise Refused(
                f"{self.name}: sys_user does not tell which account the token belongs to; let it read its own record"
            )
        return str(page.rows[0]["user_name"])
