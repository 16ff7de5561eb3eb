from collections.abc import Iterator
from typing import Any

import pytest
import requests

from slabridge_sandbox.embedded import Sandbox
from tests.patience import PATIENCE
from tests.slabridge_sandbox.servicenow.instance import Instance


@pytest.fixture
def instance(sandbox: Sandbox) -> Iterator[Instance]:
    made = Instance(sandbox)
    with made.session:
        yield made


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
