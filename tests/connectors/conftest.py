import pytest

from connectors.http.limits import Limits
from tests.connectors.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limits(clock: Clock) -> Limits:
    return Limits(4, clock=clock)
