from collections.abc import Iterator

import pytest

from slabridge_sandbox.embedded import Sandbox
from tests.slabridge_sandbox.servicenow.instance import Instance


@pytest.fixture
def instance(sandbox: Sandbox) -> Iterator[Instance]:
    made = Instance(sandbox)
    with made.session:
        yield made


@pytest.fixture
def reader(shared_sandbox: Sandbox) -> Iterator[Instance]:
    """For tests that only read."""
    made = Instance(shared_sandbox)
    with made.session:
        yield made
