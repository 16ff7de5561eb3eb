"""The client of a Jira site: the `jira` library where it helps, raw JSON where many issues pass.

Both send through `connectors.http`.

What was measured of jira 3.10.5, and how it is fenced here:

| the library                                                       | here                                             |
|-------------------------------------------------------------------|--------------------------------------------------|
| has no timeout unless given one                                   | its session is ours, which always has one        |
| sends a POST again after a reset: one comment became four         | `max_retries=0`, and our session knows POST      |
| waits less than Retry-After asks, and fails on one that is a date | the same                                         |
| does not send again after 500, 502, 504 or a read time-out        | the same                                         |
| sleeps inside, where no deadline sees it                          | the same                                         |
| asks serverInfo as it is made                                     | `get_server_info=False`; `check` asks            |
| without serverInfo its Cloud methods return None and ask nothing  | they are not used                                |
| its search gathers all pages, trusts every token, sends nulls     | `search` pages by itself                         |
| has no changelog, no bulk fetch, no comment properties            | raw JSON                                         |
| builds objects, which takes five times as long as parsing         | raw JSON                                         |
| an update reads the issue before and after                        | one PUT                                          |
| asks for all application links before it adds a remote link       | one GET by the globalId, and one POST            |
| its errors and its log print answers, with tickets and cookies    | our session raises ours first; its log is silent |
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from jira import JIRA

from connectors.errors import Refused, Unavailable, Unclear
from connectors.http.answer import Answer
from connectors.http.session import Http
from connectors.jira.settings import JiraSettings
from connectors.parallel import Lanes

Body = dict[str, Any]
CLOUD = "Cloud"
_ID = re.compile(r"(?!\.+$)[\w.:-]+")


class Client:
    """A Jira site, asked over one session. Every call raises what `Http.call` does.

    Paths are below /rest/api/<version>/: version 2, which every Jira has, until `server` has found a Cloud.
    """

    def __init__(self, settings: JiraSettings, http: Http) -> None:
        self.name = settings.name
        self.http = http
        self.lanes = Lanes(settings.concurrency, f"{settings.name}-call")
        options = {"server": settings.url, "rest_api_version": "2"}
        self._jira = JIRA(options=options, get_server_info=False, max_retries=0, timeout=http.timeout, logging=False)
        self._jira._session.close()  # noqa: SLF001 - the library takes no session
        self._jira._session = http  # noqa: SLF001 - as above

    def server(self) -> Body:
        """Return what the site says of itself; anyone may ask.

        Raises:
            Refused: it is no Jira.
        """
        try:
            found = self._jira.server_info()
        except Refused as error:
            if error.status != 404:
                raise
            found = None
        if not isinstance(found, dict) or "deploymentType" not in found:
            remedy = "write https://<site>.atlassian.net, or with its path, as https://jira.acme.com/jira"
            raise Refused(f"{self.name}: {self._jira.server_url} is no Jira; {remedy}")
        if found["deploymentType"] == CLOUD:
            self._jira._options["rest_api_version"] = "3"  # noqa: SLF001 - the library has no way to change it
        return found

    def fields(self) -> list[Body]:
        """Return all fields of the site."""
        found = self._jira.fields()
        if not isinstance(found, list) or not all(map(_is_field, found)):
            raise self._odd("field")
        return found

    def all_of(self, *path: str) -> list[Body]:
        """Return all statuses of the site, all priorities, all remote links of an issue, ..., as far as we may."""
        answer = self._call("GET", path)
        if not isinstance(answer.body, list) or not all(isinstance(one, dict) for one in answer.body):
            raise self._odd(*path)
        return answer.body

    def may(self, project: str, *permissions: str) -> bool:
        """Return whether our account has one of these permissions in a project; not, where there is no such project.

        Data Center answers with all permissions, whichever are asked for.

        Raises:
            Unavailable: the answer has no permissions: who reads that as none would leave out what may be written.
        """
        try:
            found = self._jira.my_permissions(projectKey=project, permissions=",".join(permissions))
        except Refused as error:
            if error.status not in {400, 404}:
                raise
            return False
        held = found.get("permissions") if isinstance(found, Mapping) else None
        if not isinstance(held, Mapping):
            raise self._odd("mypermissions")
        named = [held.get(key) for key in permissions]
        return any(isinstance(one, Mapping) and one.get("havePermission") is True for one in named)

    def get(self, *path: str, **params: str | int) -> Answer:
        """Read one thing; the answer's body is an object."""
        return self._object(path, self._call("GET", path, params=params))

    def ask(self, *path: str, body: Body, **params: str | int) -> Answer:
        """Read what takes a body to ask for; the answer's body is an object."""
        return self._object(path, self._call("POST", path, params=params, json=body, idempotent=True))

    def put(self, *path: str, body: Body, **params: str | int) -> Answer:
        """Set something; it may be sent twice.

        Raises:
            Unclear: the answer is not the 204 by which Jira says that it is set; else as `Http.call`.
        """
        return self._done(path, self._call("PUT", path, params=params, json=body))

    def post(self, *path: str, body: Body) -> Answer:
        """Add something; it is never sent twice. The answer's body is an object, with the id of what was added.

        Raises:
            Unclear: the answer is not what Jira gives; else as `Http.call`.
        """
        answer = self._call("POST", path, json=body)
        if answer.status != 201 or not isinstance(answer.body, Mapping) or not answer.body.get("id"):
            raise Unclear(f"{self._odd(*path)}; the write may have been applied")
        return answer

    def act(self, *path: str, body: Body | None = None) -> Answer:
        """Let the site do something; it is never asked twice.

        Raises:
            Unclear: the answer was lost; else as `Http.call`.
        """
        return self._call("POST", path, json=body)

    def delete(self, *path: str) -> Answer:
        """Remove something; raises as `put` does."""
        return self._done(path, self._call("DELETE", path))

    def pages(self, *path: str, body: Body) -> Iterator[Answer]:
        """Ask for page after page, by `nextPageToken`.

        The end is a page without a token, or one that says so; a short or empty page ends nothing.

        Raises:
            Unavailable: the site gives a token twice, or says that more follows and not where.
        """
        seen: set[str] = set()
        asked = body
        while True:
            answer = self.ask(*path, body=asked)
            yield answer
            token, last = answer.body.get("nextPageToken"), answer.body.get("isLast")
            if last is True or (not token and last is None):
                return
            if not isinstance(token, str) or not token or token in seen:
                raise Unavailable(f"{self.name}: the pages of {'/'.join(path)} lead nowhere; the next run tries again")
            seen.add(token)
            asked = {**body, "nextPageToken": token}

    def values(self, *path: str, **params: str | int) -> list[Body]:
        """Return all of what is listed under `values`, page after page, until a page says that it is the last.

        Raises:
            Unavailable: a page is the one before it once more.
        """
        found: list[Body] = []
        last: list[Body] = []
        while True:
            answer = self.get(*path, startAt=len(found), **params)
            page = self.listed(answer, "values")
            if page and page == last:
                raise Unavailable(f"{self.name}: the pages of {'/'.join(path)} lead nowhere; try again later")
            found, last = found + page, page
            more = answer.body.get("isLast") is False or len(found) < self.total(answer)
            if not page or not more:
                return found

    def listed(self, answer: Answer, key: str) -> list[Body]:
        """Return the list of objects that stands under a key of an answer.

        Raises:
            Unavailable: there is none.
        """
        found = answer.body.get(key)
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise self._odd(key)
        return found

    def total(self, answer: Answer) -> int:
        """Return how many things there are in all, by an answer that holds some of them; 0 where it does not say.

        Raises:
            Unavailable: it says something else than a number.
        """
        found = answer.body.get("total", 0)
        if not isinstance(found, int):
            raise self._odd("total")
        return found

    def id_of(self, entry: object, *keys: str) -> str:
        """Return the id that stands under these keys of an entry, one in the other; it can stand in a path.

        Raises:
            Unavailable: there is none.
        """
        for key in keys:
            entry = entry.get(key) if isinstance(entry, Mapping) else None
        if isinstance(entry, bool) or not isinstance(entry, str | int) or not _ID.fullmatch(str(entry)):
            raise self._odd(*keys)
        return str(entry)

    def clock(self, answer: Answer) -> int:
        """Return the site's clock when it gave an answer, ms UTC.

        Raises:
            Unavailable: it did not say.
        """
        if answer.date is None:
            raise Unavailable(f"{self.name}: its answers have no Date, so its clock is unknown; does a proxy drop it?")
        return answer.date

    def close(self) -> None:
        """End the threads, and give the session back."""
        self.lanes.close()
        self._jira.close()

    def _call(self, method: str, path: tuple[str, ...], **rest: Any) -> Answer:  # noqa: ANN401 - passed on to Http.call
        version = self._jira._options["rest_api_version"]  # noqa: SLF001 - as in `server`
        address = "/".join(quote(part, safe="/") for part in path)
        return self.http.call(method, f"{self._jira.server_url}/rest/api/{version}/{address}", **rest)

    def _done(self, path: tuple[str, ...], answer: Answer) -> Answer:
        if answer.status != 204:
            raise Unclear(f"{self._odd(*path)} ({answer.status}, not 204); the write may have been applied")
        return answer

    def _object(self, path: tuple[str, ...], answer: Answer) -> Answer:
        if not isinstance(answer.body, Mapping):
            raise self._odd(*path)
        return answer

    def _odd(self, *path: str) -> Unavailable:
        return Unavailable(
            f"{self.name}: asked for {'/'.join(path)}, the server answered as no Jira does; is it a proxy?"
        )


def _is_field(entry: object) -> bool:
    """Say whether an entry has what a field is found and described by."""
    if not isinstance(entry, dict) or not isinstance(entry.get("schema") or {}, dict):
        return False
    return isinstance(entry.get("id"), str) and isinstance(entry.get("name"), str)
