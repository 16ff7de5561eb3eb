"""The example of the page on the chain is what `evaluate --chain` gives."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.docs.pages import parts, rows
from tests.places import CHECKOUT

PAGE = CHECKOUT / "docs" / "chain.md"
EXAMPLES = CHECKOUT / "docs" / "examples"


@pytest.fixture(scope="module")
def chain() -> dict[str, Any]:
    """Return the chain of the example's first result."""
    arguments = ["evaluate", "--config", f"{EXAMPLES}/chain.toml", "--tickets", f"{EXAMPLES}/chain.jsonl"]
    arguments += ["--as-of", "2026-03-02T20:00:00Z", "--chain", "--json"]
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "sync.py", *arguments], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[0])["chain"]
    return found


def test_the_tables_of_the_example_are_what_is_computed(chain: dict[str, Any]) -> None:
    breach = chain["breach"]
    expected = [chain["segments"], chain["shares"], [breach], breach["overruns"], [breach["accounts"]]]
    assert example() == [
        [shown(row, columns) for row in found]
        for found, columns in zip(expected, map(columns_of, example()), strict=True)
    ]


def example() -> list[list[dict[str, str]]]:
    """Return the tables of the section with the example."""
    inside, found = False, []
    for part in parts(PAGE):
        if part.kind == "prose" and part.text.startswith("#"):
            inside = part.text.startswith("## An example")
        elif part.kind == "table" and inside:
            found.append(rows(part.text))
    return found


def columns_of(table: list[dict[str, str]]) -> list[str]:
    return list(table[0])


def shown(row: dict[str, Any], columns: list[str]) -> dict[str, str]:
    return {column: text_of(row[column]) for column in columns}


def text_of(value: Any) -> str:  # noqa: ANN401 - any value of JSON
    if isinstance(value, dict):
        return f"{value['agreement']}.{value['objective']}"
    return json.dumps(value) if isinstance(value, bool) else str(value)
