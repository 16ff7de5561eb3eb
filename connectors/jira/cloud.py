"""Jira Cloud: version 3 of the API, tokens, and bulk reads from the database instead of the index.

A thousand issues take ten calls for their fields and comments, one per 1,000 issues or 10,000 changes for their
history, and one per 1,000 comments of our own for their markers.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from connectors.errors import Refused, Unavailable
from connectors.jira.client import Body, Client
from connectors.jira.dialect import (
    NO_TIME,
    Bulk,
    IssueRequest,
    Raw,
    SearchPage,
    all_comments,
    as_list,
    chunks,
    embedded,
    rows_of,
)
from connectors.jira.document import document
from connectors.jira.jql import changed_since
from connectors.jira.property import PROPERTY

ISSUES = 100
"""The most that issue/bulkfetch takes."""
IDS = 1_000
"""The most that changelog/bulkfetch and comment/list take."""
HISTORIES = 10_000
"""The most changes in one answer of changelog/bulkfetch."""


class Cloud:
    """See `connectors.jira.dialect.Dialect`."""

    def __init__(self, client: Client, lag: int) -> None:
        self.client = client
        self._lag = lag

    def search(self, restriction: str, since: int, size: int) -> Iterator[SearchPage]:
        """Page by token: it goes on after the last row's values, so an issue edited meanwhile moves to the end.

        A token that Jira no longer takes costs no run: the search begins anew where the last page began, but never
        later than what the index surely has: rows show what they hold now, in the order of the index.
        """
        while True:
            reached = None
            query: Body = {"jql": changed_since(since, restriction), "fields": ["updated"], "maxResults": size}
            try:
                for answer in self.client.pages("search/jql", body=query):
                    rows, now = rows_of(self.client, answer), self.client.clock(answer)
                    yield SearchPage(rows, now)
                    timed = (updated for _, updated in rows if updated != NO_TIME)
                    reached = min(timed, default=reached or since)
                    reached = min(reached, now - self._lag)
            except Refused as error:
                if error.status != 400 or reached is None or reached <= since:
                    raise
                since = reached
            else:
                return

    def issues(self, ids: Sequence[str], asked: IssueRequest, promised: Mapping[str, int] | None) -> Bulk:  # noqa: ARG002 - bulkfetch is never behind
        """Read a hundred at a time."""
        body: Body = {"fields": [*asked.fields, *(["comment"] if asked.comments else [])]}
        if asked.property:
            body["properties"] = [PROPERTY]
        parts = list(self.client.lanes.map(partial(self._bulk, body), chunks(ids, ISSUES)))
        errors = {id_: why for part in parts for id_, why in part.errors.items()}
        found = [issue for part in parts for issue in part.issues]
        return Bulk([{"properties": {}, **issue} for issue in found] if asked.property else found, errors)

    def _bulk(self, body: Body, ids: Sequence[str]) -> Bulk:
        """Read at most a hundred.

        `issueErrors` holds those that an answer had no room or time for: they are asked for again, by themselves. What
        is missing from an answer that holds others is not gone for that.
        """
        waiting, found, mistaken = list(ids), list[Body](), dict[str, str]()
        while True:
            answer = self.client.ask("issue/bulkfetch", body={"issueIdsOrKeys": waiting, **body})
            came = {str(one.get("id")): one for one in self.client.listed(answer, "issues")}
            found += (one for id_, one in came.items() if id_ in waiting)
            if came.keys() - set(waiting):
                mistaken |= {id_: "it answers with another" for id_ in waiting if id_ not in came}
            failed = self.client.listed(answer, "issueErrors") if answer.body.get("issueErrors") else []
            errors = {str(one.get("id")): str(one.get("errorMessage")) for one in failed}
            left = [id_ for id_ in waiting if id_ in errors]
            mistaken = {id_: why for id_, why in mistaken.items() if id_ not in errors}
            if not left or len(left) == len(waiting):
                return Bulk(found, mistaken | {id_: errors[id_] for id_ in left if self._is_there(id_)})
            waiting = left

    def _is_there(self, id_: str) -> bool:
        try:
            self.client.get("issue", id_, fields="id")
        except Refused as error:
            if error.status != 404:
                raise
            return False
        return True

    def histories(self, issues: Sequence[Body]) -> dict[str, list[Raw]]:
        """Read a thousand issues at a time; one page may hold a part of an issue's histories.

        All changes: Atlassian does not say whether `fieldIds` leaves out old rows, which have names alone.
        """
        ids = [str(issue.get("id")) for issue in issues]
        found: dict[str, list[Raw]] = {}
        for logs in self.client.lanes.map(self._logs, chunks(ids, IDS)):
            for log in logs:
                found.setdefault(str(log.get("issueId")), []).extend(as_list(log.get("changeHistories")))
        return found

    def _logs(self, ids: Sequence[str]) -> list[Body]:
        body: Body = {"issueIdsOrKeys": list(ids), "maxResults": HISTORIES}
        pages = self.client.pages("changelog/bulkfetch", body=body)
        return [log for answer in pages for log in self.client.listed(answer, "issueChangeLogs")]

    def comments(self, issues: Sequence[Body], account: str) -> dict[str, list[Raw]]:
        """Take what the payloads hold, read the rest, and the properties of our own by their ids."""
        found: dict[str, list[Raw]] = {str(issue.get("id")): list(embedded(issue)[0]) for issue in issues}
        cut = [str(issue.get("id")) for issue in issues if embedded(issue)[1] > len(embedded(issue)[0])]
        found.update(zip(cut, self.client.lanes.map(partial(all_comments, self.client), cut), strict=True))
        own = [str(raw.get("id")) for raws in found.values() for raw in raws if self.person(_author(raw)) == account]
        own = [id_ for id_ in own if id_.isdecimal()]
        held = {id_: raw for part in self.client.lanes.map(self._listed, chunks(own, IDS)) for id_, raw in part.items()}
        return {id_: [held.get(str(raw.get("id")), raw) for raw in raws] for id_, raws in found.items()}

    def _listed(self, ids: Sequence[str]) -> dict[str, Raw]:
        """Read comments by their ids, with properties.

        Raises:
            Unavailable: it answers with others. One without properties would pass for one without a key.
        """
        found: dict[str, Raw] = {}
        waiting = set(ids)
        while waiting:
            body = {"ids": sorted(map(int, waiting))}
            answer = self.client.ask("comment/list", body=body, expand="properties")
            page = {str(comment.get("id")): comment for comment in self.client.listed(answer, "values")}
            if not page.keys() <= set(ids):
                raise Unavailable(f"{self.client.name}: comment/list gave a comment that was not asked for")
            found.update(page)
            if answer.body.get("isLast", True) or not page.keys() & waiting:
                break
            waiting -= page.keys()
        return found

    def person(self, raw: Raw) -> str:
        """Return an accountId."""
        return str(raw.get("accountId") or "")

    def named(self, text: str) -> Body:
        """Return an account by its accountId."""
        return {"accountId": text}

    def rich(self, text: str) -> object:
        """Return a document."""
        return document(text)

    def comment(self, text: str) -> object:
        """Return a document."""
        return document(text)

    def hidden(self, issue: str, comment: str) -> bool:
        """Go by `jsdPublic`."""
        return self.client.get("issue", issue, "comment", comment).body.get("jsdPublic") is False


def _author(raw: Raw) -> Raw:
    author = raw.get("author")
    return author if isinstance(author, Mapping) else {}
