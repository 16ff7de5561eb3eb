import pytest

from tests.slabridge_sandbox.jira.client import MINUTE, Client


def test_a_search_gives_ids_alone_unless_fields_are_asked_for(three: Client) -> None:
    page = three.post("search/jql", {"jql": "key = ITSM-1"})
    assert page == {"issues": [{"id": "10000"}], "isLast": True}
    (issue,) = three.post("search/jql", {"jql": "key = ITSM-1", "fields": ["summary", "unknown"]})["issues"]
    assert issue["fields"] == {"summary": "Incident INC1"}
    (issue,) = three.get("search/jql", jql="key = ITSM-1", fields="status,-summary,labels")["issues"]
    assert list(issue["fields"]) == ["status", "labels"]
    (issue,) = three.get("search/jql", jql="key = ITSM-1", fields=["*all", "-comment"])["issues"]
    assert "comment" not in issue["fields"]
    assert "customfield_10058" in issue["fields"]


def test_pages_follow_each_other_by_token_until_it_is_absent(three: Client) -> None:
    body = {"jql": "project = ITSM ORDER BY key", "maxResults": 1}
    seen = []
    for last in (False, False, True):
        page = three.post("search/jql", body)
        seen += [issue["id"] for issue in page["issues"]]
        assert page["isLast"] is last
        assert ("nextPageToken" in page) is not last
        assert not {"total", "startAt", "maxResults"} & page.keys()
        body["nextPageToken"] = page.get("nextPageToken", "")
    assert seen == ["10000", "10001", "10002"]


@pytest.mark.parametrize(
    "order", ["updated ASC", "priority DESC, updated ASC", "assignee, Team DESC", "resolved DESC", "key"]
)
def test_pages_of_any_order_give_every_issue_once(jira: Client, order: str) -> None:
    for number in range(23):
        jira.story(
            f"INC{number}",
            (
                number % 3,
                {"state": "New", "priority": f"{number % 4 + 1} - x", "assignment_group": f"Group {number % 5}"},
            ),
            (9, {"assigned_to": f"Resolver {number % 2}" if number % 3 else None, "state": "Active"}),
            (9 + number % 2, {"state": "Resolved" if number % 2 else "Active"}),
        )
    jql = f"project = ITSM ORDER BY {order}"
    token, seen = None, []
    while True:
        page = jira.post("search/jql", {"jql": jql, "maxResults": 4, "nextPageToken": token})
        seen += [issue["id"] for issue in page["issues"]]
        token = page.get("nextPageToken")
        if token is None:
            break
    assert seen == jira.found(jql)
    assert len(set(seen)) == 23


def test_a_token_is_refused_with_other_jql_when_broken_and_after_a_week(three: Client) -> None:
    jql = "project = ITSM ORDER BY key"
    token = three.post("search/jql", {"jql": jql, "maxResults": 1})["nextPageToken"]
    for body in ({"jql": f"{jql} DESC", "nextPageToken": token}, {"jql": jql, "nextPageToken": "x" + token}):
        status, messages, _ = three.refused("POST", "search/jql", body)
        assert (status, messages) == (400, ["The provided next page token is invalid or expired."])
    three.clock.now += 8 * 24 * 60 * MINUTE
    assert three.refused("POST", "search/jql", {"jql": jql, "nextPageToken": token})[0] == 400


def test_an_issue_that_changes_while_paging_by_updated_comes_again_and_none_is_lost(three: Client) -> None:
    body = {"jql": "project = ITSM ORDER BY updated ASC", "maxResults": 1}
    first = three.post("search/jql", body)
    assert three.ask("PUT", f"issue/{first['issues'][0]['id']}", {"fields": {"summary": "x"}}).status_code == 204
    second = three.post("search/jql", body | {"maxResults": 9, "nextPageToken": first["nextPageToken"]})
    assert [issue["id"] for issue in first["issues"] + second["issues"]] == ["10001", "10000", "10002", "10001"]


def test_a_page_with_fields_is_shorter_than_one_of_ids(jira: Client) -> None:
    for number in range(130):
        jira.story(f"INC{number}", (number - 200, {"state": "New"}))
    body = {"jql": "project = ITSM", "maxResults": 1000}
    assert len(jira.post("search/jql", body)["issues"]) == 130
    assert len(jira.post("search/jql", body | {"fields": ["id", "key"]})["issues"]) == 130
    page = jira.post("search/jql", body | {"fields": ["summary"]})
    assert (len(page["issues"]), page["isLast"]) == (100, False)


@pytest.mark.parametrize(
    "extra",
    [{"startAt": 0}, {"validateQuery": True}, {"maxResults": "9"}, {"fields": "summary"}, {"reconcileIssues": ["x"]}],
)
def test_a_body_that_the_specification_does_not_know_is_refused(three: Client, extra: dict[str, object]) -> None:
    assert three.refused("POST", "search/jql", {"jql": "project = ITSM"} | extra)[0] == 400


def test_reconciled_issues_are_at_most_fifty_ids(three: Client) -> None:
    body = {"jql": "project = ITSM", "reconcileIssues": [10000]}
    assert len(three.post("search/jql", body)["issues"]) == 3
    assert three.refused("POST", "search/jql", body | {"reconcileIssues": list(range(51))})[0] == 400


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("version", [2, 3])
def test_the_older_search_is_gone(three: Client, method: str, version: int) -> None:
    status, (message,), _ = three.refused(method, "search", {"jql": "project = ITSM"}, version=version)
    assert status == 410
    assert message.startswith("The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.")
