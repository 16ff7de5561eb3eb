"""The connector to Jira, Cloud and Data Center."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import ClassVar

from connectors.errors import Refused
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
    Page,
    Receipt,
    Skipped,
    Survey,
    Touched,
    Traffic,
    Write,
)
from connectors.jira.client import CLOUD, Client
from connectors.jira.clocks import read_clocks
from connectors.jira.cloud import Cloud
from connectors.jira.data_center import DataCenter
from connectors.jira.definitions import read_definitions
from connectors.jira.dialect import Dialect
from connectors.jira.feedback import read_feedback
from connectors.jira.field import Field, custom_names, participants, perhaps_lost, resolve
from connectors.jira.jql import checked
from connectors.jira.keys import Keys
from connectors.jira.latest import latest
from connectors.jira.link import unknown_types
from connectors.jira.property import Memory
from connectors.jira.pull.issue import Schema
from connectors.jira.pull.issues import Pull
from connectors.jira.pull.left import LeftFields
from connectors.jira.pull.people import People, listed
from connectors.jira.pull.search import ChangedIssues, changed_issues
from connectors.jira.rate import RULES
from connectors.jira.settings import JiraSettings
from connectors.jira.write.comment import fits
from connectors.jira.write.fact import encode
from connectors.jira.write.screen import Screens
from connectors.jira.write.writer import Writer
from connectors.parallel import Lanes
from connectors.roles import Roles
from sla_engine.instant import DAY

_RECENT = 90 * DAY
MOST = 1_000
"""The most issues in a page."""
PAGES = 2
"""How many pages are worked on at a time, each with as many calls at a time as may be under way."""


class Jira:
    """A connection to a Jira site; implements `connectors.interface.Connector`.

    Which kind of Jira it is, the site says. Fields are named by id or exact name; they are looked up when first needed.

    Raises:
        Refused: the filter cannot stand in parentheses.
    """

    rules: ClassVar[Rules] = RULES

    def __init__(self, settings: JiraSettings, http: Http) -> None:
        self.name = settings.name
        self.http = http
        self._settings = settings
        self._client = Client(settings, http)
        # Not the client's: a page waits for calls.
        self._lanes = Lanes(min(PAGES, settings.concurrency), f"{settings.name}-page")
        self._size = max(1, min(settings.page_size, MOST))
        self._overlap = settings.overlap * 1000
        self._memory = Memory()
        self._identity: Identity | None = None
        try:
            self._filter = checked(settings.filter)
        except Refused as error:
            raise Refused(f"{self.name}: {error}") from None

    @property
    def calls(self) -> int:
        """See `Connector.calls`."""
        return self.http.calls.total()

    @property
    def traffic(self) -> Traffic:
        """See `Connector.traffic`."""
        return self.http.traffic

    def check(self) -> Identity:
        """Ask what the site is and who we are to it.

        Raises:
            Refused: it is no Jira, or does not know us: anyone may ask Jira much, and is answered with less.
        """
        dialect = self._dialect
        answer = self._client.get("myself")
        account = dialect.person(answer.body)
        if not account:
            raise Refused(f"{self.name}: Jira takes us for nobody: check `auth`, an account's e-mail and its API token")
        self._identity = Identity(account, self._client.clock(answer))
        return self._identity

    def changed(self, cursor: Cursor | None) -> Iterator[Page]:
        """Read the issues of the filter that changed since the cursor, as `connectors.jira.pull.search` says."""
        pull = self._pull

        def page(batch: ChangedIssues) -> Page:
            tickets, skipped, gone = pull.tickets(batch.ids, batch.found)
            return Page(tickets, batch.cursor, skipped, gone)

        return self._lanes.map(page, self._batches(cursor, self._filter))

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
        """Read these issues now, whatever the filter says; what is no id of Jira's counts as gone."""
        known = [id_ for id_ in ids if id_.isascii() and id_.isdecimal()]
        if len(known) < len(ids):
            yield Page((), {}, gone=tuple(id_ for id_ in ids if id_ not in known))
        for at in range(0, len(known), self._size):
            tickets, skipped, gone = self._pull.tickets(known[at : at + self._size])
            yield Page(tickets, {}, skipped, gone)

    def ids_of(self, keys: Sequence[str]) -> Mapping[str, str]:
        """See `Connector.ids_of`: one call a key."""
        return Keys(self._dialect).ids(keys)

    def gaps(self) -> Mapping[str, str]:
        """Return the fields that Jira keeps no history of, or perhaps not all, and comments where they are not read."""
        read = self._schema.read
        lost = {field.name: {row for name, row in tuple(self._pull.lost) if name == field.name} for field in read}
        found = {name: perhaps_lost(rows) for name, rows in lost.items() if rows}
        found |= {field.name: field.gap for field in read if field.gap}
        return found if self._settings.comments else {**found, "comments": "comments are not read from this connection"}

    def clocks(self, ids: Sequence[str]) -> Iterator[NativeClock]:
        """Read the SLAs of Jira Service Management; see `connectors.jira.clocks`."""
        return read_clocks(self._dialect, self._settings.url, ids)

    def definitions(self) -> NativeDefinitions:
        """See `Connector.definitions`: those of all service projects; see `connectors.jira.definitions`."""
        return read_definitions(self._client, self._settings.url)

    def ended(self, most: int) -> Sequence[str]:
        """See `Connector.ended`: of the resolved issues of the filter that changed in the last 90 days."""
        where = f"resolution IS NOT EMPTY AND updated >= {self._who.now - _RECENT}"
        where = f"({self._filter}) AND {where}" if self._filter else where
        size, cloud = min(self._size, max(1, most)), isinstance(self._dialect, Cloud)
        ids: dict[str, None] = {}
        for page in latest(self._client, where, ["updated"], size, cloud=cloud, by="updated"):
            ids |= dict.fromkeys(self._client.id_of(issue, "id") for issue in page)
            if len(ids) >= most:
                break
        return [*ids][:most]

    def outages(self, items: Sequence[str]) -> Iterator[NativeOutage | Skipped]:
        """Raise: Jira keeps no outages."""
        raise Refused(f"{self.name}: Jira keeps no outages, and none of {', '.join(items)}")

    def ratings(self, survey: Survey | None, start: int, end: int) -> Iterator[NativeRating | Skipped]:  # noqa: ARG002 - Jira has one
        """Read the feedback of Jira Service Management; see `connectors.jira.feedback`."""
        return read_feedback(self._dialect, self._filter, start, end, self._size)

    def encode(self, field: str, fact: Fact) -> str | None:
        """Return a fact as `NativeTicket.written` has it; see `connectors.jira.write.fact.encode`."""
        return encode(self._writable[field], fact)

    def left_out(self, writes: Sequence[FieldsWrite | LinkWrite]) -> Iterator[Mapping[str, str]]:
        """Yield for each write what the issue's edit screen does not take; see `connectors.jira.write.screen`."""
        return self._writer.left_out(writes)

    def fits(self, comment: CommentWrite) -> bool:
        """See `connectors.jira.write.comment.fits`."""
        return fits(self._dialect.comment(comment.body))

    def write(self, writes: Sequence[Write]) -> Iterator[Receipt]:
        """Apply writes; see `connectors.jira.write.writer.Writer`."""
        return self._writer.receipts(writes)

    def delete(self, deletion: CommentDelete) -> None:
        """Delete a comment of ours; see `Connector.delete`."""
        self._writer.delete(deletion)

    def close(self) -> None:
        """Give connections back."""
        self._lanes.close()
        self._client.close()

    def _batches(self, cursor: Cursor | None, restriction: str) -> Iterator[ChangedIssues]:
        return changed_issues(self._dialect, cursor, restriction=restriction, size=self._size, overlap=self._overlap)

    @cached_property
    def _dialect(self) -> Dialect:
        kind = self._client.server()["deploymentType"]
        return (Cloud if kind == CLOUD else DataCenter)(self._client, self._overlap)

    @property
    def _who(self) -> Identity:
        return self._identity or self.check()

    @cached_property
    def _people(self) -> People:
        settings, person = self._settings, self._dialect.person
        agents = listed(self._client, settings.agents, "agents", person)
        not_agents = listed(self._client, settings.not_agents, "not_agents", person)
        return People(self._who.account, person, Roles(self.name, agents, not_agents))

    @cached_property
    def _schema(self) -> Schema:
        dialect = self._dialect
        catalogue = dialect.client.fields()
        try:
            read = resolve(self._settings.fields, catalogue, self._settings.place, self._settings.was)
            written = resolve(self._settings.written, catalogue, self._settings.place)
            self._check_link_types()
            return Schema(read, written, participants(catalogue), custom_names(catalogue))
        except Refused as error:
            raise Refused(f"{self.name}: {error}") from None

    def _check_link_types(self) -> None:
        if self._settings.link_types:
            types = self._client.listed(self._client.get("issueLinkType"), "issueLinkTypes")
            problems = [*unknown_types(self._settings.link_types, types)]
            if problems:
                raise Refused("; ".join(problems))

    @cached_property
    def _writable(self) -> dict[str, Field]:
        return {field.name: field for field in self._schema.written}

    @cached_property
    def _pull(self) -> Pull:
        left = LeftFields(self._client, self._schema.read, self._screens)
        return Pull(self._dialect, self._schema, self._people, self._memory, left, comments=self._settings.comments)

    @cached_property
    def _writer(self) -> Writer:
        return Writer(self._dialect, self._writable, self._memory, self._screens)

    @cached_property
    def _screens(self) -> Screens:
        return Screens(self._client)
