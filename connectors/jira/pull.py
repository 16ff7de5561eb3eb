"""Tickets by id, complete: fields, changelog, comments and our markers, in as few calls as Jira has batches for.

A thousand issues take ten calls for their fields and comments, one per 1,000 issues or 10,000 changes for their
history, and one per 1,000 comments of our own for their markers. All comes from the database, not from the index.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from connectors.errors import Refused
from connectors.interface import NativeTicket, Skipped
from connectors.jira.comment import marker
from connectors.jira.issue import Draft, Schema, draft
from connectors.jira.site import Body, Site

ISSUES = 100
"""The most that issue/bulkfetch takes."""
IDS = 1_000
"""The most that changelog/bulkfetch and comment/list take."""
HISTORIES = 10_000
"""The most changes in one answer of changelog/bulkfetch."""
FIELD_IDS = 10
"""The most fields by which changelog/bulkfetch filters; with more of them all changes are read."""


class Pulled(NamedTuple):
    """What became of the ids asked for; `gone` are deleted, or hidden from our account."""

    tickets: tuple[NativeTicket, ...]
    skipped: tuple[Skipped, ...]
    gone: tuple[str, ...]


class Pull:
    """Reads issues of a site for an account."""

    def __init__(self, site: Site, schema: Schema, account: str, *, comments: bool) -> None:
        self._site = site
        self._schema = schema
        self._account = account
        self._comments = comments

    def tickets(self, ids: Sequence[str]) -> Pulled:
        """Return these issues, complete."""
        skipped: list[Skipped] = []
        drafts: dict[str, Draft] = {}
        for chunk in _chunks(ids, ISSUES):
            for issue in self._issues(chunk, skipped):
                id_ = str(issue["id"])
                with _set_aside(skipped, id_, str(issue.get("key", id_))):
                    drafts[id_] = self._draft(issue)
        gone = set(ids) - drafts.keys() - {one.id for one in skipped}
        histories = self._histories(list(drafts))
        markers = self._markers([id_ for one in drafts.values() for id_ in one.by(self._account)])
        tickets = []
        for id_, one in drafts.items():
            with _set_aside(skipped, id_, one.ticket.key):
                tickets.append(one.finished(self._schema, histories.get(id_, ()), markers))
        return Pulled(tuple(tickets), tuple(skipped), tuple(id_ for id_ in ids if id_ in gone))

    def _issues(self, ids: Sequence[str], skipped: list[Skipped]) -> Iterator[Body]:
        """Return the issues that can be had.

        `issueErrors` holds those that this answer had no room or time for: they are asked for again, by themselves. An
        issue that is not there, or hidden, is in neither list.
        """
        fields = [*self._schema.asked, *(["comment"] if self._comments else [])]
        waiting = list(ids)
        while waiting:
            answer = self._site.ask("issue/bulkfetch", body={"issueIdsOrKeys": waiting, "fields": fields})
            yield from (one for one in self._site.listed(answer, "issues") if str(one.get("id")) in waiting)
            errors = {str(one.get("id")): str(one.get("errorMessage")) for one in answer.body.get("issueErrors") or ()}
            left = [id_ for id_ in waiting if id_ in errors]
            if len(left) == len(waiting):
                for id_ in left:
                    skipped.extend(self._error(id_, errors[id_]))
                return
            waiting = left

    def _error(self, id_: str, message: str) -> Iterator[Skipped]:
        """Return why an issue cannot be had; nothing where it is not there."""
        try:
            self._site.get("issue", id_, fields="id")
        except Refused as error:
            if error.status == 404:
                return
            raise
        yield Skipped(id_, id_, f"Jira does not give it: {self._site.http.clean(message)}")

    def _draft(self, issue: Body) -> Draft:
        page = issue["fields"].get("comment") or {}
        comments = page.get("comments") or []
        if page.get("total", 0) > len(comments):
            comments = self._all_comments(str(issue["id"]))
        return draft(issue, comments, self._schema, self._account)

    def _all_comments(self, id_: str) -> list[Body]:
        found: dict[str, Body] = {}
        start = 0
        while True:
            answer = self._site.get("issue", id_, "comment", startAt=start, maxResults=IDS, orderBy="created")
            page = self._site.listed(answer, "comments")
            found.update((str(comment["id"]), comment) for comment in page)
            start += len(page)
            if not page or start >= answer.body.get("total", 0):
                return list(found.values())

    def _histories(self, ids: Sequence[str]) -> dict[str, list[Mapping[str, Any]]]:
        """Return the histories of each issue; one page may hold a part of them."""
        found: dict[str, list[Mapping[str, Any]]] = {}
        filtered = list(dict.fromkeys(field.id for field in self._schema.read))
        for chunk in _chunks(ids, IDS) if filtered else ():
            body: Body = {"issueIdsOrKeys": list(chunk), "maxResults": HISTORIES}
            if len(filtered) <= FIELD_IDS:
                body["fieldIds"] = filtered
            for answer in self._site.pages("changelog/bulkfetch", body=body):
                for log in self._site.listed(answer, "issueChangeLogs"):
                    found.setdefault(str(log.get("issueId")), []).extend(log.get("changeHistories") or ())
        return found

    def _markers(self, ids: Sequence[str]) -> dict[str, str]:
        """Return our markers by the id of the comment that carries one."""
        found: dict[str, str] = {}
        for chunk in _chunks(ids, IDS):
            waiting = set(chunk)
            while waiting:
                body = {"ids": sorted(map(int, waiting))}
                answer = self._site.ask("comment/list", body=body, expand="properties")
                page = {str(comment.get("id")): comment for comment in self._site.listed(answer, "values")}
                found.update((id_, told) for id_, comment in page.items() if (told := marker(comment)))
                if answer.body.get("isLast", True) or not page.keys() & waiting:
                    break
                waiting -= page.keys()
        return found


@contextmanager
def _set_aside(skipped: list[Skipped], id_: str, key: str) -> Iterator[None]:
    """Set an issue aside that cannot be read, with the reason; the others go on."""
    try:
        yield
    except ValueError as error:
        skipped.append(Skipped(id_, key, f"Jira's answer cannot be read: {error}"))
    except (AttributeError, KeyError, TypeError) as error:
        skipped.append(Skipped(id_, key, f"Jira's answer lacks what an issue has ({type(error).__name__}: {error})"))


def _chunks(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (ids[at : at + size] for at in range(0, len(ids), size))
