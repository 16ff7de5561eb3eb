import os
from collections.abc import Iterator
from unittest import mock

import pytest
import sqlalchemy as sa

from tests.hostile.desk import Day, spent
from tests.slabridge.state.databases import ENGINES, postgresql


@pytest.fixture(scope="session")
def database() -> Iterator[sa.URL]:
    """Give an empty PostgreSQL database."""
    with postgresql() as url:
        yield url


@pytest.fixture(scope="module", params=ENGINES)
def day(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """Give a hostile day, with a state in each kind of database."""
    folder = tmp_path_factory.mktemp("day")
    place, environment = str(folder / "slabridge.db"), {}
    if request.param == "postgresql":
        url = request.getfixturevalue("database")
        place = url.set(password=None).render_as_string()
        environment = {"PGPASSWORD": url.password} if url.password else {}
    with mock.patch.dict(os.environ, environment), spent(folder, place) as day:
        yield day
