"""Faults, by rule."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from slabridge_sandbox.embedded import Sandbox
from tests.hanging import hanging
from tests.patience import PATIENCE
from tests.slabridge_sandbox.servicenow.instance import Instance

LIST = "/table/incident$"


@pytest.fixture
def instance(sandbox: Sandbox) -> Iterator[Instance]:
    made = Instance(sandbox)
    with made.session:
        yield made


def holder(instance: Instance) -> str:
    return str(instance.incident("INC0000002", fields="u_sla_holder")["u_sla_holder"])


def patch(instance: Instance, key: str, **fields: object) -> requests.Response:
    return instance.ask("PATCH", f"table/incident/{key}", fields or {"u_sla_holder": "Network"})


@pytest.mark.parametrize(("do", "is_applied"), [("reset_before", ""), ("reset_after", "Network")])
def test_a_connection_is_reset_before_or_after_a_request_is_applied(
    instance: Instance, do: str, is_applied: str
) -> None:
    key = instance.key("INC0000002")
    instance.sandbox.fault("servicenow", do=do, method="PATCH")
    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        patch(instance, key)
    assert holder(instance) == is_applied


@pytest.mark.parametrize(("do", "is_applied"), [("status", ""), ("applied_status", "Network")])
def test_a_request_is_answered_with_a_status_whether_it_is_applied_or_not(
    instance: Instance, do: str, is_applied: str
) -> None:
    key = instance.key("INC0000002")
    body = {"error": {"message": "Transaction cancelled", "detail": None}, "status": "failure"}
    instance.sandbox.fault("servicenow", do=do, method="PATCH", status=429, headers={"Retry-After": "7"}, body=body)
    answer = patch(instance, key)
    assert (answer.status_code, answer.headers["Retry-After"], answer.json()) == (429, "7", body)
    assert answer.headers["Content-Type"] == "application/json"
    assert holder(instance) == is_applied


def test_a_text_is_answered_as_html(instance: Instance) -> None:
    instance.sandbox.fault("servicenow", do="status", status=503, body="<h1>Down</h1>")
    answer = instance.ask("GET", "table/incident")
    assert (answer.status_code, answer.text) == (503, "<h1>Down</h1>")
    assert answer.headers["Content-Type"].startswith("text/html")


def test_a_sleeping_instance_answers_200_with_a_page(instance: Instance) -> None:
    instance.sandbox.fault("servicenow", do="html")
    answer = instance.ask("GET", "table/incident")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "instance-hibernating-page" in answer.text


def test_an_answer_is_cut_in_the_middle_of_its_json(instance: Instance) -> None:
    instance.sandbox.fault("servicenow", do="cut", path=LIST)
    answer = instance.ask("GET", "table/incident")
    assert answer.status_code == 200
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()


def test_an_answer_of_200_has_a_part_of_the_rows_and_an_error(instance: Instance) -> None:
    instance.sandbox.fault("servicenow", do="error_inside", path=LIST)
    answer = instance.ask("GET", "table/incident")
    assert answer.status_code == 200
    assert len(answer.json()["result"]) == 1
    assert answer.json()["status"] == "failure"
    assert "maximum execution time exceeded" in answer.json()["error"]["message"]


def test_an_answer_comes_too_late_for_the_client_and_the_request_is_applied(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = instance.key("INC0000002")
    instance.sandbox.fault("servicenow", do="hang", method="PATCH", seconds=60)
    url = f"{instance.sandbox.servicenow.url}/api/now/table/incident/{key}"
    with hanging(monkeypatch) as call:
        with pytest.raises(requests.ReadTimeout):
            instance.session.patch(url, json={"u_sla_holder": "Network"}, timeout=(PATIENCE, 0.05))
        call.came()
        assert holder(instance) == "Network"


def test_an_answer_comes_late_for_a_client_that_waits(instance: Instance) -> None:
    key = instance.key("INC0000002")
    instance.sandbox.fault("servicenow", do="hang", method="PATCH", seconds=0.01)
    assert patch(instance, key).status_code == 200


def test_a_rule_skips_as_many_requests_and_hits_as_many_as_it_says(instance: Instance) -> None:
    instance.sandbox.fault("servicenow", do="status", status=500, path=LIST, skip=1, times=2)
    instance.sandbox.fault("servicenow", do="status", status=503, path=LIST, query="number=", times=None)
    statuses = [instance.ask("GET", "table/incident").status_code for _ in range(4)]
    assert statuses == [200, 500, 500, 200]
    url = f"{instance.sandbox.servicenow.url}/api/now/table/incident?number=INC0000002"
    assert [instance.session.get(url, timeout=PATIENCE).status_code for _ in range(2)] == [503, 503]
    instance.sandbox.clear_faults()
    assert instance.session.get(url, timeout=PATIENCE).status_code == 200


def test_a_rule_hits_only_the_method_the_path_and_the_tool_that_it_names(sandbox: Sandbox, instance: Instance) -> None:
    sandbox.fault("jira", do="status", path="/myself$", times=None)
    sandbox.fault("servicenow", do="status", method="DELETE", times=None)
    assert instance.ask("GET", "table/incident").status_code == 200
    account = (sandbox.jira.user, sandbox.jira.secret)
    found = [
        requests.get(f"{sandbox.jira.url}/rest/api/3/{path}", auth=account, timeout=PATIENCE)
        for path in ("myself", "field")
    ]
    assert [answer.status_code for answer in found] == [500, 200]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({}, "do: Field required"),
        ({"do": "explode"}, "do: Input should be 'reset_before'"),
        ({"do": "cut", "pth": "x"}, "pth: "),
        ({"do": "cut", "times": -1}, "times: Input should be greater"),
        ({"do": "cut", "path": "("}, r"'\(' is no regular expression"),
        ({"do": "status", "status": 42}, "status: Input should be greater"),
    ],
)
def test_a_rule_that_is_none_is_refused_with_a_reason(shared_sandbox: Sandbox, rule: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        shared_sandbox.fault("servicenow", **rule)
