"""The jira library, unchanged, works with the site."""

from collections.abc import Iterator
from typing import Any

import pytest
from jira import JIRA, JIRAError

from tests.patience import PATIENCE
from tests.slabridge_sandbox.jira.client import Client


@pytest.fixture(params=["2", "3"])
def library(three: Client, request: pytest.FixtureRequest) -> Iterator[JIRA]:
    options = {"rest_api_version": request.param}
    client = JIRA(three.url, options=options, basic_auth=three.auth, timeout=PATIENCE, max_retries=0)
    yield client
    client.close()


def test_it_knows_a_cloud_and_itself(library: JIRA) -> None:
    assert library.deploymentType == "Cloud"
    assert library.myself()["timeZone"] == "Europe/Stockholm"
    assert "customfield_10050" in {field["id"] for field in library.fields()}
    assert [project.key for project in library.projects()] == ["ITSM"]


def test_it_searches_and_pages(library: JIRA) -> None:
    jql = "project = ITSM ORDER BY key"
    first = library.enhanced_search_issues(jql, maxResults=2, fields=["id"], json_result=True)
    second = library.enhanced_search_issues(
        jql, maxResults=2, fields=["id"], json_result=True, nextPageToken=first["nextPageToken"]
    )
    assert [issue["id"] for issue in first["issues"] + second["issues"]] == ["10000", "10001", "10002"]
    posted = library.enhanced_search_issues(jql, use_post=True, json_result=True)
    assert posted["issues"][0]["fields"]["status"]["name"] == "Resolved"
    assert [issue.key for issue in library.enhanced_search_issues(jql, maxResults=0)] == ["ITSM-1", "ITSM-2", "ITSM-3"]


def test_it_writes_fields_and_internal_comments(library: JIRA, three: Client) -> None:
    issue = library.issue("ITSM-1")
    issue.update(fields={"customfield_10051": {"value": "Breached"}}, notify=False)
    assert issue.fields.customfield_10051.value == "Breached"
    body: Any = "It is late"
    if library._options["rest_api_version"] == "3":
        body = {
            "type": "doc",
            "version": 1,
            "content": [{"type": "paragraph", "content": [{"type": "text", "text": "It is late"}]}],
        }
    comment = library.add_comment("ITSM-1", body, is_internal=True)
    assert comment.jsdPublic is False
    assert [one.id for one in library.comments("ITSM-1")] == [comment.id]
    assert three.issue()["comment"]["total"] == 1


def test_it_reads_histories_and_properties(library: JIRA) -> None:
    issue = library.issue("ITSM-1", expand="changelog")
    assert [item.field for item in issue.changelog.histories[0].items] == ["status", "resolution"]
    library.add_issue_property("ITSM-1", "slabridge", {"hash": "a"})
    assert library.issue_property("ITSM-1", "slabridge").value.hash == "a"


def test_it_raises_what_the_site_answers(library: JIRA) -> None:
    with pytest.raises(JIRAError) as error:
        library.enhanced_search_issues("nothing = 1", json_result=True)
    assert (error.value.status_code, error.value.text) == (
        400,
        "Field 'nothing' does not exist or you do not have permission to view it.",
    )
    with pytest.raises(JIRAError) as error:
        library.issue("ITSM-9")
    assert error.value.status_code == 404
