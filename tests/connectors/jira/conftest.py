from collections.abc import Iterator

import pytest

from tests.connectors.jira.site import Here, sandbox


@pytest.fixture
def here() -> Iterator[Here]:
    with sandbox() as here:
        yield here
