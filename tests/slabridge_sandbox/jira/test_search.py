import pytest

from tests.slabridge_sandbox.jira.client import MINUTE, NOW, Client


@pytest.mark.parametrize(
    ("jql", "numbers"),
    [
        ("project = ITSM", "321"),
        ("project = itsm order by key", "123"),
        ('project in ("IT Service Management", 10000) ORDER BY created ASC, id DESC', "123"),
        ("key = ITSM-2", "2"),
        ("issuekey in (ITSM-3, ITSM-1) ORDER BY key ASC", "13"),
        ("id > 10000", "32"),
        ("id >= 10001 order by id", "23"),
        ("key <= ITSM-2 order by key", "12"),
        ("id > 0 order by id", "123"),
        ("status = active", "2"),
        ("status in (10001, Resolved)", "31"),
        ("status != New", "21"),
        ("statusCategory = Done", "1"),
        ('statusCategory not in ("To Do", done)', "2"),
        ("priority = Highest", "3"),
        ("priority > Low", "321"),
        ("priority >= High", "3"),
        ("priority < Highest order by priority desc, key", "12"),
        ("assignee = 'Resolver 14'", "2"),
        ("assignee is EMPTY", "3"),
        ("assignee = empty", "3"),
        ("assignee is not null", "21"),
        ("assignee != 'Resolver 14'", "1"),
        ("not assignee = 'Resolver 14'", "1"),
        ("assignee = currentUser() or key = ITSM-1", "1"),
        ("labels = Category-5", "21"),
        ("labels not in (Other)", "21"),
        ("NOT labels = Other", "21"),
        ("labels is empty", "3"),
        ('"Team" = "Group 70"', "2"),
        ("Team in ('Group 70', 'group 24')", "21"),
        ("cf[10050] != 'Group 70'", "31"),
        ("CF[ 10050 ] = 'Group 7'", "3"),
        ('"SLA status" is empty', "321"),
        ("issuetype = Incident and resolution is empty", "32"),
        ("type != Incident", ""),
        ("summary ~ inc2", "2"),
        ("created >= -30m", "3"),
        ("created <= -1h", "1"),
        (f"updated >= {NOW - 20 * MINUTE}", "31"),
        (f"updated > {NOW - 20 * MINUTE}", "3"),
        (f"updated = {NOW - 10 * MINUTE}", "3"),
        ('updated >= "2026-03-03 08:40"', "31"),
        ('updated >= "2026/03/03 08:41"', "3"),
        ('created < "2026-03-03"', ""),
        ("created >= 2026-03-03", "321"),
        ("resolved >= -1d", "1"),
        ("resolutiondate is empty", "32"),
        ("updated <= now()", "321"),
        ("(status = New or status = Active) and not (priority = Highest or key = ITSM-1)", "2"),
        ("status = New && project = ITSM || key = ITSM-1", "31"),
        ("! status = New", "21"),
        ("project = ITSM ORDER BY assignee ASC", "312"),
        ("project = ITSM ORDER BY Team DESC", "231"),
        ("project = ITSM ORDER BY resolved DESC, created ASC", "123"),
    ],
)
def test_jql_finds(three: Client, jql: str, numbers: str) -> None:
    assert [int(id_) - 9999 for id_ in three.found(jql)] == [int(number) for number in numbers]


@pytest.mark.parametrize(
    ("jql", "message"),
    [
        ("", "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."),
        ("order by key", "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."),
        ("projekt = ITSM", "Field 'projekt' does not exist or you do not have permission to view it."),
        ("project = NOPE", "The value 'NOPE' does not exist for the field 'project'."),
        ("status = Gone", "The value 'Gone' does not exist for the field 'status'."),
        ("key = ITSM-999", "An issue with key 'ITSM-999' does not exist for field 'key'."),
        ("id = 999", "A value with ID '999' does not exist for the field 'id'."),
        ('"Team" = Nobody', "The option 'Nobody' for field 'Team' does not exist."),
        ("status > New", "The operator '>' is not supported by the 'status' field."),
        ("'SLA holder' = x", "The operator '=' is not supported by the 'SLA holder' field."),
        (
            "updated >= '2026-03-03T08:00:00Z'",
            (
                "Date value '2026-03-03T08:00:00Z' for field 'updated' is invalid. Valid formats include: "
                "'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
            ),
        ),
        ("project = ITSM ORDER BY nothing", "Not able to sort using field 'nothing'."),
        ("updated > later()", "Unable to find JQL function 'later()'."),
        (
            "project",
            (
                "Error in the JQL Query: Expecting operator before the end of the query. The valid operators are '=', "
                "'!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'."
            ),
        ),
        (
            "project = ITSM and",
            "Error in the JQL Query: Expecting a field name before the end of the query.",
        ),
        (
            "project = ITSM status = New",
            "Error in the JQL Query: Expecting either 'OR' or 'AND' but got 'status'. (line 1, character 16)",
        ),
        ("(project = ITSM", "Error in the JQL Query: Expecting ')' before the end of the query."),
        (
            "status = cf[10050]",
            (
                "Error in the JQL Query: Expecting either a value, list or function but got 'cf[10050]'. "
                "You must surround 'cf[10050]' in quotation marks to use it as a value. (line 1, character 10)"
            ),
        ),
        (
            "project = ITSM and\nassignee = a@b",
            (
                "Error in the JQL Query: The character '@' is a reserved JQL character. You must enclose it in a string "
                r"or use the escape '\u0040' instead. (line 2, character 13)"
            ),
        ),
        (
            "project = GO",
            (
                "Error in the JQL Query: 'GO' is a reserved JQL word. You must surround it in quotation marks to use it "
                "in a query. (line 1, character 11)"
            ),
        ),
        (
            'status = "New',
            "Error in the JQL Query: The quoted string 'New' has not been completed. (line 1, character 10)",
        ),
    ],
)
def test_jql_that_is_wrong_is_refused_in_jiras_words(three: Client, jql: str, message: str) -> None:
    assert three.wrong(jql) == [message]


def test_all_errors_of_a_query_are_told_at_once(three: Client) -> None:
    assert len(three.wrong("status = Gone and projekt = 1 and updated > 'x' order by y")) == 4


def test_quoted_dates_are_read_in_the_time_zone_of_our_account(three: Client) -> None:
    # ITSM-3 was created at 07:50 UTC, which is 08:50 in Stockholm.
    assert three.found('created >= "2026-03-03 08:50"') == ["10002"]
    assert three.found('created > "2026-03-03 08:50"') == []


def test_values_reach_the_database_as_parameters(three: Client) -> None:
    assert three.wrong("""assignee = "x' OR 1=1 --" """) == [
        "The value 'x' OR 1=1 --' does not exist for the field 'assignee'."
    ]
    assert three.found("""summary ~ "x' OR 1=1 --" """) == []
    assert three.found('summary ~ "%"') == []


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
