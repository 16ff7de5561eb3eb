"""Libraries of other people, unchanged, work with a Cloud site and with a Data Center below a context path."""

from collections.abc import Iterator
from typing import Any

import pytest
from atlassian import Jira as Atlassian
from atlassian.jira import JiraCloud
from jira import JIRA, JIRAError
from requests import HTTPError

from tests.patience import PATIENCE
from tests.slabridge_sandbox.jira.client import Client, Json

Library = Any
"""A client of atlassian-python-api, of which not all methods have types."""
JQL = "project = ITSM ORDER BY key"


def keys(page: Json) -> list[str]:
    return [issue["key"] for issue in page["issues"]]


@pytest.fixture
def pycontribs(server: Client) -> Iterator[JIRA]:
    client = JIRA(server.url, basic_auth=server.auth, timeout=PATIENCE, max_retries=0)
    yield client
    client.close()


def test_jira_reads_a_data_center(pycontribs: JIRA) -> None:
    assert pycontribs.deploymentType == "Server"
    assert pycontribs.myself()["name"] == "slabridge"
    found = pycontribs.search_issues(JQL, startAt=1, maxResults=1)
    assert ([issue.key for issue in found], found.total) == (["ITSM-2"], 3)
    assert len(pycontribs.search_issues(JQL, maxResults=False)) == 3
    (issue,) = pycontribs.search_issues("key = ITSM-1", expand="changelog")
    assert [len(history.items) for history in issue.changelog.histories] == [3, 2]
    assert pycontribs.issue("ITSM-1", expand="changelog").changelog.total == 2
    assert "summary" in pycontribs.editmeta("ITSM-1")["fields"]
    assert pycontribs.my_permissions()["permissions"]["EDIT_ISSUES"]["havePermission"] is True


def test_jira_writes_to_a_data_center(pycontribs: JIRA) -> None:
    issue = pycontribs.issue("ITSM-1")
    issue.update(fields={"customfield_10051": {"value": "Breached"}}, notify=False)
    assert issue.fields.customfield_10051.value == "Breached"
    comment = pycontribs.add_comment(issue, "It is *late*", is_internal=True)
    assert pycontribs.comment("ITSM-1", comment.id, expand="properties").properties[0].value.internal is True
    comment.update(body="It is over")
    assert [one.body for one in pycontribs.comments(issue)] == ["It is over"]
    comment.delete()
    assert pycontribs.comments(issue) == []
    issue.update(assignee={"name": "resolver.14"})
    assert pycontribs.issue("ITSM-1").fields.assignee.name == "resolver.14"


def test_jira_signs_in_to_a_data_center_with_a_personal_access_token(server: Client) -> None:
    client = JIRA(server.url, token_auth="sandbox-jira-token", timeout=PATIENCE, max_retries=0)
    assert client.myself()["name"] == "slabridge"
    client.close()


def test_jira_reads_the_screen_and_counts_in_the_cloud(three: Client) -> None:
    client = JIRA(three.url, basic_auth=three.auth, timeout=PATIENCE, max_retries=0)
    assert "customfield_10051" in client.editmeta("ITSM-1")["fields"]
    assert client.approximate_issue_count("project = ITSM") == 3
    with pytest.raises(JIRAError, match="cannot be set"):
        client.issue("ITSM-1").update(fields={"nope": 1})
    client.close()


@pytest.fixture
def cloud(three: Client) -> Iterator[Library]:
    email, token = three.auth or ("", "")
    with Atlassian(three.url, username=email, password=token, cloud=True, api_version="2") as client:
        yield client


def test_atlassian_reads_a_cloud(cloud: Library) -> None:
    first: Json = cloud.enhanced_jql(JQL, limit=2)
    second: Json = cloud.enhanced_jql(JQL, nextPageToken=first["nextPageToken"])
    assert keys(first) + keys(second) == ["ITSM-1", "ITSM-2", "ITSM-3"]
    assert keys(cloud.jql(JQL, fields=["summary"])) == ["ITSM-1", "ITSM-2", "ITSM-3"]
    issue: Json = cloud.issue("ITSM-1", expand="changelog")
    assert issue["changelog"]["total"] == 2
    changelog: Json = cloud.get_issue_changelog("ITSM-1", limit=1)
    assert (changelog["total"], len(changelog["values"])) == (2, 1)
    assert cloud.approximate_issue_count("project = ITSM") == {"count": 3}


def test_atlassian_writes_to_a_cloud(cloud: Library, three: Client) -> None:
    comment: Json = cloud.issue_add_comment("ITSM-1", "It is late")
    cloud.issue_edit_comment("ITSM-1", comment["id"], "It is over")
    assert three.get("issue/ITSM-1/comment", version=2)["comments"][0]["body"] == "It is over"
    cloud.update_issue_field("ITSM-1", {"customfield_10054": "Group 70"}, notify_users=False)
    assert three.issue()["customfield_10054"] == "Group 70"
    with pytest.raises(HTTPError, match="does not exist"):
        cloud.issue("ITSM-99")


def test_atlassian_speaks_version_3_of_a_cloud(three: Client) -> None:
    email, token = three.auth or ("", "")
    library: Library = JiraCloud
    with library(three.url, username=email, password=token) as client:
        assert keys(client.enhanced_jql(JQL)) == ["ITSM-1", "ITSM-2", "ITSM-3"]
        bulk: Json = client.get_bulk_changelogs(data={"issueIdsOrKeys": ["ITSM-1"]})
        assert len(bulk["issueChangeLogs"][0]["changeHistories"]) == 2
        assert keys(client.bulk_fetch_issues(data={"issueIdsOrKeys": ["ITSM-2"]})) == ["ITSM-2"]


@pytest.fixture
def data_center(server: Client) -> Iterator[Library]:
    with Atlassian(server.url, token="sandbox-jira-token", cloud=False, api_version="2") as client:
        yield client


def test_atlassian_reads_a_data_center(data_center: Library) -> None:
    page: Json = data_center.jql(JQL, start=1, limit=5)
    assert (keys(page), page["total"]) == (["ITSM-2", "ITSM-3"], 3)
    issue: Json = data_center.issue("ITSM-1", expand="changelog")
    assert len(issue["changelog"]["histories"]) == 2
    changelog: Json = data_center.get_issue_changelog("ITSM-1")
    assert changelog["total"] == 2
    assert data_center.myself()["name"] == "slabridge"


def test_atlassian_writes_to_a_data_center(data_center: Library, server: Client) -> None:
    comment: Json = data_center.issue_add_comment("ITSM-1", "It is late")
    data_center.issue_edit_comment("ITSM-1", comment["id"], "It is over")
    assert server.get("issue/ITSM-1/comment")["comments"][0]["body"] == "It is over"
    data_center.update_issue_field("ITSM-1", {"customfield_10054": "Group 70"})
    assert server.issue("ITSM-1")["customfield_10054"] == "Group 70"
