import re
import tomllib

import pytest

from sla_engine.engine import Engine
from slabridge.config import Config, load_config, warnings_of
from slabridge.config.agreements.definitions import KNOWN
from slabridge.config.config import config_of
from tests.places import CHECKOUT

EXAMPLE = CHECKOUT / "config.example.toml"


@pytest.fixture(scope="module")
def example() -> Config:
    return load_config(EXAMPLE)


def test_the_example_has_no_problems_and_no_warnings(example: Config) -> None:
    assert warnings_of(example) == ()


def test_the_engine_can_judge_by_the_example(example: Config) -> None:
    kinds = {clause.agreement.kind for clause in Engine(example.definitions).clauses}
    assert kinds == {"sla", "ola"}


def test_the_example_writes_status_due_time_breach_and_holder_per_kind_on_both_tools(example: Config) -> None:
    wanted = [
        f"{kind}.{result}" for kind in ("sla", "ola") for result in ("status", "next_due_at", "breached_at", "holder")
    ]
    for connection in example.connections:
        assert [str(item.value) for item in connection.writeback.fields] == wanted
        assert connection.writeback.comments is not None
        assert connection.writeback.comments.visibility == "internal"
    assert {connection.type for connection in example.connections} == {"servicenow", "jira"}


def test_the_example_maps_both_tools_to_the_same_values(example: Config) -> None:
    one, other = ({name: set(by.values()) for name, by in item.values.items()} for item in example.connections)
    assert one == other


def test_the_examples_of_the_documentation_make_a_file_without_problems_and_warnings() -> None:
    page = (EXAMPLE.parent / "docs" / "configuration.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```toml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    document = tomllib.loads("\n".join(blocks))
    assert set(KNOWN) == set(document)
    del document["fleet"]  # of a folder's common.toml alone: test_fleet.py reads it there
    assert warnings_of(config_of(document, EXAMPLE)) == ()
