"""The connector to Jira, Cloud and Data Center."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from connectors.errors import Refused
from connectors.http.limits import Limits
from connectors.http.session import Http
from connectors.interface import Cursor, Fact, Identity, NativeClock, Page, Receipt, Touched, Write
from connectors.jira.ahead import ahead, each_ahead
from connectors.jira.client import CLOUD, Site
from connectors.jira.clocks import read_clocks
from connectors.jira.cloud import Cloud
from connectors.jira.comment import People
from connectors.jira.data_center import DataCenter
from connectors.jira.dialect import Dialect
from connectors.jira.field import Field, participants, resolve
from connectors.jira.jql import checked
from connectors.jira.property import Notes
from connectors.jira.pull.issue import Schema
from connectors.jira.pull.issues import Pull
from connectors.jira.pull.people import members
from connectors.jira.pull.search import Batch, batches
from connectors.jira.settings import JiraSettings
from connectors.jira.write.fact import encode
from connectors.jira.write.writer import Writer

MOST = 1_000
"""The most issues in a page."""


class Jira:
    """A connection to a Jira site; implements `connectors.interface.Connector`.

    Which kind of Jira it is, the site says. Fields are named by id or exact name; they are looked up when first needed.

    Raises:
        Refused: the filter cannot stand in parentheses.
    """

    def __init__(self, settings: JiraSettings, http: Http | None = None) -> None:
        self.name = settings.name
        self._settings = settings
        self._site = Site(settings, http or _http(settings))
        self._size = max(1, min(settings.page_size, MOST))
        self._overlap = settings.overlap * 1000
        self._notes = Notes()
        self._identity: Identity | None = None
        try:
            self._filter = checked(settings.filter)
        except Refused as error:
            raise Refused(f"{self.name}: {error}") from None

    @property
    def calls(self) -> int:
        """HTTP calls sent so far, repeated ones included."""
        return self._site.http.calls.total()

    def check(self) -> Identity:
        """Ask what the site is and who we are to it.

        Raises:
            Refused: it is no Jira, or does not know us: anyone may ask Jira much, and is answered with less.
        """
        dialect = self._dialect
        answer = self._site.get("myself")
        account = dialect.person(answer.body)
        if not account:
            raise Refused(f"{self.name}: Jira takes us for nobody: check `auth`, an account's e-mail and its API token")
        self._identity = Identity(account, self._site.clock(answer))
        return self._identity

    def changed(self, cursor: Cursor | None) -> Iterator[Page]:
        """Read the issues of the filter that changed since the cursor, as `connectors.jira.pull.search` says."""
        pull = self._pull

        def page(batch: Batch) -> Page:
            tickets, skipped, gone = pull.tickets(batch.ids, batch.found)
            return Page(tickets, batch.cursor, skipped, gone)

        return each_ahead(page, self._batches(cursor, self._filter), self._site.ahead)

    def touched(self, cursor: Cursor | None) -> Iterator[Touched]:
        """Read the ids of what changed since the cursor, in or out of the filter."""
        if not self._filter:
            return
        if cursor is None:
            yield Touched((), {"updated": self._who.now, "read": {}})
            return
        for batch in self._batches(cursor, ""):
            yield Touched(batch.ids, batch.cursor)

    def reread(self, ids: Sequence[str]) -> Iterator[Page]:
        """Read these issues now, whatever the filter says."""
        for at in range(0, len(ids), self._size):
            tickets, skipped, gone = self._pull.tickets(ids[at : at + self._size])
            yield Page(tickets, {}, skipped, gone)

    def gaps(self) -> Mapping[str, str]:
        """Return the fields that Jira keeps no history of, and that comments are not read where they are not."""
        found = {field.name: field.gap for field in self._schema.read if field.gap}
        return found if self._settings.comments else {**found, "comments": "comments are not read from this connection"}

    def clocks(self, ids: Sequence[str]) -> Iterator[NativeClock]:
        """Read the SLAs of Jira Service Management; see `connectors.jira.clocks`."""
        return read_clocks(self._dialect, self._settings.url, ids)

    def encode(self, field: str, fact: Fact) -> str | None:
        """Return a fact as `NativeTicket.written` has it; see `connectors.jira.write.fact.encode`."""
        return encode(self._writable[field], fact)

    def write(self, writes: Sequence[Write]) -> Iterator[Receipt]:
        """Apply writes; see `connectors.jira.write.writer.Writer`."""
        return self._writer.receipts(writes)

    def close(self) -> None:
        """Give connections back."""
        self._site.close()

    def _batches(self, cursor: Cursor | None, restriction: str) -> Iterator[Batch]:
        found = batches(self._dialect, cursor, restriction=restriction, size=self._size, overlap=self._overlap)
        return ahead(found, self._site.ahead)

    @cached_property
    def _dialect(self) -> Dialect:
        kind = self._site.server()["deploymentType"]
        return (Cloud if kind == CLOUD else DataCenter)(self._site, self._overlap)

    @property
    def _who(self) -> Identity:
        return self._identity or self.check()

    @cached_property
    def _people(self) -> People:
        settings, account = self._settings, self._who.account
        if not (settings.agent_groups or settings.agent_accounts):
            return People(account, self._dialect.person)
        agents = members(self._site, settings.agent_groups, self._dialect.person) | set(settings.agent_accounts)
        return People(account, self._dialect.person, frozenset(agents))

    @cached_property
    def _schema(self) -> Schema:
        dialect = self._dialect
        catalogue = dialect.site.fields()
        try:
            read = resolve(self._settings.fields, catalogue)
            return Schema(read, resolve(self._settings.written, catalogue), participants(catalogue))
        except Refused as error:
            raise Refused(f"{self.name}: {error}") from None

    @cached_property
    def _writable(self) -> dict[str, Field]:
        return {field.name: field for field in self._schema.written}

    @cached_property
    def _pull(self) -> Pull:
        return Pull(self._dialect, self._schema, self._people, self._notes, comments=self._settings.comments)

    @cached_property
    def _writer(self) -> Writer:
        return Writer(self._dialect, self._writable, self._notes)


def _http(settings: JiraSettings) -> Http:
    limits = Limits(settings.concurrency, settings.calls_per_hour)
    return Http(
        settings.name, settings.auth, timeout=settings.timeout, limits=limits, ca=settings.ca, proxy=settings.proxy
    )
