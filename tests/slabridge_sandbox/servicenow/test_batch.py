"""The Batch API."""

import base64
from typing import Any

import orjson
import pytest
import requests

from tests.slabridge_sandbox.servicenow.instance import Instance


def part(number: int, method: str, url: str, body: object = None, **more: object) -> dict[str, Any]:
    headers = [{"name": "Accept", "value": "application/json"}, {"name": "Content-Type", "value": "application/json"}]
    made: dict[str, Any] = {"id": str(number), "method": method, "url": url, "headers": headers}
    if body is not None:
        made["body"] = base64.b64encode(orjson.dumps(body)).decode()
    return made | more


def batch(instance: Instance, *parts: dict[str, Any]) -> dict[str, Any]:
    answer = instance.ask("POST", "v1/batch", {"batch_request_id": "7", "rest_requests": parts})
    assert answer.status_code == 200
    return dict(answer.json())


def content(served: dict[str, Any]) -> dict[str, Any]:
    return dict(orjson.loads(base64.b64decode(served["body"])))


def test_requests_are_served_one_after_the_other_through_the_same_routes(instance: Instance) -> None:
    url = f"/api/now/table/incident/{instance.key('INC0000002')}"
    answer = batch(
        instance,
        part(1, "PATCH", url, {"u_sla_holder": "Network"}),
        part(2, "GET", f"{url}?sysparm_fields=number,u_sla_holder"),
        part(3, "GET", "/api/now/table/incident/nonsense"),
        part(4, "POST", "/api/now/table/incident", {"short_description": "In a batch"}),
        part(5, "DELETE", url),
    )
    assert (answer["batch_request_id"], answer["unserviced_requests"]) == ("7", [])
    served = answer["serviced_requests"]
    assert [each["id"] for each in served] == ["1", "2", "3", "4", "5"]
    assert [each["status_code"] for each in served] == [200, 200, 404, 201, 204]
    assert [each["status_text"] for each in served][2:] == ["Not Found", "Created", "No Content"]
    assert content(served[1]) == {"result": {"number": "INC0000002", "u_sla_holder": "Network"}}
    assert content(served[2])["error"]["message"] == "No Record found"
    assert instance.numbers("short_description=In a batch") == [content(served[3])["result"]["number"]]


def test_what_is_served_has_the_documented_keys_and_types(instance: Instance) -> None:
    answer = batch(
        instance,
        part(1, "GET", "/api/now/table/incident?sysparm_limit=1"),
        part(2, "GET", "/api/now/table/incident", exclude_response_headers=True),
    )
    assert answer.keys() == {"batch_request_id", "serviced_requests", "unserviced_requests"}
    first, second = answer["serviced_requests"]
    expected = {"id": str, "body": str, "status_code": int, "status_text": str, "headers": list, "execution_time": int}
    assert {name: type(value) for name, value in first.items()} == expected
    headers = {header["name"].lower(): header["value"] for header in first["headers"]}
    assert headers["x-total-count"] == "2"
    assert second["headers"] == []


@pytest.mark.parametrize(
    ("inner", "detail"),
    [
        (part(1, "POST", "/api/now/v1/batch", {}), "A batch request must not contain batch requests."),
        (part(1, "GET", "https://elsewhere.example/api"), "The URL must be relative."),
        (part(1, "PATCH", "/api/now/table/incident/1", body=None) | {"body": "{}"}, "The request body is not base64"),
    ],
)
def test_a_request_that_no_batch_may_have_is_refused(reader: Instance, inner: dict[str, Any], detail: str) -> None:
    (served,) = batch(reader, inner)["serviced_requests"]
    assert served["status_code"] == 400
    assert content(served)["error"]["detail"].startswith(detail)


@pytest.mark.parametrize("body", [{}, {"batch_request_id": "1"}, {"rest_requests": [{"id": "1"}]}, []])
def test_a_body_that_is_no_batch_is_refused(reader: Instance, body: object) -> None:
    assert reader.ask("POST", "batch", body).status_code == 400


def test_each_nth_request_can_be_left_unserviced(instance: Instance) -> None:
    instance.sandbox.switch("servicenow", batch_unserviced=2)
    url = f"/api/now/table/incident/{instance.key('INC0000002')}"
    answer = batch(instance, part(1, "GET", url), part(2, "PATCH", url, {"u_sla_holder": "x"}), part(3, "GET", url))
    assert [each["id"] for each in answer["serviced_requests"]] == ["1", "3"]
    assert answer["unserviced_requests"] == ["2"]
    assert instance.incident("INC0000002")["u_sla_holder"] == ""


def test_requests_beyond_the_size_of_the_answer_are_left_unserviced(instance: Instance) -> None:
    url = f"/api/now/table/incident/{instance.key('INC0000002')}?sysparm_fields="
    size = len(base64.b64decode(batch(instance, part(1, "GET", f"{url}number"))["serviced_requests"][0]["body"]))
    instance.sandbox.switch("servicenow", batch_output=2 * size - 1)
    answer = batch(instance, *(part(n, "PATCH", f"{url}number", {"u_sla_holder": f"Team {n}"}) for n in range(1, 5)))
    assert [each["id"] for each in answer["serviced_requests"]] == ["1", "2"]
    assert answer["unserviced_requests"] == ["3", "4"]
    assert instance.incident("INC0000002")["u_sla_holder"] == "Team 2"


def test_a_fault_can_hit_one_request_of_a_batch(instance: Instance) -> None:
    key = instance.key("INC0000002")
    patch = part(1, "PATCH", f"/api/now/table/incident/{key}", {"u_sla_holder": "Network"})
    instance.sandbox.fault("servicenow", do="applied_status", method="PATCH", path=key, status=403)
    assert [each["status_code"] for each in batch(instance, patch, patch)["serviced_requests"]] == [403, 200]
    assert instance.incident("INC0000002")["u_sla_holder"] == "Network"


def test_a_connection_reset_within_a_batch_is_that_of_the_batch(instance: Instance) -> None:
    url = f"/api/now/table/incident/{instance.key('INC0000002')}"
    instance.sandbox.fault("servicenow", do="reset_before", method="PATCH", skip=1)
    parts = [part(n, "PATCH", url, {"u_sla_holder": f"Team {n}"}) for n in (1, 2, 3)]
    with pytest.raises(requests.ConnectionError):
        batch(instance, *parts)
    assert instance.incident("INC0000002")["u_sla_holder"] == "Team 1"


def test_where_every_answer_comes_late_a_batch_does_once(instance: Instance) -> None:
    instance.sandbox.fault("servicenow", do="hang", times=None, seconds=0.01)
    answer = batch(instance, part(1, "GET", "/api/now/table/incident"), part(2, "GET", "/api/now/table/sys_user"))
    assert [one["status_code"] for one in answer["serviced_requests"]] == [200, 200]


def test_the_log_tells_requests_of_a_batch_from_http_calls(instance: Instance) -> None:
    instance.sandbox.requests(reset=True)
    instance.sandbox.log("servicenow", reset=True)
    batch(instance, part(1, "GET", "/api/now/table/incident"), part(2, "GET", "/api/now/table/sys_user"))
    outer, *inner = instance.sandbox.log("servicenow")
    assert (outer.path, outer.inside, outer.status) == ("/api/now/v1/batch", 0, 200)
    assert [(each.path.rpartition("/")[2], each.inside, each.account) for each in inner] == [
        ("incident", outer.number, "slabridge"),
        ("sys_user", outer.number, "slabridge"),
    ]
    assert instance.sandbox.requests() == {"POST /api/now/v1/batch": 1}
