"""What differs between Jira Cloud and Data Center: where things are asked for, and how texts and people are written."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from connectors.errors import Unavailable
from connectors.http.answer import Answer
from connectors.jira.client import Body, Client
from connectors.jira.instant import instant

Raw = Mapping[str, Any]
"""A thing as Jira gives it."""
PORTAL = "service_desk"


NO_TIME = 0
"""Stands for the time of a change that cannot be read or lies in no year of ours: it is before all others."""


class SearchPage(NamedTuple):
    """A page of a search: (id, updated or `NO_TIME`) of issues, and the site's clock when it answered."""

    rows: list[tuple[str, int]]
    now: int


class Bulk(NamedTuple):
    """Issues as Jira gives them, and by id why others cannot be had. What is in neither is not there, or hidden."""

    issues: list[Body]
    errors: dict[str, str]


class IssueRequest(NamedTuple):
    """What is asked for of issues: fields by id, and whether their comments and our property are wanted."""

    fields: tuple[str, ...]
    comments: bool
    property: bool


class Dialect(Protocol):
    """How one kind of Jira is asked."""

    client: Client

    def search(self, restriction: str, since: int, size: int) -> Iterator[SearchPage]:
        """Find what changed since an instant, least recently changed first, each issue at least once."""
        ...

    def issues(self, ids: Sequence[str], asked: IssueRequest, promised: Mapping[str, int] | None) -> Bulk:
        """Read issues by id as they are now; `promised` are times of their last change that a search gave."""
        ...

    def histories(self, issues: Sequence[Body]) -> dict[str, list[Raw]]:
        """Return the histories of issues by id, whole."""
        ...

    def comments(self, issues: Sequence[Body], account: str) -> dict[str, list[Raw]]:
        """Return all comments of issues by id; those of our account come with their properties."""
        ...

    def person(self, raw: Raw) -> str:
        """Return the id of an account; "" for nobody."""
        ...

    def named(self, text: str) -> Body:
        """Return how an account is named in a write."""
        ...

    def rich(self, text: str) -> object:
        """Return what a field of rich text is set to; it reads back as that text."""
        ...

    def comment(self, text: str) -> object:
        """Return the body of a comment that shows a text as it is."""
        ...

    def hidden(self, issue: str, comment: str) -> bool:
        """Ask whether customers do not see a comment."""
        ...


def rows_of(client: Client, answer: Answer) -> list[tuple[str, int]]:
    """Return (id, updated) of the issues of a search's answer.

    An issue whose time of change is odd is read like the others, and found to be so.

    Raises:
        Unavailable: it is no such answer.
    """
    rows = client.listed(answer, "issues")
    if not all(isinstance(row.get("id"), str | int) and "updated" in fields_of(row) for row in rows):
        raise Unavailable(f"{client.name}: a search gave an issue without id or time of its last change")
    return [(str(row["id"]), _updated(row)) for row in rows]


def _updated(row: Raw) -> int:
    try:
        return instant(fields_of(row).get("updated"))
    except ValueError:
        return NO_TIME


def chunks(ids: Sequence[str], size: int) -> list[Sequence[str]]:
    """Cut ids into parts of at most `size`."""
    return [ids[at : at + size] for at in range(0, len(ids), size)]


def fields_of(issue: Raw) -> Raw:
    """Return the fields of an issue, none where it has something else in their place."""
    found = issue.get("fields")
    return found if isinstance(found, Mapping) else {}


def as_list(held: object) -> list[Any]:
    """Return the list that stands in an issue; what else stands there is one odd element, with which it is skipped."""
    return held if isinstance(held, list) else [held] if held else []


def embedded(issue: Raw) -> tuple[list[Body], int]:
    """Return the comments that stand in an issue's payload, and how many it has."""
    page = fields_of(issue).get("comment")
    found = page.get("comments") if isinstance(page, Mapping) else None
    if not isinstance(page, Mapping) or not isinstance(found, list):
        return [], 0
    total = page.get("total")
    held = [one for one in found if isinstance(one, dict)]
    return held, max(len(found), total if isinstance(total, int) else 0)


def is_portal(issue: Raw) -> bool:
    """Return whether an issue's project is a service project, whose customers see comments in a portal."""
    project = fields_of(issue).get("project")
    return isinstance(project, Mapping) and project.get("projectTypeKey") == PORTAL


def all_comments(client: Client, id_: str, **params: str | int) -> list[Raw]:
    """Read the comments of one issue to the end."""
    found: dict[str, Raw] = {}
    start = 0
    while True:
        answer = client.get("issue", id_, "comment", startAt=start, maxResults=1_000, **params)
        page = client.listed(answer, "comments")
        found.update((str(comment.get("id")), comment) for comment in page)
        start += len(page)
        if not page or start >= client.total(answer):
            return list(found.values())
