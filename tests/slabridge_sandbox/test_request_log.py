from collections.abc import Iterator

import pytest
import requests

from slabridge_sandbox.embedded import Sandbox
from tests.slabridge_sandbox.servicenow.instance import Instance

LIST = "/table/incident$"


@pytest.fixture
def instance(sandbox: Sandbox) -> Iterator[Instance]:
    made = Instance(sandbox)
    with made.session:
        yield made


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
