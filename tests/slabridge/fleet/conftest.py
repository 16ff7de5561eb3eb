from collections.abc import Iterator
from pathlib import Path

import pytest

from slabridge_sandbox.embedded import Sandbox
from tests.slabridge.fleet.desk import Desk
from tests.slabridge.fleet.redis_server import database
from tests.slabridge.run.job import NOON, small


@pytest.fixture
def redis_address() -> Iterator[str]:
    """Give the address of a Redis database with nothing in it."""
    with database() as address:
        yield address


@pytest.fixture
def desk(tmp_path: Path, redis_address: str, postgres: str) -> Iterator[Desk]:
    """Give a folder of customers, whose tickets are in a sandbox and whose states in PostgreSQL."""
    (tmp_path / "log").mkdir()
    with Sandbox(small(tmp_path / "log"), in_process=True) as sandbox:
        sandbox.move_to(NOON)
        with Desk(tmp_path / "customers", sandbox, redis_address, postgres) as made:
            yield made
