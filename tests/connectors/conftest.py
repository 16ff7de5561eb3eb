from collections.abc import Iterator

import pytest

from connectors.http.limits import Limits
from tests.connectors.clock import Clock
from tests.connectors.misbehaving import Misbehaving, misbehaving_server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limits(clock: Clock) -> Limits:
    return Limits(4, clock=clock)


@pytest.fixture
def server() -> Iterator[Misbehaving]:
    with misbehaving_server() as server:
        yield server
