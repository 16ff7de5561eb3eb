"""Tables, read and written through pysnow 0.7.17.

What that version does wrong, measured, and what keeps us from it:

| defect                                                              | fence                                         |
|---------------------------------------------------------------------|-----------------------------------------------|
| no retries, one timeout for all, 4xx as bare HTTPError, HTML as is  | our session (`connectors.http`) sends         |
| 200 with a partial `result` and an `error` passes as complete       | `_result` looks at the body itself            |
| parameters leak from one call of a Resource to the next             | one Resource per call                         |
| update() and delete() find their record by query, perhaps a wrong one | only request("PATCH", "/<sys_id>")          |
| no paging: 10,000 rows and no more                                  | `walk`, by key-set                            |
| dict queries and QueryBuilder escape nothing, shift time zones      | texts from `query` alone                      |
| stream=True is seven times slower and breaks on cut JSON            | buffered pages                                |
| it takes `host` without scheme, and calls itself pysnow             | `use_ssl` from the URL, our User-Agent again  |
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pysnow

from connectors.answer import date_of, message_of
from connectors.errors import Refused, Unavailable, Unclear
from connectors.http import Http
from connectors.servicenow import query
from connectors.servicenow.query import among, joined
from connectors.settings import ServiceNowSettings

Row = dict[str, Any]
"""A record, raw: texts, references as {link, value}; a field that may not be read is absent."""

IN_LIST = 40
"""Values in an IN list: 40 sys_ids keep the URL under 2,048 characters."""
_LIMIT = 1000
_URL = re.compile(r"(https?)://([a-zA-Z0-9.-]+(?::[0-9]{1,4}|:[1-6][0-9]{4})?)/?")


@dataclass(frozen=True, slots=True)
class Rows:
    """One page: what could be read of it, how many rows the query has in all (where told), the server's clock."""

    rows: list[Row]
    count: int | None
    date: int
    last: bool = False


class Tables:
    """The tables of one instance."""

    def __init__(self, settings: ServiceNowSettings, http: Http) -> None:
        url = _URL.fullmatch(settings.url)
        if not url:
            raise Refused(f"{settings.name}: url must be https://host and no more")
        scheme, host = url.groups()
        self._who = f"{settings.name} ({host})"
        self._timeout = settings.timeout
        agent = http.headers["User-Agent"]
        self._client = pysnow.Client(host=host, use_ssl=scheme == "https", session=http)
        http.headers["User-Agent"] = agent

    def page(  # noqa: PLR0913 - what a page is asked by
        self, table: str, query: str, fields: Sequence[str], *, limit: int, offset: int = 0, links: bool = False
    ) -> Rows:
        """Read one page; `links` gives references as {link, value}, which tells their table."""
        answer = self._resource(table).get(
            query=query, fields=list(fields), limit=limit, offset=offset, exclude_reference_link=not links
        )
        rows = self._result(table, answer)
        date = date_of(answer.headers)
        if not isinstance(rows, list) or date is None:
            raise Unavailable(f"{self._who}: {table} answers without rows or without a Date header")
        count = answer.headers.get("X-Total-Count", "")
        # Rows hidden by access rules are missing, or come as {}.
        return Rows([row for row in rows if row], int(count) if count.isdecimal() else None, date)

    def walk(
        self, table: str, behind: Callable[[Row | None], str], fields: Sequence[str], *, limit: int, links: bool = False
    ) -> Iterator[Rows]:
        """Read all pages by key-set: `behind` gives the query for the rows behind a row (None: all), ordered.

        Short and empty pages end nothing, as the limit counts rows that access rules then hide; the total count does.
        """
        row: Row | None = None
        offset = 0
        while True:
            page = self.page(table, behind(row), fields, limit=limit, offset=offset, links=links)
            seen = offset + len(page.rows) if page.rows else offset + limit
            last = not page.rows if page.count is None else seen >= page.count
            yield Rows(page.rows, page.count, page.date, last)
            if last:
                return
            row, offset = (page.rows[-1], 0) if page.rows else (row, offset + limit)

    def select(  # noqa: PLR0913 - as above
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
        """Read the rows whose field holds one of the values, in chunks, and which hold what `where` says.

        Raises:
            Refused: a row came that was not asked for; or rows are hidden from us although `complete` is asked for.
        """
        listed = list(values)
        for start in range(0, len(listed), IN_LIST):
            asked = {field: set(listed[start : start + IN_LIST]), **{key: set(of) for key, of in (where or {}).items()}}
            yield from self._chunk(table, asked, fields, complete=complete, links=links)

    def patch(self, table: str, sys_id: str, values: Mapping[str, str], *, idempotent: bool) -> Row:
        """Set these fields of a record and no others, and return them as they are then.

        Raises:
            Unclear: the answer was lost or cut; see `Http.call` for the rest.
        """
        resource = self._resource(table)
        resource.parameters.fields = ["sys_id", *values]
        resource.parameters.exclude_reference_link = True
        path = "/" + query.checked(sys_id, query.SYS_ID, "sys_id")
        answer = resource.request("PATCH", path_append=path, data=json.dumps(values), idempotent=idempotent)
        row = self._result(table, answer, write=True)
        if not isinstance(row, dict):
            raise Unclear(f"{self._who}: {table}/{sys_id} was written, but its answer is no record")
        return row

    def _chunk(
        self, table: str, asked: Mapping[str, Collection[str]], fields: Sequence[str], *, complete: bool, links: bool
    ) -> Iterator[Row]:
        conditions = [among(key, sorted(values)) for key, values in asked.items()]

        def behind(row: Row | None) -> str:
            return joined(*conditions, f"sys_id>{row['sys_id']}" if row else "", "ORDERBYsys_id")

        wanted = list(dict.fromkeys(["sys_id", *asked, *fields]))
        count: int | None = None
        seen, last = 0, ""
        for page in self.walk(table, behind, wanted, limit=_LIMIT, links=links):
            count = page.count if count is None else count
            seen += len(page.rows)
            for row in page.rows:
                last = self._require(table, row, asked, last)
            yield from page.rows
        if complete and count is not None and seen < count:
            raise Refused(
                f"{self._who}: {count - seen} of {count} rows of {table} are hidden from the account by access rules; "
                f"give it read access to {table}"
            )

    def _require(self, table: str, row: Row, asked: Mapping[str, Collection[str]], last: str) -> str:
        """Return the row's sys_id if it comes after the last one and the row holds what was asked for."""
        ignored = [field for field, values in asked.items() if row.get(field) not in values]
        sys_id = str(row.get("sys_id", ""))
        if sys_id.casefold() <= last.casefold():
            ignored.append("sys_id")
        if ignored:
            raise Refused(
                f"{self._who}: {table} ignores the condition on {ignored[0]}; does it exist, may the account read it?"
            )
        return query.word(sys_id)

    def _resource(self, table: str) -> Any:  # noqa: ANN401 - pysnow has no types
        return self._client.resource(api_path=f"/table/{query.name(table)}", timeout=self._timeout)

    def _result(self, table: str, answer: Any, *, write: bool = False) -> object:  # noqa: ANN401 - as above
        response = answer._response  # noqa: SLF001 - pysnow shows the body only after dropping its `error`
        body = response.json() if response.content else None
        if isinstance(body, dict) and "error" not in body and body.get("status") != "failure":
            return body.get("result")
        said = message_of(body) or "no reason given"
        message = f"{self._who}: {table} breaks its answer off ({said})"
        if write:
            raise Unclear(f"{message}; the write may have been applied")
        raise Unavailable(f"{message}; a smaller page_size may help")
