from dataclasses import replace

import pytest
import requests

from tests.patience import PATIENCE
from tests.slabridge_sandbox.jira.client import Client


@pytest.mark.parametrize("auth", [("slabridge@example.com", "wrong"), ("other@example.com", "sandbox-jira-token")])
@pytest.mark.parametrize("path", ["myself", "search/jql?jql=project=ITSM", "serverInfo", "issue/ITSM-1"])
def test_wrong_credentials_are_refused_everywhere(three: Client, auth: tuple[str, str], path: str) -> None:
    answer = replace(three, auth=auth).ask("GET", path)
    assert answer.status_code == 401
    assert answer.json()["message"] == "Client must be authenticated to access this resource."
    assert answer.headers["X-Seraph-LoginReason"] == "AUTHENTICATED_FAILED"


def test_an_anonymous_search_finds_nothing_and_says_so_with_200(three: Client) -> None:
    anonymous = replace(three, auth=None)
    assert anonymous.get("search/jql", jql="project = ITSM") == {"issues": [], "isLast": True}
    assert anonymous.get("serverInfo")["deploymentType"] == "Cloud"


@pytest.mark.parametrize("path", ["myself", "field", "issue/ITSM-1", "issue/ITSM-1/comment"])
def test_an_anonymous_call_is_refused_elsewhere(three: Client, path: str) -> None:
    assert replace(three, auth=None).ask("GET", path).status_code == 401


@pytest.mark.parametrize("header", ["Bearer sandbox-jira-token", "Basic ???", "Basic", "Basic /w=="])
def test_other_authentication_is_refused(jira: Client, header: str) -> None:
    answer = requests.get(f"{jira.url}/rest/api/3/myself", headers={"Authorization": header}, timeout=PATIENCE)
    assert answer.status_code == 401
