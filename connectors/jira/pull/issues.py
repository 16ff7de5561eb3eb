"""Tickets by id, complete: fields, changelog, comments and our markers, in as few calls as Jira has batches for."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

from connectors.errors import Refused
from connectors.interface import NativeTicket, Skipped
from connectors.jira.client import Body, Client
from connectors.jira.dialect import Dialect, IssueRequest, Raw
from connectors.jira.field import ISSUE_LINKS, REMOTE_LINKS
from connectors.jira.keys import Keys
from connectors.jira.link import without_ours
from connectors.jira.names import Names
from connectors.jira.property import Memory, remembered
from connectors.jira.pull.history import Past
from connectors.jira.pull.issue import Schema, held_now, ticket_of
from connectors.jira.pull.left import LeftFields
from connectors.jira.pull.people import People
from connectors.jira.row import Rows


class Pulled(NamedTuple):
    """What became of the ids asked for; `gone` are deleted, or hidden from our account."""

    tickets: tuple[NativeTicket, ...]
    skipped: tuple[Skipped, ...]
    gone: tuple[str, ...]


class Pull:
    """Reads issues of a site; `memory` keeps what writing them will take.

    `lost` are (field's name, row's name) of rows read so far that may be a field's, and of which nobody can tell.
    """

    def __init__(  # noqa: PLR0913 - what reading takes
        self,
        dialect: Dialect,
        schema: Schema,
        people: People,
        memory: Memory,
        left: LeftFields,
        *,
        comments: bool,
    ) -> None:
        self._dialect = dialect
        self._schema = schema
        self._people = people
        self._memory = memory
        self._left = left
        self._asked = IssueRequest(schema.asked, comments, bool(schema.written))
        self._names = Names(dialect.client)
        self._keys = Keys(dialect)
        self._past = Past(Rows(schema.read, schema.taken), self._names.of, self._keys.now)
        self.lost = self._past.lost

    def tickets(self, ids: Sequence[str], promised: Mapping[str, int] | None = None) -> Pulled:
        """Return these issues, complete; `promised` are times of their last change that a search gave."""
        bulk = self._dialect.issues(ids, self._asked, promised)
        histories = self._dialect.histories(bulk.issues)
        comments = self._dialect.comments(bulk.issues, self._people.account) if self._asked.comments else {}
        if self._schema.remote_links:
            self._read_remote_links(bulk.issues)
        said = self._dialect.client.http.clean
        skipped = [Skipped(id_, id_, f"Jira does not give it: {said(why)}") for id_, why in bulk.errors.items()]
        self._learn_names(bulk.issues)
        tickets: list[NativeTicket] = []
        for issue in bulk.issues:
            id_ = str(issue["id"])
            with _skipping(skipped, id_, str(issue.get("key", id_))):
                history: Sequence[Raw] = histories.get(id_, ())
                if self._schema.remote_links:
                    issue["fields"][REMOTE_LINKS], history = without_ours(issue["fields"][REMOTE_LINKS], history)
                told = history, comments.get(id_, ())
                found = ticket_of(issue, *told, self._schema, self._people, self._past)
                if "properties" in issue:
                    self._memory.keep(id_, remembered(issue))
                tickets.append(self._left.ended(issue, found))
        there = {ticket.id for ticket in tickets} | {one.id for one in skipped}
        return Pulled(tuple(tickets), tuple(skipped), tuple(id_ for id_ in ids if id_ not in there))

    def _read_remote_links(self, issues: Sequence[Raw]) -> None:
        """Add to each payload what it lacks; an issue deleted meanwhile has none."""
        client = self._dialect.client
        for issue, links in zip(issues, client.lanes.map(partial(_remote_links, client), issues), strict=True):
            issue["fields"][REMOTE_LINKS] = links

    def _learn_names(self, issues: Sequence[Raw]) -> None:
        for issue in issues:
            with _skipping([], "", ""):  # the reason is given where the issue itself is read
                found = held_now(issue["fields"], self._schema.read)
                for field in (one for one in self._schema.read if one.system not in {ISSUE_LINKS, REMOTE_LINKS}):
                    self._names.show(field, found.get(field.name, ()))


def _remote_links(client: Client, issue: Raw) -> list[Body]:
    try:
        return client.all_of("issue", str(issue["id"]), "remotelink")
    except Refused as error:
        if error.status != 404:
            raise
        return []


@contextmanager
def _skipping(skipped: list[Skipped], id_: str, key: str) -> Iterator[None]:
    """Skip an issue that cannot be read, with the reason; the others go on."""
    try:
        yield
    except ValueError as error:
        skipped.append(Skipped(id_, key, f"Jira's answer cannot be read: {error}"))
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError) as error:
        skipped.append(Skipped(id_, key, f"Jira's answer lacks what an issue has ({type(error).__name__}: {error})"))
