"""Tables, read and written through pysnow 0.7.17.

What that version does wrong, measured, and what keeps us from it:

| defect                                                              | fence                                         |
|---------------------------------------------------------------------|-----------------------------------------------|
| no retries, one timeout for all, 4xx as bare HTTPError, HTML as is  | our session (`connectors.http`) sends         |
| 200 with a partial `result` and an `error` passes as complete       | `_result` looks at the body itself            |
| parameters leak from one call of a Resource to the next             | one Resource per call                         |
| so a Resource is not thread-safe either                             | the same                                      |
| update() and delete() find their record by query, perhaps a wrong one | only request("PATCH", "/<sys_id>")          |
| no paging: 10,000 rows and no more                                  | `walk` and `read`, by key-set                 |
| no batches                                                          | `batch`, by request("POST")                   |
| dict queries and QueryBuilder escape nothing, shift time zones      | texts from `query` alone                      |
| its OAuthClient makes sessions of its own, refreshes for each       | our session signs in (`connectors.http`)      |
| stream=True is seven times slower and breaks on cut JSON            | buffered pages                                |
| it takes `host` without scheme, and calls itself pysnow             | `use_ssl` from the URL, our User-Agent again  |
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

import pysnow
import structlog

from connectors.errors import CutShort, Refused, Unavailable, Unclear
from connectors.http.answer import date_of
from connectors.http.session import Http
from connectors.parallel import Lanes
from connectors.servicenow import query
from connectors.servicenow.batch import Batch, Inner, Reply
from connectors.servicenow.pace import Pace
from connectors.servicenow.rate import is_cancelled, message
from connectors.servicenow.selection import IN_LIST, LONG_LIST, Ask, Got, Part, Row, Rows, Selection, after
from connectors.servicenow.settings import ServiceNowSettings

_URL = re.compile(r"(https?)://([a-zA-Z0-9.-]+(?::[0-9]{1,4}|:[1-6][0-9]{4})?)/?")
_LONGEST_URL = 2000
_NOT_READABLE = frozenset({400, 403, 404})

__all__ = ["Row", "Tables"]

log = structlog.get_logger(__name__)


class Tables:
    """The tables of one instance."""

    def __init__(self, settings: ServiceNowSettings, http: Http) -> None:
        url = _URL.fullmatch(settings.url)
        if not url:
            raise Refused(f"{settings.name}: url must be https://host and no more")
        scheme, host = url.groups()
        self.who = f"{settings.name} ({host})"
        self.clean = http.clean
        self._name = settings.name
        self._timeout = settings.timeout
        agent = http.headers["User-Agent"]
        self._client = pysnow.Client(host=host, use_ssl=scheme == "https", session=http)
        http.headers["User-Agent"] = agent
        self.batch = Batch(settings.name, self.who, self._client, settings.timeout)
        self._pace = Pace()
        self._lanes = Lanes(settings.concurrency, f"{settings.name}-call")

    def page(  # noqa: PLR0913 - what a page is asked by
        self, table: str, query: str, fields: Sequence[str], *, limit: int, offset: int = 0, links: bool = False
    ) -> Rows:
        """Read one page; where the instance cancels it for taking too long, half as many rows, and so on."""
        return self._paced(Ask(table, query, fields, limit, offset, links))

    def walk(
        self, table: str, behind: Callable[[Row | None], str], fields: Sequence[str], *, limit: int, links: bool = False
    ) -> Iterator[tuple[Rows, bool]]:
        """Read all pages by key-set, and say of each whether it is the last.

        `behind` gives the query for the rows behind a row (None: all), ordered.
        """
        row: Row | None = None
        offset, last = 0, False
        while not last:
            page = self.page(table, behind(row), fields, limit=limit, offset=offset, links=links)
            last, offset = after(page, offset)
            yield page, last
            row = page.rows[-1] if page.rows else row

    def read(self, selections: Sequence[Selection]) -> list[Got]:
        """Read selections completely: in batches where the instance has them, else in calls of their own.

        Raises:
            Refused: a row came that was not asked for, or the credentials are refused; that a table may not be read is
                a `Got`.
        """
        parts = [list(selection.parts(LONG_LIST)) for selection in selections]
        opened = [part for of in parts for part in of]
        while len(opened) > 1 or any(len(part.values) > IN_LIST for part in opened):
            if self.batch.there is False:
                break
            size = self.batch.reads
            groups = [opened[start : start + size] for start in range(0, len(opened), size)]
            alone = [part for left in self._lanes.map(self._together, groups) for part in left]
            self._alone(alone)
            opened = [part for part in opened if not part.done]
        self._alone(opened)
        return [
            Got(
                [row for part in of for row in part.rows],
                sum(part.hidden for part in of),
                next((part.refused for part in of if part.refused), None),
            )
            for of in parts
        ]

    def select(  # noqa: PLR0913 - what to read
        self,
        table: str,
        field: str,
        values: Collection[str],
        fields: Sequence[str],
        *,
        where: Mapping[str, Collection[str]] | None = None,
        complete: bool = False,
        links: bool = False,
    ) -> Iterator[Row]:
        """Read the rows whose field holds one of the values, and which hold what `where` says.

        Raises:
            Refused: as `read`; or the table may not be read; or rows are hidden although `complete` is asked for.
        """
        (got,) = self.read([Selection(table, field, list(values), fields, where or {}, links=links)])
        if got.refused:
            raise got.refused
        if complete:
            self.require_all(table, got)
        yield from got.rows

    def require_all(self, table: str, got: Got) -> None:
        """Return if access rules hide nothing.

        Raises:
            Refused: they do; which permission is missing.
        """
        if got.hidden:
            raise Refused(
                f"{self.who}: {got.hidden} of {got.hidden + len(got.rows)} rows of {table} are hidden from the account "
                f"by access rules; give it read access to {table}: a rule (ACL) of type record, operation read"
            )

    def patch(self, table: str, sys_id: str, values: Mapping[str, str], *, idempotent: bool) -> Row:
        """Set these fields of a record and no others, and return them as they are then.

        Raises:
            Unclear: the answer was lost or cut; see `Http.call` for the rest.
        """
        path = "/" + query.checked(sys_id, query.SYS_ID, "sys_id")
        return self._write(table, "PATCH", path, values, idempotent=idempotent)

    def create(self, table: str, values: Mapping[str, str]) -> Row:
        """Make a record, and return its fields as they are then; raises as `patch` does."""
        return self._write(table, "POST", None, values, idempotent=False)

    def inner_write(self, table: str, sys_id: str, values: Mapping[str, str]) -> Inner:
        """Return `patch` as a request within a batch; without a sys_id `create`."""
        path = f"/{query.checked(sys_id, query.SYS_ID, 'sys_id')}" if sys_id else ""
        wanted = {"sysparm_fields": ",".join(["sys_id", *values]), "sysparm_exclude_reference_link": "true"}
        url = f"/api/now/table/{query.name(table)}{path}?{urlencode(wanted, quote_via=quote)}"
        return Inner("PATCH" if sys_id else "POST", url, values)

    def inner_read(self, ask: Ask) -> Inner:
        """Return the reading of a page as a request within a batch."""
        wanted: dict[str, str | int] = {
            "sysparm_query": ask.query,
            "sysparm_fields": ",".join(ask.fields),
            "sysparm_limit": ask.limit,
            "sysparm_offset": ask.offset,
            "sysparm_display_value": "all" if ask.display else "false",
            "sysparm_exclude_reference_link": "false" if ask.links else "true",
        }
        return Inner("GET", f"/api/now/table/{query.name(ask.table)}?{urlencode(wanted, quote_via=quote)}")

    def close(self) -> None:
        """End the threads."""
        self._lanes.close()

    def _together(self, parts: Sequence[Part]) -> list[Part]:
        """Read one page of each part in a batch, and return those that got no usable answer."""
        try:
            sent = self.batch.send([self.inner_read(part.ask()) for part in parts], idempotent=True)
        except CutShort:
            if len(parts) == 1:
                return list(parts)
            log.warning("the instance cancelled a batch, smaller ones follow", connection=self._name, reads=len(parts))
            self.batch.fewer()
            return []
        if sent is None:
            return []
        if None in sent.replies:
            self.batch.fewer()
        alone = []
        for part, reply in zip(parts, sent.replies, strict=True):
            page = self._page_of(reply, part.ask().limit, sent.date)
            if page is None:
                alone.append(part)
            else:
                part.take(page, self.who)
        return alone

    def _page_of(self, reply: Reply | None, limit: int, date: int | None) -> Rows | None:
        rows = reply.result if reply else None
        if reply is None or not isinstance(rows, list) or date is None:
            return None
        count = reply.headers.get("x-total-count", "")
        return Rows([row for row in rows if row], int(count) if count.isdecimal() else None, date, limit)

    def _alone(self, parts: Sequence[Part]) -> None:
        """Read parts to their ends in calls of their own; long lists in shorter ones."""
        pieces = [part.split(IN_LIST) if len(part.values) > IN_LIST else [part] for part in parts]
        for _ in self._lanes.map(self._to_its_end, [piece for of in pieces for piece in of]):
            pass
        for part, of in zip(parts, pieces, strict=True):
            if len(of) > 1:
                part.join(of)

    def _to_its_end(self, part: Part) -> None:
        try:
            while not part.done:
                part.take(self._paced(part.ask()), self.who)
        except Refused as refused:
            if refused.status not in _NOT_READABLE:
                raise
            part.refuse(refused)

    def _paced(self, ask: Ask) -> Rows:
        while True:
            rows = self._pace.of(ask.table, ask.limit)
            try:
                page = self._page(ask, rows)
            except CutShort:
                if rows == 1:
                    raise
                self._pace.halve(ask.table, rows)
                log.warning(
                    "the instance cancelled a read, smaller pages follow",
                    connection=self._name,
                    table=ask.table,
                    rows=rows,
                )
            else:
                self._pace.grow(ask.table, rows)
                return page

    def _page(self, ask: Ask, limit: int) -> Rows:
        inner = self.inner_read(replace(ask, limit=limit))
        if len(inner.url) > _LONGEST_URL and (sent := self.batch.send([inner], idempotent=True)):
            page = self._page_of(sent.replies[0], limit, sent.date)
            if page is not None:
                return page
        answer = self._resource(ask.table).get(
            query=ask.query,
            fields=list(ask.fields),
            limit=limit,
            offset=ask.offset,
            display_value="all" if ask.display else False,
            exclude_reference_link=not ask.links,
        )
        rows = self._result(ask.table, answer)
        date = date_of(answer.headers)
        if not isinstance(rows, list) or date is None:
            raise Unavailable(f"{self.who}: {ask.table} answers without rows or without a Date header")
        count = answer.headers.get("X-Total-Count", "")
        # Rows hidden by access rules are missing, or come as {}.
        return Rows([row for row in rows if row], int(count) if count.isdecimal() else None, date, limit)

    def _write(self, table: str, method: str, path: str | None, values: Mapping[str, str], *, idempotent: bool) -> Row:
        resource = self._resource(table)
        resource.parameters.fields = ["sys_id", *values]
        resource.parameters.exclude_reference_link = True
        answer = resource.request(method, path_append=path, data=json.dumps(values), idempotent=idempotent)
        row = self._result(table, answer, write=True)
        if not isinstance(row, dict):
            raise Unclear(f"{self.who}: {table} was written, but its answer is no record")
        return row

    def _resource(self, table: str) -> Any:  # noqa: ANN401 - pysnow has no types
        return self._client.resource(api_path=f"/table/{query.name(table)}", timeout=self._timeout)

    def _result(self, table: str, answer: Any, *, write: bool = False) -> object:  # noqa: ANN401 - as above
        response = answer._response  # noqa: SLF001 - pysnow shows the body only after dropping its `error`
        body = response.json() if response.content else None
        if isinstance(body, dict) and "error" not in body and body.get("status") != "failure":
            return body.get("result")
        said = message(body)
        broken = f"{self.who}: {table} breaks its answer off ({self.clean(said) or 'no reason given'})"
        if write:
            raise Unclear(f"{broken}; the write may have been applied")
        kind = CutShort if is_cancelled(said) else Unavailable
        raise kind(f"{broken}; a smaller page_size may help")
