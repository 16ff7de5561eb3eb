"""The connector to Jira Cloud."""

from collections.abc import Iterator, Sequence
from functools import cached_property

from connectors.errors import Refused
from connectors.http import Http
from connectors.interface import Cursor, Fact, Identity, Page, Receipt, Touched, Write
from connectors.jira.fact import encode
from connectors.jira.field import Field, resolve
from connectors.jira.issue import Schema
from connectors.jira.jql import checked
from connectors.jira.pull import IDS, Pull
from connectors.jira.search import batches
from connectors.jira.site import Site
from connectors.jira.write import Writer
from connectors.settings import JiraSettings


class Jira:
    """A connection to a Jira Cloud site; implements `connectors.interface.Connector`.

    Fields are named by id or exact name; they are looked up when first needed.

    Raises:
        Refused: the filter cannot stand in parentheses.
    """

    def __init__(self, settings: JiraSettings, http: Http | None = None) -> None:
        self.name = settings.name
        self._settings = settings
        self._site = Site(settings, http or Http(settings.name, settings.auth, timeout=settings.timeout))
        self._size = max(1, min(settings.page_size, IDS))
        self._overlap = settings.overlap * 1000
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
            Refused: it is no Jira Cloud, or does not know us: anyone may ask Jira much, and is answered with less.
        """
        server = self._site.server()
        if server["deploymentType"] != "Cloud":
            raise Refused(f"{self.name}: this is Jira {server['deploymentType']}; only Jira Cloud is supported")
        answer = self._site.get("myself")
        account = answer.body.get("accountId")
        if not account:
            raise Refused(f"{self.name}: Jira takes us for nobody: check `auth`, an account's e-mail and its API token")
        self._identity = Identity(str(account), self._site.clock(answer))
        return self._identity

    def changed(self, cursor: Cursor | None) -> Iterator[Page]:
        """Read the issues of the filter that changed since the cursor, as `connectors.jira.search` says."""
        found = batches(self._site, cursor, restriction=self._filter, size=self._size, overlap=self._overlap)
        for batch in found:
            tickets, skipped, gone = self._pull.tickets(batch.ids)
            yield Page(tickets, batch.cursor, skipped, gone)

    def touched(self, cursor: Cursor | None) -> Iterator[Touched]:
        """Read the ids of what changed since the cursor, in or out of the filter."""
        if not self._filter:
            return
        if cursor is None:
            yield Touched((), {"updated": self._who.now, "read": {}})
            return
        for batch in batches(self._site, cursor, restriction="", size=self._size, overlap=self._overlap):
            yield Touched(batch.ids, batch.cursor)

    def reread(self, ids: Sequence[str]) -> Iterator[Page]:
        """Read these issues now, whatever the filter says."""
        for at in range(0, len(ids), self._size):
            tickets, skipped, gone = self._pull.tickets(ids[at : at + self._size])
            yield Page(tickets, {}, skipped, gone)

    def encode(self, field: str, fact: Fact) -> str | None:
        """Return a fact as `NativeTicket.written` has it; see `connectors.jira.fact.encode`."""
        return encode(self._writable[field], fact)

    def write(self, writes: Sequence[Write]) -> Iterator[Receipt]:
        """Apply writes; see `connectors.jira.write.Writer`."""
        return self._writer.receipts(writes)

    def close(self) -> None:
        """Give connections back."""
        self._site.close()

    @property
    def _who(self) -> Identity:
        return self._identity or self.check()

    @cached_property
    def _schema(self) -> Schema:
        catalogue = self._site.fields()
        try:
            read = resolve(self._settings.fields, catalogue)
            return Schema(read, resolve(self._settings.written, catalogue))
        except Refused as error:
            raise Refused(f"{self.name}: {error}") from None

    @cached_property
    def _writable(self) -> dict[str, Field]:
        return {field.name: field for field in self._schema.written}

    @cached_property
    def _pull(self) -> Pull:
        return Pull(self._site, self._schema, self._who.account, comments=self._settings.comments)

    @cached_property
    def _writer(self) -> Writer:
        return Writer(self._site, self._writable)
