"""The ways to say who one is: a password, an API key, an access token."""

from typing import Any

import pytest
import requests

from slabridge_sandbox.servicenow.account import API_KEY
from slabridge_sandbox.servicenow.oauth import CLIENT_ID, CLIENT_SECRET
from tests.patience import PATIENCE
from tests.slabridge_sandbox.servicenow.instance import Instance

CLIENT = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
PASSWORD = {"grant_type": "password", "username": "resolver.3", "password": "sandbox"}
DENIED = {"error": "server_error", "error_description": "access_denied"}


def token(instance: Instance, form: dict[str, str], auth: tuple[str, str] | None = None) -> requests.Response:
    return requests.post(f"{instance.sandbox.servicenow.url}/oauth_token.do", data=form, auth=auth, timeout=PATIENCE)


def granted(instance: Instance, form: dict[str, str]) -> dict[str, Any]:
    answer = token(instance, form | CLIENT)
    assert answer.status_code == 200
    return dict(answer.json())


def status(instance: Instance, **headers: str) -> int:
    url = f"{instance.sandbox.servicenow.url}/api/now/table/incident"
    return requests.get(url, headers=headers, timeout=PATIENCE).status_code


def test_a_password_gets_a_token_of_the_documented_shape_that_acts_as_that_user(instance: Instance) -> None:
    answer = granted(instance, PASSWORD)
    assert {name: type(value) for name, value in answer.items()} == {
        "access_token": str,
        "refresh_token": str,
        "scope": str,
        "token_type": str,
        "expires_in": int,
    }
    assert (answer["scope"], answer["token_type"], answer["expires_in"]) == ("useraccount", "Bearer", 1799)
    key = instance.key("INC0000002")
    instance.session.auth = None
    instance.session.headers["Authorization"] = f"Bearer {answer['access_token']}"
    changed = instance.ask("PATCH", f"table/incident/{key}", {"u_sla_holder": "x"}).json()["result"]
    assert changed["sys_updated_by"] == "resolver.3"
    assert instance.sandbox.log("servicenow")[-1].account == "resolver.3"


def test_a_client_gets_a_token_without_a_user_and_without_one_to_refresh(reader: Instance) -> None:
    answer = granted(reader, {"grant_type": "client_credentials"})
    assert "refresh_token" not in answer
    assert status(reader, Authorization=f"Bearer {answer['access_token']}") == 200


def test_a_client_may_say_who_it_is_in_the_header(reader: Instance) -> None:
    assert token(reader, PASSWORD, (CLIENT_ID, CLIENT_SECRET)).status_code == 200
    assert token(reader, PASSWORD, (CLIENT_ID, "wrong")).status_code == 401


def test_a_refresh_token_gets_another_token(reader: Instance) -> None:
    first = granted(reader, PASSWORD)
    second = granted(reader, {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]})
    assert second["access_token"] != first["access_token"]
    assert status(reader, Authorization=f"Bearer {second['access_token']}") == 200


@pytest.mark.parametrize(
    "form",
    [
        PASSWORD | CLIENT | {"password": "wrong"},
        PASSWORD | CLIENT | {"username": "nobody"},
        PASSWORD | CLIENT | {"client_secret": "wrong"},
        {"grant_type": "refresh_token", "refresh_token": "wrong"} | CLIENT,
        {"grant_type": "implicit"} | CLIENT,
        {},
    ],
)
def test_every_failure_looks_alike(reader: Instance, form: dict[str, str]) -> None:
    answer = token(reader, form)
    assert (answer.status_code, answer.json()) == (401, DENIED)


def test_a_token_lasts_as_long_as_it_says_by_the_clock_of_the_sandbox(instance: Instance) -> None:
    instance.sandbox.switch("servicenow", token_seconds=60)
    answer = granted(instance, PASSWORD)
    bearer = f"Bearer {answer['access_token']}"
    instance.sandbox.move_to(instance.sandbox.now + 59_000)
    assert (answer["expires_in"], status(instance, Authorization=bearer)) == (60, 200)
    instance.sandbox.move_to(instance.sandbox.now + 1_000)
    assert status(instance, Authorization=bearer) == 401


def test_a_token_can_expire_after_so_many_calls_or_in_real_time(instance: Instance) -> None:
    instance.sandbox.switch("servicenow", token_calls=2)
    bearer = f"Bearer {granted(instance, PASSWORD)['access_token']}"
    assert [status(instance, Authorization=bearer) for _ in range(3)] == [200, 200, 401]
    instance.sandbox.switch("servicenow", token_calls=0, token_seconds=0, token_in_real_time=True)
    bearer = f"Bearer {granted(instance, PASSWORD)['access_token']}"
    assert status(instance, Authorization=bearer) == 401


def test_an_api_key_is_the_service_account(reader: Instance) -> None:
    assert status(reader, **{"x-sn-apikey": API_KEY}) == 200
    assert status(reader, **{"x-sn-apikey": "wrong"}) == 401
    assert status(reader, Authorization="Bearer wrong") == 401
