"""Logs of issues, replayed into both kinds of Jira."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.instant import parse_instant
from slabridge_sandbox.log import LogError, read_log
from slabridge_sandbox.options import SandboxOptions
from tests.patience import PATIENCE
from tests.places import SHARED, absent

REAL = SHARED / "data/jira_issues33.jsonl.gz"
DONE = {"id": "7", "name": "Finished", "statusCategory": {"key": "done"}}
ADA = {"accountId": "ada", "displayName": "Ada", "accountType": "atlassian"}


def history(id_: int, at: str, **items: tuple[Any, Any, Any, Any]) -> dict[str, Any]:
    keys = ("from", "fromString", "to", "toString")
    told = [
        {"field": name, "fieldtype": "jira", **dict(zip(keys, sides, strict=True))} for name, sides in items.items()
    ]
    return {"id": str(id_), "author": ADA, "created": f"2026-03-02T{at}.000+0000", "items": told}


ISSUE: dict[str, Any] = {
    "id": "20000",
    "key": "OPS-7",
    "fields": {
        "project": {"id": "10500", "key": "OPS", "name": "Operations", "projectTypeKey": "software"},
        "issuetype": {"id": "3", "name": "Task"},
        "status": DONE,
        "assignee": ADA,
        "labels": ["a", "b"],
        "priority": {"id": "2", "name": "High"},
        "resolution": {"id": "10000", "name": "Done"},
        "created": "2026-03-02T08:00:00.000+0000",
        "updated": "2026-03-02T12:00:00.000+0000",
        "comment": {
            "comments": [
                {"id": "500", "author": ADA, "body": "Hello", "created": "2026-03-02T10:30:00.000+0000"}
                | {"updated": "2026-03-02T10:30:00.000+0000"}
            ]
        },
    },
    "changelog": {
        "histories": [
            history(3, "11:00:00", status=("5", "Doing", "7", "Done"), resolution=(None, None, "10000", "Done")),
            history(2, "10:00:00", assignee=(None, None, "ada", "Ada"), labels=("", "a", "", "a b")),
            history(1, "09:00:00", status=("4", "Open", "5", "Doing"), Workflow=("1", "x", "2", "y")),
        ]
    },
}


def written(folder: Path, *issues: object) -> Path:
    path = folder / "log.jsonl"
    path.write_text("".join(json.dumps(issue) + "\n" for issue in issues), "utf-8")
    return path


class Site:
    def __init__(self, box: Sandbox) -> None:
        self.box = box

    def issue(self, key: str = "OPS-7") -> Any:  # noqa: ANN401 - JSON
        end = self.box.jira
        url = f"{end.url}/rest/api/2/issue/{key}?expand=changelog"
        answer = requests.get(url, auth=(end.user, end.secret), timeout=PATIENCE)
        return answer.json() if answer.ok else None

    def at(self, time: str) -> Any:  # noqa: ANN401 - JSON
        self.box.move_to(parse_instant(f"2026-03-02T{time}:00Z"))
        return self.issue()


@pytest.fixture(params=["Cloud", "Server"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    log, start = written(tmp_path, {"issues": [ISSUE]}), parse_instant("2026-03-02T07:00:00Z")
    options = SandboxOptions(log=log, start=start, jira_deployment=request.param)
    with Sandbox(options, in_process=True) as box:
        yield Site(box)


def test_an_issue_lives_as_its_histories_say_and_ends_as_it_stands_in_the_log(site: Site) -> None:
    assert site.issue() is None
    seen = []
    for time in ("08:30", "09:30", "10:15", "11:30"):
        fields = site.at(time)["fields"]
        who = (fields["assignee"] or {}).get("displayName")
        done = (fields["resolution"] or {}).get("name")
        seen.append((fields["status"]["name"], who, fields["labels"], done, len(fields["comment"]["comments"])))
    assert seen == [
        ("Open", None, ["a"], None, 0),
        ("Doing", None, ["a"], None, 0),
        ("Doing", "Ada", ["a", "b"], None, 0),
        ("Finished", "Ada", ["a", "b"], "Done", 1),
    ]
    last = site.at("13:00")
    assert [one["id"] for one in sorted(last["changelog"]["histories"], key=lambda one: int(one["id"]))] == [
        "1",
        "2",
        "3",
    ]
    assert last["fields"]["updated"].endswith(("13:00:00.000+0100", "12:00:00.000+0000"))
    assert last["fields"]["comment"]["comments"][0]["body"] == "Hello"


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([ISSUE, ISSUE], "OPS-7 stands there twice"),
        ([{**ISSUE, "fields": {}}], "line 1.*it has no project"),
        ([[]], "line 1"),
        ([{"a": 1}], "line 1"),
    ],
)
def test_a_line_that_is_no_issue_is_named(tmp_path: Path, lines: list[object], words: str) -> None:
    with pytest.raises(LogError, match=words):
        list(read_log(written(tmp_path, *lines)))


@pytest.mark.parametrize("deployment", ["Cloud", "Server"])
def test_real_issues_are_replayed_whole(deployment: Any) -> None:  # noqa: ANN401 - a Deployment
    if not REAL.exists():
        pytest.skip(absent(REAL))
    with gzip.open(REAL) as file:
        real = [json.loads(line) for line in file]
    options = SandboxOptions(log=REAL, start=parse_instant("2020-07-01T00:00:00Z"), jira_deployment=deployment)
    with Sandbox(options, in_process=True) as box:
        site = Site(box)
        before = {one["key"]: site.issue(one["key"]) for one in real}
        assert 0 < sum(one is not None for one in before.values()) < len(real)
        box.move_to(parse_instant("2026-01-01T00:00:00Z"))
        for issue in real:
            found = site.issue(issue["key"])
            for name in ("status", "priority", "resolution"):
                assert (found["fields"][name] or {}).get("id") == (issue["fields"][name] or {}).get("id")
            assert len(found["changelog"]["histories"]) == len(issue["changelog"]["histories"])
            assert parse_instant(_iso(found["fields"]["updated"])) == parse_instant(_iso(issue["fields"]["updated"]))


def _iso(text: str) -> str:
    return f"{text[:-2]}:{text[-2:]}"
