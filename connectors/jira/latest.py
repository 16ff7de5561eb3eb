"""Issues, the newest first: pages are asked for no further than they are taken."""

from collections.abc import Iterator, Sequence
from typing import Literal

from connectors.jira.client import Body, Client


def latest(  # noqa: PLR0913 - what a search needs
    client: Client, where: str, fields: Sequence[str], size: int, *, cloud: bool, by: Literal["created", "updated"]
) -> Iterator[list[Body]]:
    """Yield pages of the issues of a condition in JQL, with these fields; one may come twice.

    The condition has to bound the search: the Cloud refuses one without.
    """
    jql = f"{where} ORDER BY {by} DESC, key DESC"
    if cloud:
        body: Body = {"jql": jql, "fields": list(fields), "maxResults": size}
        yield from (client.listed(answer, "issues") for answer in client.pages("search/jql", body=body))
        return
    start = 0
    while True:
        answer = client.get("search", jql=jql, startAt=start, maxResults=size, fields=",".join(fields))
        page = client.listed(answer, "issues")
        yield page
        start += len(page)
        if not page or start >= client.total(answer):
            return
