"""What the tests ask the site with, and the stories they tell it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests

from slabridge_sandbox.clock import Clock
from slabridge_sandbox.jira import Jira
from slabridge_sandbox.story import Event
from tests.patience import PATIENCE

Json = Any
"""What the API takes and gives."""
MINUTE = 60_000
NOW = 1_772_524_800_000
"""Tuesday 2026-03-03, 08:00 UTC, 09:00 in Stockholm."""


OPENING: Mapping[str, str | None] = {
    "state": "New",
    "priority": "3 - Moderate",
    "assignment_group": "Group 70",
    "assigned_to": None,
    "caller": "Caller 1",
    "category": "Category 5",
}


@dataclass(frozen=True)
class Client:
    """Asks the site as our account, or as `auth` says."""

    url: str
    auth: tuple[str, str] | None
    site: Jira
    clock: Clock
    session: requests.Session
    version: int = 3

    def ask(
        self, method: str, path: str, body: object = None, version: int | None = None, **query: Json
    ) -> requests.Response:
        url = f"{self.url}/rest/api/{version or self.version}/{path}"
        return self.session.request(method, url, json=body, params=query, auth=self.auth, timeout=PATIENCE)

    def get(self, path: str, **query: Json) -> Json:
        answer = self.ask("GET", path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: object, **query: Json) -> Json:
        answer = self.ask("POST", path, body, **query)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()

    def refused(
        self, method: str, path: str, body: object = None, **query: Json
    ) -> tuple[int, list[str], dict[str, str]]:
        answer = self.ask(method, path, body, **query)
        assert answer.status_code >= 400, answer.text
        return answer.status_code, answer.json()["errorMessages"], answer.json()["errors"]

    def found(self, jql: str) -> list[str]:
        """Return the ids of all issues that a search finds, in its order."""
        return [issue["id"] for issue in self.post("search/jql", {"jql": jql, "maxResults": 5000})["issues"]]

    def wrong(self, jql: str) -> list[str]:
        status, messages, _ = self.refused("POST", "search/jql", {"jql": jql})
        assert status == 400
        return messages

    def story(self, name: str, *steps: tuple[int, Mapping[str, str | None]]) -> None:
        """Apply a story: (minutes after NOW, changes), of which the first opens it."""
        self.site.apply(
            [
                Event(NOW + minutes * MINUTE, name, seq, f"Agent {seq}", changes, seq == 1)
                for seq, (minutes, changes) in enumerate(steps, 1)
            ]
        )

    def act(self, name: str, **body: Json) -> Json:
        """Let people do something."""
        answer = self.session.post(f"{self.url.removesuffix('/jira')}/sandbox/{name}", json=body, timeout=PATIENCE)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def mails(self) -> list[tuple[str, str, bool]]:
        """Return the mails that were sent: key, kind, and whether customers get them."""
        mails = self.session.get(f"{self.url}/sandbox/mails", timeout=PATIENCE).json()["mails"]
        return [(mail["key"], mail["kind"], mail["public"]) for mail in mails if mail["sent"]]

    def issue(self, id_: str = "10000") -> dict[str, Any]:
        fields: dict[str, Any] = self.get(f"issue/{id_}")["fields"]
        return fields


def instant(text: str) -> int:
    """Return the milliseconds of an instant as Jira writes it."""
    return round(datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp() * 1000)
