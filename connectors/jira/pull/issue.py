"""An issue's payload as a native ticket."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from connectors.interface import NativeComment, NativeTicket, Values, with_ids_of_doubles
from connectors.jira.dialect import Raw, is_portal
from connectors.jira.field import REMOTE_LINKS, Field
from connectors.jira.instant import instant
from connectors.jira.property import written_in
from connectors.jira.pull.comment import comment_of
from connectors.jira.pull.history import Past, entries, former_keys
from connectors.jira.pull.people import People
from connectors.jira.value import Unreadable, held
from connectors.jira.write.fact import written


@dataclass(frozen=True, slots=True)
class Schema:
    """The fields that we read with their history, those that we write and read back, and who takes part in a request.

    `participants` is the id of the field in which a service project keeps that, "" where the site has none. `taken` are
    the names that the site's custom fields have.
    """

    read: tuple[Field, ...]
    written: tuple[Field, ...]
    participants: str = ""
    taken: frozenset[str] = frozenset()

    @property
    def remote_links(self) -> bool:
        """Whether links to things elsewhere are wanted, which no payload has."""
        return any(field.id == REMOTE_LINKS for field in self.read)

    @property
    def asked(self) -> tuple[str, ...]:
        """The ids of all fields of a payload that we need, without comments."""
        own = (field.id for field in (*self.read, *self.written) if field.id != REMOTE_LINKS)
        more = [self.participants] if self.participants else []
        return tuple(dict.fromkeys(["created", "updated", "project", "issuetype", "status", "reporter", *more, *own]))


def ticket_of(  # noqa: PLR0913, PLR0917 - what it is made of
    issue: Raw, histories: Sequence[Raw], comments: Iterable[Raw], schema: Schema, people: People, past: Past
) -> NativeTicket:
    """Return what an issue's payload, its changelog and its comments say.

    A field that the payload leaves out is empty: Jira hides no field of an issue that it shows, the project just has no
    such field (any more: `connectors.jira.pull.left`). One that holds what we cannot read is left out.

    Raises:
        ValueError: the payload or the changelog cannot be read.
    """
    fields = issue["fields"]
    created = instant(fields["created"])
    now = held_now(fields, schema.read)
    ours = written_in(issue.get("properties"))
    return NativeTicket(
        id=str(issue["id"]),
        key=issue["key"],
        created=created,
        updated=instant(fields["updated"]),
        fields=now,
        history=entries(histories, past, now, created, people.person),
        comments=_comments(issue, comments, schema, people),
        written={field.name: written(field, fields.get(field.id)) for field in schema.written},
        ours=frozenset(field.name for field in schema.written if field.id in ours),
        keys=former_keys(histories),
    )


def _comments(issue: Raw, comments: Iterable[Raw], schema: Schema, people: People) -> tuple[NativeComment, ...]:
    customers = _customers(issue, schema, people) if is_portal(issue) else None
    found = (comment_of(raw, people, customers, issue["key"]) for raw in comments)
    return with_ids_of_doubles(sorted(found, key=lambda comment: comment.at))


def _customers(issue: Raw, schema: Schema, people: People) -> frozenset[str]:
    """Return who asked: the reporter, and who takes part in the request."""
    fields = issue["fields"]
    asking = [fields.get("reporter") or {}, *(fields.get(schema.participants) or ())]
    return frozenset(people.person(one) for one in asking) - {""}


def held_now(fields: Mapping[str, object], wanted: Iterable[Field]) -> dict[str, Values]:
    """Return what a payload's fields hold, by name; what cannot be read is left out."""
    found: dict[str, Values] = {}
    for field in wanted:
        try:
            found[field.name] = held(field, fields.get(field.id))
        except Unreadable:
            continue
    return found
