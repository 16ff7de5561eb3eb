"""ServiceNow as a Connector.

Per 1,000 changed tickets a pull makes 1,000 / page_size calls for the records, as many for all history and comments,
and as many again at most for the names of groups and people not seen before; one more says what the fields are. Where
the instance has no batch API, history and comments take 25 calls each (40 ids a call).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from connectors.errors import Refused
from connectors.http.credentials import BasicAuth, OAuthPassword
from connectors.http.rules import Rules
from connectors.http.session import Http
from connectors.interface import (
    CommentDelete,
    CommentWrite,
    Cursor,
    Fact,
    FieldsWrite,
    Identity,
    LinkWrite,
    NativeClock,
    NativeDefinitions,
    NativeOutage,
    NativeRating,
    NativeTicket,
    Page,
    Receipt,
    Skipped,
    Survey,
    Touched,
    Traffic,
    Write,
)
from connectors.parallel import Lanes
from connectors.servicenow import clocks, query, stamp
from connectors.servicenow.catalogue import Catalogue
from connectors.servicenow.check import check, who_am_i
from connectors.servicenow.definitions import ended, read_definitions
from connectors.servicenow.gap import gaps_of
from connectors.servicenow.outages import read_outages
from connectors.servicenow.page import Record
from connectors.servicenow.pull.names import Names
from connectors.servicenow.pull.scan import ScannedPage, cursor_of, position_of, scan
from connectors.servicenow.pull.surroundings import SurroundingsReader
from connectors.servicenow.pull.ticket import columns, key_of, ticket_of
from connectors.servicenow.query import Position
from connectors.servicenow.rate import RULES
from connectors.servicenow.ratings import read_ratings
from connectors.servicenow.records import Records
from connectors.servicenow.settings import ServiceNowSettings
from connectors.servicenow.table import Tables
from connectors.servicenow.write import writing
from connectors.servicenow.write.choice import Choices
from connectors.servicenow.write.comment import fits
from connectors.servicenow.write.writer import Writer

_IDS_LIMIT = 1000
_REREAD = 500


class ServiceNow:
    """A connection to one table of one instance.

    Raises:
        Refused: the settings cannot be used: url, table, a field's name, filter.
    """

    rules: ClassVar[Rules] = RULES

    def __init__(self, settings: ServiceNowSettings, http: Http) -> None:
        self.name = settings.name
        self.http = http
        self._settings = settings
        self._filter = query.filter_of(settings.filter)
        self._columns = [query.name(field) for field in columns(settings)]
        self._tables = Tables(settings, self.http)
        self._records = Records(self._tables, settings)
        # Not those of the tables: a page waits for calls.
        self._lanes = Lanes(settings.concurrency, f"{settings.name}-page")
        self._catalogue = Catalogue(self._records, settings)
        self._choices = Choices(self._records, settings)
        self._names = Names(self._records, settings, self._catalogue)
        self._around = SurroundingsReader(self._records, settings, self._catalogue)
        self._account = settings.auth.user if isinstance(settings.auth, BasicAuth | OAuthPassword) else ""
        for name in filter(None, (settings.table, settings.result_table, settings.result_reference)):
            query.name(name)

    @property
    def calls(self) -> int:
        """See `Connector.calls`."""
        return self.http.calls.total()

    @property
    def traffic(self) -> Traffic:
        """See `Connector.traffic`."""
        return self.http.traffic

    def check(self) -> Identity:
        """Read one record, which proves the credentials and that what the settings name can be read.

        Raises:
            Refused: they do not, or it cannot.
        """
        now = check(self._records, self._settings, self._filter)
        if not self._account:
            self._account = who_am_i(self._records, self.name)
        return Identity(self._account, now)

    def changed(self, cursor: Cursor | None) -> Iterator[Page]:
        """See `Connector.changed`."""
        start = position_of(cursor)
        limit = self._settings.page_size
        scanned = scan(self._records, self._settings, start, self._columns, only=self._filter, limit=limit)

        def page(found: ScannedPage) -> Page:
            tickets, skipped = self._tickets(found.rows)
            return Page(tickets, cursor_of(found.position), skipped)

        yield from self._lanes.map(page, scanned)

    def touched(self, cursor: Cursor | None) -> Iterator[Touched]:
        """See `Connector.touched`."""
        if not self._filter:
            return
        if cursor is None:
            page = self._records.page(self._settings.table, "", ["sys_id"], limit=1)
            settled = stamp.stamp_of(page.date - self._settings.overlap * 1000)
            yield Touched((), cursor_of(Position(settled, "")))
            return
        for found in scan(self._records, self._settings, position_of(cursor), [], only="", limit=_IDS_LIMIT):
            yield Touched(tuple(row["sys_id"] for row in found.rows), cursor_of(found.position))

    def reread(self, ids: Sequence[str]) -> Iterator[Page]:
        """See `Connector.reread`; whether an id is gone or hidden from us, ServiceNow does not say.

        A record whose sys_id is odd cannot be asked for: it counts as gone until its next change shows it again.
        """

        def page(asked: Sequence[str]) -> Page:
            table = self._settings.table
            known = [sys_id for sys_id in asked if _is_id(sys_id)]
            rows = list(self._records.select(table, "sys_id", known, self._columns, links=True))
            tickets, skipped = self._tickets(rows)
            there = {row["sys_id"] for row in rows}
            return Page(tickets, {}, skipped, gone=tuple(sys_id for sys_id in asked if sys_id not in there))

        yield from self._lanes.map(page, [ids[start : start + _REREAD] for start in range(0, len(ids), _REREAD)])

    def ids_of(self, keys: Sequence[str]) -> Mapping[str, str]:
        """See `Connector.ids_of`: a number may be one of any table, and only those of ours are looked for."""
        words = [key for key in keys if query.is_word(key)]
        rows = self._records.select(self._settings.table, "number", words, ["number"]) if words else ()
        return {str(row["number"]): row["sys_id"] for row in rows if _is_id(row["sys_id"])}

    def gaps(self) -> Mapping[str, str]:
        """See `Connector.gaps`."""
        return gaps_of(self._settings, self._catalogue, self._around.loss)

    def clocks(self, ids: Sequence[str]) -> Iterator[NativeClock]:
        """See `Connector.clocks`."""
        return clocks.read_clocks(self._records, ids, self.name)

    def definitions(self) -> NativeDefinitions:
        """See `Connector.definitions`: the active ones for our table."""
        return read_definitions(self._records, self._settings.table, self._names)

    def ended(self, most: int) -> Sequence[str]:
        """See `Connector.ended`."""
        return ended(self._records, self._settings.table, most, self.name)

    def outages(self, items: Sequence[str]) -> Iterator[NativeOutage | Skipped]:
        """See `Connector.outages`."""
        return read_outages(self._records, items, self.name)

    def ratings(self, survey: Survey | None, start: int, end: int) -> Iterator[NativeRating | Skipped]:
        """See `Connector.ratings`: an instance has many surveys, so one is asked for."""
        if survey is None:
            raise Refused(f"{self.name}: a ServiceNow has several surveys, and none is named")
        return read_ratings(self._records, survey, start, end, self.name)

    def encode(self, field: str, fact: Fact) -> str | None:  # noqa: ARG002 - all fields take these forms
        """See `Connector.encode`: raw values, UTC, as the Table API gives them."""
        return writing.encode(fact)

    def left_out(self, writes: Sequence[FieldsWrite | LinkWrite]) -> Iterator[Mapping[str, str]]:
        """See `Connector.left_out`: values that a dropdown does not offer."""
        return self._choices.left_out(writes)

    def fits(self, comment: CommentWrite) -> bool:
        """See `connectors.servicenow.write.comment.fits`."""
        return fits(comment)

    def write(self, writes: Sequence[Write]) -> Iterator[Receipt]:
        """See `Connector.write`: in batches. What has no receipt when an error is raised was not sent.

        Raises:
            Unavailable: the tool went away, also when several writes in a row got no clear answer.
            Refused: the credentials no longer hold.
        """
        return Writer(self._tables, self._records, self._settings, self._lanes, self._account).write(writes)

    def delete(self, deletion: CommentDelete) -> None:
        """See `Connector.delete`: a journal is deleted from by administrators alone, and we ask for no such role."""
        raise Refused(f"{self.name}: the journal of {deletion.key} is cleaned by administrators alone")

    def close(self) -> None:
        """See `Connector.close`."""
        self._lanes.close()
        self._records.close()
        self.http.close()

    def _tickets(self, rows: Sequence[Record]) -> tuple[tuple[NativeTicket, ...], tuple[Skipped, ...]]:
        """Return these records as tickets, with history, comments and names; what cannot be read is skipped."""
        settings, names = self._settings, self._names
        skipped = [_odd(row["sys_id"], key_of(row)) for row in rows if not _is_id(row["sys_id"])]
        rows = [row for row in rows if _is_id(row["sys_id"])]
        around = self._around.read(rows, self._account)
        now = ((field, names.learn(row, field)) for row in rows for field in settings.fields)
        once = ((c.field, text) for found in around.changes.values() for c in found for text in (c.before, c.after))
        names.look_up([*now, *once])
        tickets: list[NativeTicket] = []
        for row in rows:
            try:
                tickets.append(ticket_of(row, around, settings=settings, names=names))
            except ValueError as error:
                skipped.append(Skipped(row["sys_id"], key_of(row), str(error)))
        return tuple(tickets), tuple(skipped)


def _is_id(text: str) -> bool:
    return query.SYS_ID.fullmatch(text) is not None


def _odd(sys_id: str, key: str) -> Skipped:
    """Skip a record that cannot be asked for by its id."""
    return Skipped(sys_id, key, f"its sys_id is {sys_id[:40]!r}, and not 32 hexadecimal digits as ServiceNow has them")
