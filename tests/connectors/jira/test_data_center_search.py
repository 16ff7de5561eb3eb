import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import pytest
from pydantic import SecretStr
from starlette.types import Receive, Scope, Send

import connectors
from connectors.errors import Unavailable
from connectors.http.credentials import BearerAuth
from connectors.jira.settings import JiraSettings
from tests.connectors.jira.site import MINUTE, NOW, SECOND, scripted, serving, stamp

SERVER = {"deploymentType": "Server", "versionNumbers": [9, 12, 0]}
ME = {"key": "JIRAUSER10000", "name": "slabridge", "displayName": "slabridge"}
Act = Callable[[dict[str, int]], None]


@dataclass
class Listing:
    """A search of Data Center over issues that somebody changes between two pages."""

    updated: dict[str, int]
    most: int = 1000
    acts: list[Act] = field(default_factory=list)
    """What happens before each page, from the second on."""
    asked: list[tuple[int, int]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        query = {key: texts[0] for key, texts in parse_qs(scope["query_string"].decode()).items()}
        path = scope["path"].rpartition("/")[2]
        body: Any = {"serverInfo": SERVER, "myself": ME, "field": []}.get(path) or self._search(query)
        headers = [(b"content-type", b"application/json"), (b"date", b"Tue, 03 Mar 2026 08:00:00 GMT")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(body).encode()})

    def _search(self, query: dict[str, str]) -> dict[str, Any]:
        start, most = int(query["startAt"]), min(int(query["maxResults"]), self.most)
        since = int(query["jql"].split()[2])
        self.asked.append((since, start))
        if len(self.asked) > 1 and self.acts:
            self.acts.pop(0)(self.updated)
        rows = sorted((at, int(id_)) for id_, at in self.updated.items() if at >= since)
        page = [{"id": str(id_), "fields": {"updated": stamp(at)}} for at, id_ in rows[start : start + most]]
        return {"startAt": start, "maxResults": most, "total": len(rows), "issues": page}


def found(listing: Listing, size: int) -> set[str]:
    with serving(listing) as url:
        auth = BearerAuth(SecretStr("token"))
        jira = connectors.open(JiraSettings(name="jira", url=url, auth=auth, fields=(), filter="x = y", page_size=size))
        ids = {id_ for touched in jira.touched({"updated": 0, "read": {}}) for id_ in touched.ids}
        jira.close()
        return ids


OLD = NOW - 5 * 60 * MINUTE


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
@pytest.mark.parametrize("spread", [0, SECOND, MINUTE])
def test_every_issue_is_found_whatever_the_page_and_however_many_share_a_minute(size: int, spread: int) -> None:
    listing = Listing({str(n): OLD + n * spread for n in range(40)})
    assert found(listing, size) == set(listing.updated)


@pytest.mark.parametrize("size", [2, 3, 7])
@pytest.mark.parametrize("base", [OLD, NOW - MINUTE])
@pytest.mark.parametrize("moved", [1, 2, 5])
def test_no_issue_is_skipped_while_others_are_edited_and_deleted(size: int, base: int, moved: int) -> None:
    def oldest(updated: dict[str, int]) -> list[str]:
        return sorted(updated, key=lambda id_: (updated[id_], int(id_)))[:moved]

    def edit(updated: dict[str, int]) -> None:
        updated.update({id_: NOW + len(listing.asked) for id_ in oldest(updated)})

    def delete(updated: dict[str, int]) -> None:
        for id_ in oldest(updated):
            del updated[id_]

    listing = Listing({str(n): base for n in range(40)}, acts=[edit, edit, delete, edit])
    assert found(listing, size) >= set(listing.updated)


def test_a_server_that_gives_fewer_rows_than_asked_for_is_read_to_the_end() -> None:
    listing = Listing({str(n): OLD + n for n in range(40)}, most=6)
    assert found(listing, 500) == set(listing.updated)


def test_old_changes_are_paged_by_their_time_and_not_by_deep_offsets() -> None:
    listing = Listing({str(n): OLD + n * MINUTE for n in range(60)})
    found(listing, 10)
    assert {start for _, start in listing.asked} == {0}


@pytest.mark.parametrize(
    "answer",
    [
        {"startAt": 7, "total": 0, "issues": []},
        {"startAt": 0, "issues": []},
        {"startAt": 0, "total": 9, "issues": [{"id": "1", "fields": {"updated": stamp(NOW)}}]},
    ],
)
def test_pages_that_lead_nowhere_are_an_error_and_no_loop(answer: object) -> None:
    with (
        scripted(serverInfo=[SERVER], myself=[ME], search=[answer]) as site,
        pytest.raises(Unavailable, match="lead nowhere"),
    ):
        list(site.connect().changed(None))
