"""Jira Data Center: version 2 of the API, offsets, and a changelog that comes with the issue.

A search answers from the index of one node, which lags; a single issue is read from the database. So what a search
leaves out, or shows older than another search promised, is read singly, and so is whatever must be true now. Our
property comes with single issues alone.
https://docs.atlassian.com/software/jira/docs/api/REST/latest/
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from connectors.errors import Refused, Unavailable
from connectors.http.answer import Answer
from connectors.jira.client import Body, Client
from connectors.jira.dialect import (
    Bulk,
    IssueRequest,
    Raw,
    SearchPage,
    all_comments,
    as_list,
    chunks,
    embedded,
    is_portal,
    rows_of,
)
from connectors.jira.instant import instant
from connectors.jira.jql import MINUTE, changed_since
from connectors.jira.property import PROPERTY

ISSUES = 100
"""How many issues are read by one search: with their changelogs they are large."""
LINK = 20
"""How many rows of a page are asked for again with the next one, to see that nothing moved in between."""
INTERNAL = "sd.public.comment"
_MARKUP = re.compile(r"([{}\[\]!|\\])|(?<!\w)([*_+^~?#-])|([*_+^~?-])(?!\w)")


class DataCenter:
    """See `connectors.jira.dialect.Dialect`. `lag` is how many ms the index may be behind."""

    def __init__(self, client: Client, lag: int) -> None:
        self.client = client
        self._lag = lag
        self._room = ISSUES

    def search(self, restriction: str, since: int, size: int) -> Iterator[SearchPage]:
        """Page by the time of the last change, and within a minute, or the index's lag, by offset.

        An issue that is edited or deleted meanwhile moves those behind it forward, and an offset alone would skip
        some. So each page with an offset begins with rows of the page before; where the first of them is none that was
        seen as it is, the search goes back. The server may give fewer rows than asked for.
        """
        start, known = 0, dict[str, int]()
        while True:
            answer = self._page(changed_since(since, restriction), start, max(2, size))
            rows, now, total = rows_of(self.client, answer), self.client.clock(answer), answer.body.get("total")
            if answer.body.get("startAt") != start or not isinstance(total, int):
                raise self._nowhere()
            if start and (not rows or known.get(rows[0][0]) != rows[0][1]):
                start = max(0, start - max(size, len(rows)))
                continue
            yield SearchPage(rows, now)
            if start + len(rows) >= total:
                return
            if len(rows) < 2:
                raise self._nowhere()
            settled = max((updated for _, updated in rows if updated < now - self._lag), default=since)
            if settled - settled % MINUTE > since:
                since, start, known = settled - settled % MINUTE, 0, {}
            else:
                start += len(rows) - min(LINK, len(rows) // 2)
                known.update(rows)

    def _page(self, jql: str, start: int, size: int) -> Answer:
        return self.client.get("search", jql=jql, startAt=start, maxResults=size, fields="updated")

    def _nowhere(self) -> Unavailable:
        return Unavailable(f"{self.client.name}: the pages of a search lead nowhere; the next run tries again")

    def issues(self, ids: Sequence[str], asked: IssueRequest, promised: Mapping[str, int] | None) -> Bulk:
        """Read by searches for ids what a search promised, and singly what must be as it is now."""
        found: dict[str, Body] = {}
        if promised is not None:
            for part in self.client.lanes.map(partial(self._found, asked), chunks(ids, self._room)):
                found.update((id_, issue) for id_, issue in part.items() if self._good(issue, promised.get(id_, 0)))
        left = [id_ for id_ in ids if id_ not in found]
        singly = self.client.lanes.map(partial(self._issue, asked), left)
        found.update((id_, issue) for id_, issue in zip(left, singly, strict=True) if issue is not None)
        errors = {id_: "it cuts its changelog short" for id_, issue in found.items() if not _whole(issue)}
        errors |= {id_: "it answers with another" for id_, issue in found.items() if str(issue.get("id")) != id_}
        return Bulk([issue for id_, issue in found.items() if id_ not in errors], errors)

    def _found(self, asked: IssueRequest, ids: Sequence[str]) -> dict[str, Body]:
        """Read issues by one search; none where Jira refuses it because one of them is no more."""
        params: dict[str, str | int] = {"jql": f"id in ({','.join(ids)})", "startAt": 0, "maxResults": len(ids)}
        try:
            answer = self.client.get("search", **params, validateQuery="false", **_params(asked))
        except Refused as error:
            if error.status != 400:
                raise
            return {}
        room = answer.body.get("maxResults")
        if isinstance(room, int) and 0 < room < len(ids):
            self._room = room
        return {str(issue.get("id")): issue for issue in self.client.listed(answer, "issues") if issue.get("id") in ids}

    def _good(self, issue: Body, promised: int) -> bool:
        try:
            return instant(issue["fields"]["updated"]) >= promised and _whole(issue)
        except (KeyError, TypeError, ValueError):
            return False

    def _issue(self, asked: IssueRequest, id_: str) -> Body | None:
        try:
            answer = self.client.get("issue", id_, updateHistory="false", **_params(asked))
        except Refused as error:
            if error.status != 404:
                raise
            return None
        return dict(answer.body)

    def histories(self, issues: Sequence[Body]) -> dict[str, list[Raw]]:
        """Take what the payloads hold."""
        return {str(issue.get("id")): as_list(_log(issue).get("histories")) for issue in issues}

    def comments(self, issues: Sequence[Body], account: str) -> dict[str, list[Raw]]:
        """Take what the payloads hold, and read singly where properties matter: they say what customers see.

        A payload has neither `jsdPublic` nor properties here. Outside service projects customers see nothing, so
        there only our own comments are looked up.
        """
        found: dict[str, list[Raw]] = {str(issue.get("id")): list(embedded(issue)[0]) for issue in issues}
        looked_up = [str(issue.get("id")) for issue in issues if self._incomplete(issue, account)]
        read = self.client.lanes.map(partial(all_comments, self.client, expand="properties"), looked_up)
        for id_, raws in zip(looked_up, read, strict=True):
            found[id_] = [{**raw, "jsdPublic": not _internal(raw.get("properties"))} for raw in raws]
        return found

    def _incomplete(self, issue: Body, account: str) -> bool:
        held, total = embedded(issue)
        own = any(isinstance(raw.get("author"), Mapping) and self.person(raw["author"]) == account for raw in held)
        return total > len(held) or own or (bool(held) and is_portal(issue))

    def person(self, raw: Raw) -> str:
        """Return a user's key: names change. Old histories have names for keys."""
        return str(raw.get("key") or raw.get("name") or "")

    def named(self, text: str) -> Body:
        """Return a user by name."""
        return {"name": text}

    def rich(self, text: str) -> object:
        """Return the text: markup would not read back."""
        return text

    def comment(self, text: str) -> object:
        """Return wiki text in which nothing is markup, a link or a mention."""
        return _MARKUP.sub(lambda match: "\\" + match[0], text)

    def hidden(self, issue: str, comment: str) -> bool:
        """Go by the property that keeps a comment from customers."""
        raws = all_comments(self.client, issue, expand="properties")
        return any(_internal(raw.get("properties")) for raw in raws if str(raw.get("id")) == comment)


def _params(asked: IssueRequest) -> dict[str, str]:
    fields = [*asked.fields, *(["comment"] if asked.comments else [])]
    return {"fields": ",".join(fields), "expand": "changelog"} | ({"properties": PROPERTY} if asked.property else {})


def _log(issue: Body) -> Raw:
    log = issue.get("changelog")
    return log if isinstance(log, Mapping) else {}


def _whole(issue: Body) -> bool:
    log = _log(issue)
    total = log.get("total", 0)
    return isinstance(total, int) and total <= len(as_list(log.get("histories")))


def _internal(properties: object) -> bool:
    for held in properties if isinstance(properties, list) else ():
        if isinstance(held, Mapping) and held.get("key") == INTERNAL:
            value = held.get("value")
            return isinstance(value, Mapping) and value.get("internal") in {True, "true"}
    return False
