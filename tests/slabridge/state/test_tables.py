"""docs/tables.md names the columns that there are, and its queries run."""

import re

import pytest

from slabridge.state.schema import result
from tests.places import CHECKOUT
from tests.slabridge.run.job import NOON, Job
from tests.slabridge.state.databases import rows

PAGE = (CHECKOUT / "docs" / "tables.md").read_text("utf-8")


def test_every_column_of_result_is_explained_and_no_other() -> None:
    part = PAGE.partition("## result")[2].partition("\n## ")[0]
    named = [
        name
        for line in part.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`(\w+)`", line.split("|")[1])
    ]
    assert named == [column.name for column in result.columns]


@pytest.mark.parametrize("query", re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL))
def test_its_queries_run_on_both_databases(job: Job, place: str, query: str) -> None:
    job.place = place
    job.sandbox.move_to(NOON)
    job.run()
    assert rows(place, query) is not None
