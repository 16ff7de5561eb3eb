from slabridge_sandbox.story import Event
from tests.slabridge_sandbox.jira.client import MINUTE, NOW, Client, Json

JQL = "project = ITSM ORDER BY key"


def page(jira: Client, jql: str = JQL, **more: Json) -> list[Json]:
    issues: list[Json] = jira.post("search/jql", {"jql": jql, "fields": ["summary", "updated", "comment"], **more})[
        "issues"
    ]
    return issues


def summaries(issues: list[Json]) -> list[str]:
    return [issue["fields"]["summary"] for issue in issues]


def rename(jira: Client, key: str, summary: str) -> None:
    assert jira.ask("PUT", f"issue/{key}", {"fields": {"summary": summary}}).status_code == 204


def test_a_search_sees_an_issue_as_it_was_until_the_lag_is_over(three: Client) -> None:
    three.site.switches.index_lag = 60
    before = page(three)
    three.clock.now = NOW + 1000
    rename(three, "ITSM-2", "New words")
    three.clock.now = NOW + 60_999
    assert page(three) == before
    assert page(three, "summary ~ words") == []
    assert page(three, f"updated > {NOW}") == []
    assert three.issue("10001")["summary"] == "New words"
    three.clock.now = NOW + 61_000
    assert summaries(page(three)) == ["Incident INC1", "New words", "Incident INC3"]


def test_reconciled_issues_are_seen_as_they_are(three: Client) -> None:
    three.site.switches.index_lag = 60
    rename(three, "ITSM-1", "First")
    rename(three, "ITSM-2", "Second")
    assert summaries(page(three, reconcileIssues=[10001])) == ["Incident INC1", "Second", "Incident INC3"]
    assert summaries(page(three, "summary ~ second", reconcileIssues=[10001])) == ["Second"]
    found = three.get("search/jql", jql="summary ~ second", reconcileIssues="10001,10000")["issues"]
    assert [issue["id"] for issue in found] == ["10001"]


def test_each_state_becomes_visible_in_its_turn(three: Client) -> None:
    three.site.switches.index_lag = 60
    for minute, summary in enumerate(("one", "two", "three")):
        three.clock.now = NOW + minute * MINUTE // 2
        rename(three, "ITSM-3", summary)
    seen = []
    for tick in range(6):
        three.clock.now = NOW + MINUTE + tick * 15_000
        seen += summaries(page(three, "key = ITSM-3"))
    assert seen == ["one", "one", "two", "two", "three", "three"]


def test_what_is_opened_is_found_late_and_what_is_deleted_goes_late(three: Client) -> None:
    three.site.switches.index_lag = 60
    three.story("INC4", (0, {"state": "New"}))
    three.act("delete", issue="ITSM-1")
    assert three.found(JQL) == ["10000", "10001", "10002"]
    assert three.get("issue/10003")["key"] == "ITSM-4"
    assert three.ask("GET", "issue/10000").status_code == 404
    assert three.post("search/approximate-count", {"jql": JQL}) == {"count": 3}
    three.clock.now += 60_000
    assert three.found(JQL) == ["10001", "10002", "10003"]


def test_a_comment_is_searched_late_like_the_update_it_makes(three: Client) -> None:
    three.site.switches.index_lag = 60
    three.act("comment", issue="ITSM-1", by="Ada", body="Hello")
    assert page(three)[0]["fields"]["comment"]["total"] == 0
    assert page(three, reconcileIssues=[10000])[0]["fields"]["comment"]["total"] == 1
    three.clock.now += 60_000
    assert page(three)[0]["fields"]["comment"]["total"] == 1


def test_what_stories_do_is_seen_late_by_their_own_time(three: Client) -> None:
    three.site.switches.index_lag = 60
    three.site.apply([Event(NOW - 30_000, "INC3", 2, "Ada", {"state": "Active"})])
    assert three.found("status = Active") == ["10001"]
    histories = three.post("search/jql", {"jql": "key = ITSM-3", "expand": "changelog", "fields": ["status"]})
    assert histories["issues"][0]["changelog"]["total"] == 0
    three.clock.now += 30_000
    assert three.found("status = Active") == ["10002", "10001"]


def test_a_search_with_fields_may_give_fewer_rows_than_asked_for(jira: Client) -> None:
    for number in range(60):
        jira.story(f"INC{number}", (number - 200, {"state": "New"}))
    many = jira.post("search/jql", {"jql": JQL, "maxResults": 1000, "fields": ["*all"]})
    assert (len(many["issues"]), many["isLast"]) == (50, False)
    jira.site.switches.max_rows = 7
    assert len(jira.post("search/jql", {"jql": JQL, "maxResults": 1000})["issues"]) == 7


def test_a_token_lives_as_long_as_the_switch_says(three: Client) -> None:
    three.site.switches.token_expiry = 10
    token = three.post("search/jql", {"jql": JQL, "maxResults": 1})["nextPageToken"]
    three.clock.now += 10_000
    assert three.ask("POST", "search/jql", {"jql": JQL, "nextPageToken": token}).status_code == 200
    three.clock.now += 1
    assert three.refused("POST", "search/jql", {"jql": JQL, "nextPageToken": token})[0] == 400


def test_a_token_can_come_back_again_and_again(three: Client) -> None:
    three.site.switches.repeat_token = True
    token = three.post("search/jql", {"jql": JQL, "maxResults": 1})["nextPageToken"]
    page = three.post("search/jql", {"jql": JQL, "nextPageToken": token})
    assert (page["nextPageToken"], page["isLast"]) == (token, False)
