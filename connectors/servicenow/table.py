"""Tables, read page by page and written through pysnow 0.7.17.

What that version does wrong, measured, and what keeps us from it:

| defect                                                              | fence                                         |
|---------------------------------------------------------------------|-----------------------------------------------|
| no retries, one timeout for all, 4xx as bare HTTPError, HTML as is  | our session (`connectors.http`) sends         |
| 200 with a partial `result` and an `error` passes as complete       | `_result` looks at the body itself            |
| parameters leak from one call of a Resource to the next             | one Resource per call                         |
| so a Resource is not thread-safe either                             | the same                                      |
| update() and delete() find their record by query, perhaps a wrong one | only request("PATCH", "/<sys_id>")          |
| no paging: 10,000 rows and no more                                  | key-sets (`records`)                 |
| no batches                                                          | `batch`, by request("POST")                   |
| dict queries and QueryBuilder escape nothing, shift time zones      | texts from `query` alone                      |
| its OAuthClient makes sessions of its own, refreshes for each       | our session signs in (`connectors.http`)      |
| stream=True is seven times slower and breaks on cut JSON            | buffered pages                                |
| loading it runs a compiler                                          | not any more: `library`                       |
| it takes `host` without scheme, and calls itself pysnow             | `use_ssl` from the URL, our User-Agent again  |
"""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from connectors.errors import CutShort, Refused, Unavailable, Unclear
from connectors.http.answer import date_of
from connectors.http.session import Http
from connectors.servicenow import query
from connectors.servicenow.batch import BatchApi, InnerReply, InnerRequest
from connectors.servicenow.library import pysnow
from connectors.servicenow.page import PageRequest, Record, RecordPage
from connectors.servicenow.rate import is_cancelled, message
from connectors.servicenow.row import are_rows, is_empty, is_record, page_of_rows
from connectors.servicenow.settings import ServiceNowSettings

_URL = re.compile(r"(https?)://([a-zA-Z0-9.-]+(?::[0-9]{1,4}|:[1-6][0-9]{4})?)/?")
_LONGEST_URL = 2000


class Tables:
    """The tables of one instance."""

    def __init__(self, settings: ServiceNowSettings, http: Http) -> None:
        url = _URL.fullmatch(settings.url)
        if not url:
            raise Refused(f"{settings.name}: url must be https://host and no more")
        scheme, host = url.groups()
        self.who = f"{settings.name} ({host})"
        self.clean = http.clean
        self._timeout = settings.timeout
        agent = http.headers["User-Agent"]
        self._client = pysnow.Client(host=host, use_ssl=scheme == "https", session=http)
        http.headers["User-Agent"] = agent
        self.batch = BatchApi(settings.name, self.who, self._client, settings.timeout)

    def page(self, ask: PageRequest) -> RecordPage:
        """Read one page; one whose URL would be too long in a batch of its own.

        Raises:
            CutShort: the instance cancelled it for taking too long.
        """
        inner = self.inner_read(ask)
        if len(inner.url) > _LONGEST_URL and (sent := self.batch.send([inner], idempotent=True)):
            page = page_of(sent.replies[0], ask, sent.date)
            if page is not None:
                return page
        try:
            answer = self._resource(ask.table).get(
                query=ask.query,
                fields=list(ask.fields),
                limit=ask.limit,
                offset=ask.offset,
                display_value="all" if ask.display else False,
                exclude_reference_link=not ask.links,
            )
        except Refused as refused:
            if refused.date is None or not is_empty(refused.status, refused.body):
                raise
            return RecordPage([], 0, refused.date, ask.limit)
        rows = self._result(ask.table, answer)
        date = date_of(answer.headers)
        if not are_rows(rows) or date is None:
            raise Unavailable(f"{self.who}: {ask.table} answers without rows or without a Date header; is it a proxy?")
        return page_of_rows(rows, answer.headers.get("X-Total-Count", ""), date, ask)

    def patch(self, table: str, sys_id: str, values: Mapping[str, str], *, idempotent: bool) -> Record:
        """Set these fields of a record and no others, and return them as they are then.

        Raises:
            Unclear: the answer was lost or cut; see `Http.call` for the rest.
        """
        path = "/" + query.checked(sys_id, query.SYS_ID, "sys_id")
        return self._write(table, "PATCH", path, values, idempotent=idempotent)

    def create(self, table: str, values: Mapping[str, str]) -> Record:
        """Make a record, and return its fields as they are then; raises as `patch` does."""
        return self._write(table, "POST", None, values, idempotent=False)

    def inner_write(self, table: str, sys_id: str, values: Mapping[str, str]) -> InnerRequest:
        """Return `patch` as a request within a batch; without a sys_id `create`."""
        path = f"/{query.checked(sys_id, query.SYS_ID, 'sys_id')}" if sys_id else ""
        wanted = {"sysparm_fields": ",".join(["sys_id", *values]), "sysparm_exclude_reference_link": "true"}
        url = f"/api/now/table/{query.name(table)}{path}?{urlencode(wanted, quote_via=quote)}"
        return InnerRequest("PATCH" if sys_id else "POST", url, values)

    def inner_read(self, ask: PageRequest) -> InnerRequest:
        """Return the reading of a page as a request within a batch."""
        wanted: dict[str, str | int] = {
            "sysparm_query": ask.query,
            "sysparm_fields": ",".join(ask.fields),
            "sysparm_limit": ask.limit,
            "sysparm_offset": ask.offset,
            "sysparm_display_value": "all" if ask.display else "false",
            "sysparm_exclude_reference_link": "false" if ask.links else "true",
        }
        return InnerRequest("GET", f"/api/now/table/{query.name(ask.table)}?{urlencode(wanted, quote_via=quote)}")

    def _write(
        self, table: str, method: str, path: str | None, values: Mapping[str, str], *, idempotent: bool
    ) -> Record:
        resource = self._resource(table)
        resource.parameters.fields = ["sys_id", *values]
        resource.parameters.exclude_reference_link = True
        answer = resource.request(method, path_append=path, data=json.dumps(values), idempotent=idempotent)
        row = self._result(table, answer, write=True)
        if not is_record(row):
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
        is_partial = not isinstance(body, dict) or "result" in body
        what = "breaks its answer off" if is_partial else "answers with an error in the place of data"
        broken = f"{self.who}: {table} {what} ({self.clean(said) or 'no reason given'})"
        if write:
            raise Unclear(f"{broken}; the write may have been applied")
        if is_partial or is_cancelled(said):
            raise (CutShort if is_cancelled(said) else Unavailable)(f"{broken}; a smaller page_size may help")
        raise Refused(f"{broken}; is url right, and may the account read {table}?")


def page_of(reply: InnerReply | None, ask: PageRequest, date: int | None) -> RecordPage | None:
    """Return the page that the reply within a batch holds, None where it holds none."""
    if reply is None or date is None:
        return None
    if is_empty(reply.status, reply.body):
        return RecordPage([], 0, date, ask.limit)
    rows = reply.result
    return page_of_rows(rows, reply.headers.get("x-total-count", ""), date, ask) if are_rows(rows) else None
