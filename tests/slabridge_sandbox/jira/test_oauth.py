from dataclasses import replace

import pytest
import requests

from slabridge_sandbox.jira.oauth import CLIENT_ID, CLIENT_SECRET, CLOUD_ID, REFRESH_TOKEN
from tests.patience import PATIENCE
from tests.slabridge_sandbox.jira.client import Client, Json

CLIENT = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


def granted(jira: Client, **asked: str) -> requests.Response:
    return requests.post(f"{jira.url}/oauth/token", data=CLIENT | asked, timeout=PATIENCE)


def myself(url: str, token: str) -> requests.Response:
    return requests.get(f"{url}/rest/api/3/myself", headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE)


def test_a_client_gets_a_token_that_works_until_it_ends(three: Client) -> None:
    answer = granted(three, grant_type="client_credentials").json()
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3600)
    assert myself(three.url, answer["access_token"]).status_code == 200
    three.clock.now += 3_600_000
    assert myself(three.url, answer["access_token"]).status_code == 401


def test_a_token_works_below_the_cloud_id_and_links_stay_there(three: Client) -> None:
    token = granted(three, grant_type="client_credentials").json()["access_token"]
    url = f"{three.url}/ex/jira/{CLOUD_ID}"
    assert myself(url, token).json()["self"].startswith(f"{url}/rest/api/3/")
    assert myself(f"{three.url}/ex/jira/another", token).status_code == 404
    assert replace(three, url=url).get("search/jql", jql="key = ITSM-1")["issues"] == [{"id": "10000"}]


def test_each_refresh_token_is_good_for_one_use(three: Client) -> None:
    first = granted(three, grant_type="refresh_token", refresh_token=REFRESH_TOKEN).json()
    assert myself(three.url, first["access_token"]).status_code == 200
    again = granted(three, grant_type="refresh_token", refresh_token=REFRESH_TOKEN)
    assert (again.status_code, again.json()["error"]) == (403, "invalid_grant")
    asked = CLIENT | {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = requests.post(f"{three.url}/oauth/token", json=asked, timeout=PATIENCE).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["access_token"] != first["access_token"]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"grant_type": "client_credentials", "client_secret": "wrong"}, 401),
        ({"grant_type": "password"}, 403),
        ({"grant_type": "refresh_token"}, 403),
    ],
)
def test_wrong_requests_get_no_token(three: Client, asked: Json, status: int) -> None:
    answer = granted(three, **asked)
    assert (answer.status_code, "access_token" in answer.json()) == (status, False)
    assert requests.post(f"{three.url}/oauth/token", json=[1], timeout=PATIENCE).status_code == 400


def test_wrong_credentials_can_be_taken_for_nobody(three: Client) -> None:
    three.site.switches.anonymous = True
    wrong = replace(three, auth=("slabridge@example.com", "wrong"))
    assert wrong.get("search/jql", jql="project = ITSM") == {"issues": [], "isLast": True}
    assert wrong.ask("GET", "myself").status_code == 401
