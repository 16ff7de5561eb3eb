from collections.abc import Iterator

import pytest

from tests.connectors.jira.site import Here, sandbox


@pytest.fixture
def here() -> Iterator[Here]:
    """A Cloud site."""
    with sandbox() as here:
        yield here


@pytest.fixture
def server() -> Iterator[Here]:
    """A Data Center, below a context path."""
    with sandbox("Server", "/jira") as server:
        yield server


@pytest.fixture(params=["Cloud", "Server"])
def either(request: pytest.FixtureRequest) -> Iterator[Here]:
    """A Cloud site, and a Data Center."""
    with sandbox(request.param) as either:
        yield either
