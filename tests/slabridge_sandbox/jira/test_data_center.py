from dataclasses import replace

import pytest
import requests

from tests.patience import PATIENCE
from tests.slabridge_sandbox.jira.client import NOW, Client, Json, instant


def test_server_info_says_server_and_keeps_the_context_path(server: Client) -> None:
    info = server.get("serverInfo")
    assert (info["deploymentType"], info["versionNumbers"]) == ("Server", [9, 12, 15])
    assert info["baseUrl"] == server.url
    assert server.url.endswith("/jira")
    assert server.get("issue/ITSM-1")["self"].startswith(f"{server.url}/rest/api/2/issue/")


@pytest.mark.parametrize(
    ("method", "path", "version"),
    [
        ("POST", "search/jql", 2),
        ("POST", "issue/bulkfetch", 2),
        ("POST", "changelog/bulkfetch", 2),
        ("GET", "issue/ITSM-1/changelog", 2),
        ("POST", "comment/list", 2),
        ("GET", "field/search", 2),
        ("GET", "serverInfo", 3),
    ],
)
def test_what_only_the_cloud_has_is_not_there(server: Client, method: str, path: str, version: int) -> None:
    answer = server.ask(method, path, {} if method == "POST" else None, version=version)
    assert answer.status_code == 404
    assert answer.json()["message"].startswith("null for uri: ")


def test_pages_are_counted_from_the_start_and_have_a_total(server: Client) -> None:
    page = server.get("search", jql="project = ITSM order by key", maxResults=2, startAt=1, fields="summary")
    assert {key: page[key] for key in ("startAt", "maxResults", "total")} == {
        "startAt": 1,
        "maxResults": 2,
        "total": 3,
    }
    assert [issue["key"] for issue in page["issues"]] == ["ITSM-2", "ITSM-3"]
    posted = server.post("search", {"jql": "", "maxResults": 5000, "fields": ["status"], "validateQuery": True})
    assert (posted["maxResults"], len(posted["issues"])) == (1000, 3)
    assert "summary" in server.get("search", jql="key = ITSM-1")["issues"][0]["fields"]


def test_an_issue_that_is_gone_fails_a_search_unless_it_is_not_to_be_validated(server: Client) -> None:
    gone = "A value with ID '99' does not exist for the field 'id'."
    assert server.refused("GET", "search", jql="id in (10000, 99)") == (400, [gone], {})
    assert server.get("search", jql="id in (10000, 99)", validateQuery="false")["total"] == 1
    assert server.post("search", {"jql": "id = 99", "validateQuery": False})["total"] == 0


def test_an_issue_that_moves_between_two_pages_hides_another(server: Client) -> None:
    query: dict[str, Json] = {"jql": "order by updated asc", "maxResults": 1, "fields": "summary"}
    first = server.get("search", startAt=0, **query)["issues"][0]
    assert server.ask("PUT", f"issue/{first['id']}", {"fields": {"summary": "x"}}).status_code == 204
    seen = [first["key"], *(server.get("search", startAt=at, **query)["issues"][0]["key"] for at in (1, 2))]
    assert seen == ["ITSM-2", "ITSM-3", "ITSM-2"]


def test_histories_come_whole_and_oldest_first_and_without_field_ids(server: Client) -> None:
    steps = [(minute, {"state": ("New", "Active")[minute % 2]}) for minute in range(131)]
    server.story("INC9", *steps)
    log = server.get("issue/ITSM-4", expand="changelog")["changelog"]
    assert (log["total"], len(log["histories"])) == (130, 130)
    moments = [instant(history["created"]) for history in log["histories"]]
    assert moments == sorted(moments)
    (found,) = server.get("search", jql="key = ITSM-4", expand="changelog", fields="status")["issues"]
    assert found["changelog"] == log
    assert all("fieldId" not in item for history in log["histories"] for item in history["items"])


def test_people_have_names_and_keys(server: Client) -> None:
    myself = server.get("myself")
    assert (myself["name"], myself["timeZone"]) == ("slabridge", "Europe/Stockholm")
    assert myself["key"].startswith("JIRAUSER")
    assert "accountId" not in myself
    assignee = server.issue("ITSM-2")["assignee"]
    assert (assignee["name"], assignee["displayName"]) == ("resolver.14", "Resolver 14")
    assert server.ask("PUT", "issue/ITSM-1", {"fields": {"assignee": {"name": "resolver.14"}}}).status_code == 204
    item = server.get("issue/ITSM-1", expand="changelog")["changelog"]["histories"][-1]["items"][0]
    assert (item["to"], item["toString"]) == (assignee["key"], "Resolver 14")
    assert server.refused("PUT", "issue/ITSM-1", {"fields": {"assignee": {"name": "nobody"}}})[0] == 400
    assert server.get("search", jql="assignee = 'resolver.14'")["total"] == 2


def test_comments_are_text_and_say_by_a_property_who_sees_them(server: Client) -> None:
    internal = {"key": "sd.public.comment", "value": {"internal": True}}
    added = server.post("issue/ITSM-1/comment", {"body": "h1. *Late*", "properties": [internal]})
    assert added["body"] == "h1. *Late*"
    assert "jsdPublic" not in added
    assert server.get(f"comment/{added['id']}/properties/sd.public.comment")["value"] == {"internal": True}
    (read,) = server.get("issue/ITSM-1/comment", expand="properties")["comments"]
    assert read["properties"] == [internal]
    edited = server.ask("PUT", f"issue/ITSM-1/comment/{added['id']}", {"body": "Other"})
    assert edited.json()["body"] == "Other"
    assert server.ask("DELETE", f"issue/ITSM-1/comment/{added['id']}").status_code == 204
    document = {"type": "doc", "version": 1, "content": []}
    assert server.refused("POST", "issue/ITSM-1/comment", {"body": document})[0] == 400


def test_properties_permissions_screens_and_lists_are_there(server: Client) -> None:
    assert server.ask("PUT", "issue/ITSM-1/properties/slabridge", {"hash": "a"}).status_code == 201
    assert server.get("issue/ITSM-1/properties/slabridge")["value"] == {"hash": "a"}
    assert server.get("mypermissions")["permissions"]["EDIT_ISSUES"]["havePermission"] is True
    assert "key" not in server.get("field")[0]
    assert [one["key"] for one in server.get("project")] == ["ITSM"]
    assert server.get("project/ITSM")["projectTypeKey"] == "service_desk"
    assert "New" in {one["name"] for one in server.get("status")}
    assert server.get("issue/ITSM-1/editmeta")["fields"]["summary"]["fieldId"] == "summary"


def test_a_personal_access_token_works_as_a_bearer(server: Client) -> None:
    for token, status in (("sandbox-jira-token", 200), ("other", 401)):
        headers = {"Authorization": f"Bearer {token}"}
        assert requests.get(f"{server.url}/rest/api/2/myself", headers=headers, timeout=PATIENCE).status_code == status


def test_a_password_that_needs_a_captcha_is_denied_with_the_reason(server: Client) -> None:
    server.site.switches.locked = True
    answer = server.ask("GET", "myself")
    assert answer.status_code == 403
    assert answer.headers["X-Seraph-LoginReason"] == "AUTHENTICATION_DENIED"
    assert answer.headers["X-Authentication-Denied-Reason"].startswith("CAPTCHA_CHALLENGE; login-url=")
    headers = {"Authorization": "Bearer sandbox-jira-token"}
    assert requests.get(f"{server.url}/rest/api/2/myself", headers=headers, timeout=PATIENCE).status_code == 200


def test_nobody_in_particular_finds_nothing(server: Client) -> None:
    assert replace(server, auth=None).get("search", jql="project = ITSM")["total"] == 0
    assert replace(server, auth=None).ask("GET", "myself").status_code == 401


def test_the_index_lags_here_too(server: Client) -> None:
    server.site.switches.index_lag = 5
    server.ask("PUT", "issue/ITSM-1", {"fields": {"summary": "x"}})
    assert server.get("search", jql=f"updated >= {NOW}")["total"] == 0
    server.clock.now += 5000
    assert server.get("search", jql=f"updated >= {NOW}")["total"] == 1


def test_the_bucket_of_tokens_tells_its_size_and_when_it_fills(server: Client) -> None:
    server.site.switches.tokens_per_minute = 2
    assert server.ask("GET", "myself").headers["X-RateLimit-Remaining"] == "1"
    server.clock.now += 1000
    assert server.ask("GET", "myself").headers["X-RateLimit-Remaining"] == "0"
    answer = server.ask("GET", "myself")
    assert answer.status_code == 429
    named = ("X-RateLimit-Limit", "X-RateLimit-Interval-Seconds", "X-RateLimit-FillRate", "Retry-After")
    assert [answer.headers[name] for name in named] == ["2", "60", "2", "59"]
    server.clock.now += 59_000
    assert server.ask("GET", "myself").status_code == 200
