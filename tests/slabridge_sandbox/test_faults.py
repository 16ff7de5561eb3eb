"""What a test can do to the sandbox: faults by rule, switches, and the log of requests."""

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


def test_the_log_has_every_request_in_order_with_what_became_of_it(sandbox: Sandbox, instance: Instance) -> None:
    sandbox.fault("servicenow", do="status", status=503, path=LIST)
    sandbox.fault("servicenow", do="reset_before", path=LIST)
    instance.ask("GET", "table/incident", limit=1)
    with pytest.raises(requests.ConnectionError):
        instance.ask("GET", "table/incident")
    answer = instance.ask("GET", "table/incident", limit=1)
    first, second, third = sandbox.log("servicenow", reset=True)
    assert (first.number, first.method, first.path, first.query) == (
        1,
        "GET",
        "/api/now/table/incident",
        "sysparm_limit=1",
    )
    assert (first.status, first.fault, second.status, second.fault) == (503, "status", 0, "reset_before")
    assert (third.status, third.fault, third.size) == (200, "", len(answer.content))
    assert {first.account, third.account} == {"slabridge"}
    assert sandbox.log("servicenow") == []


def test_switches_are_read_and_set(sandbox: Sandbox, instance: Instance) -> None:
    url = f"{sandbox.servicenow.url}/sandbox/switches"
    assert requests.get(url, timeout=PATIENCE).json()["gzip"] is False
    assert "Content-Encoding" not in instance.ask("GET", "table/incident").headers
    sandbox.switch("servicenow", gzip=True)
    assert requests.get(url, timeout=PATIENCE).json()["gzip"] is True
    answer = instance.ask("GET", "table/incident")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.json()["result"]) == 2


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"gzip": 1}, "gzip: Input should be a valid boolean, not 1"),
        ({"gzip": True, "gunzip": True}, "no switch gunzip; there are gzip, "),
        ({"invalid_query": "maybe"}, "invalid_query: Input should be 'ignore'"),
    ],
)
def test_a_switch_that_is_none_is_refused_and_nothing_is_set(
    shared_sandbox: Sandbox, values: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        shared_sandbox.switch("servicenow", **values)
    url = f"{shared_sandbox.servicenow.url}/sandbox/switches"
    assert requests.get(url, timeout=PATIENCE).json()["gzip"] is False
