"""Encoded queries over HTTP, on 40 incidents of every shape."""

from collections.abc import Iterator

import pytest

from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import SandboxOptions
from tests.slabridge_sandbox.servicenow.instance import Instance

ROWS = (
    {"number": "A1", "state": 1, "priority": 1, "assignment_group": "n", "short_description": "Mail is down"},
    {"number": "A2", "state": 2, "priority": 2, "assignment_group": "n", "short_description": "100% full, a_b"},
    {"number": "A3", "state": 6, "priority": 3, "assignment_group": "d", "u_sla_due": "2026-03-05 10:00:00"},
    {"number": "A4", "state": 7, "priority": 3, "u_sla_due": "2026-03-06 00:00:00", "short_description": "mail slow"},
)


@pytest.fixture(scope="module")
def four() -> Iterator[Instance]:
    with Sandbox(SandboxOptions(size=0), in_process=True) as sandbox:
        instance = Instance(sandbox)
        groups = {}
        for key, name in {"n": "Network", "d": "Databases"}.items():
            made = instance.ask("POST", "table/sys_user_group", {"name": name}).json()["result"]
            groups[key] = made["sys_id"]
        for row in ROWS:
            group = groups.get(str(row.get("assignment_group")), "")
            assert instance.ask("POST", "table/incident", row | {"assignment_group": group}).status_code == 201
        with instance.session:
            yield instance


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "A1 A2 A3 A4"),
        ("state=2", "A2"),
        ("state!=2", "A1 A3 A4"),
        ("priority<3", "A1 A2"),
        ("priority<=2", "A1 A2"),
        ("priority>2", "A3 A4"),
        ("priority>=2", "A2 A3 A4"),
        ("priorityBETWEEN1@2", "A1 A2"),
        ("stateIN1,7", "A1 A4"),
        ("stateNOT IN1,7", "A2 A3"),
        ("stateIN", ""),
        ("active=true", "A1 A2 A3 A4"),
        ("active=FALSE", ""),
        ("short_descriptionLIKEmail", "A1 A4"),
        ("short_descriptionLIKE%", "A2"),
        ("short_descriptionLIKEa_b", "A2"),
        ("short_descriptionSTARTSWITHMAIL", "A1 A4"),
        ("short_descriptionENDSWITHdown", "A1"),
        ("short_descriptionNOT LIKEmail", "A2"),
        ("short_descriptionISEMPTY", "A3"),
        ("short_descriptionISNOTEMPTY", "A1 A2 A4"),
        ("u_sla_due=", "A1 A2"),
        ("u_sla_due!=", "A3 A4"),
        ("u_sla_due!=2026-03-05 10:00:00", "A4"),
        ("u_sla_due>=2026-03-06", "A4"),
        ("u_sla_due<2026-03-05 10:00:01", "A3"),
        ("u_sla_due>=javascript:gs.dateGenerate('2026-03-05','02:00:00')", "A3 A4"),
        ("u_sla_due>=javascript:gs.dateGenerate('2026-03-05','02:00:01')", "A4"),
        ("assignment_group.name=network", "A1 A2"),
        ("assignment_groupLIKEbase", "A3"),
        ("assignment_groupISEMPTY", "A4"),
        ("caller_id.user_nameISEMPTY", "A1 A2 A3 A4"),
        ("state=1^priority=1", "A1"),
        ("state=1^priority=2", ""),
        ("state=1^ORstate=2", "A1 A2"),
        ("state=1^ORstate=2^priority=2", "A2"),
        ("priority=2^state=1^ORstate=2", "A2"),
        ("state=1^NQstate=7", "A1 A4"),
        ("state=1^priority=2^NQstate=7^ORstate=6^priority=3", "A3 A4"),
        ("ORDERBYDESCnumber", "A4 A3 A2 A1"),
        ("ORDERBYDESCpriority^ORDERBYnumber", "A3 A4 A2 A1"),
        ("state=1^ORstate=2^ORDERBYDESCassignment_group.name^ORDERBYDESCnumber", "A2 A1"),
        ("stateANYTHING", "A1 A2 A3 A4"),
    ],
)
def test_a_query_selects(four: Instance, query: str, expected: str) -> None:
    ordered = query if "ORDERBY" in query else f"{query}^ORDERBYnumber"
    assert four.numbers(ordered) == expected.split()


@pytest.mark.parametrize(
    "query",
    [
        "nonsense=1",
        "no_such.name=1",
        "state.name=1",
        "stateFOO1",
        "work_notes=x",
        "sys_updated_on>now",
        "priority=high",
    ],
)
def test_a_part_that_cannot_be_understood_is_ignored_and_more_rows_come_back(four: Instance, query: str) -> None:
    assert four.numbers(f"state=2^{query}^ORDERBYnumber") == ["A2"]
    assert four.numbers(f"{query}^ORDERBYnumber") == ["A1", "A2", "A3", "A4"]


@pytest.mark.parametrize("text", ["x' OR '1'='1", 'x" OR 1=1 --', "x); DROP TABLE incident; --", "?", "%s"])
def test_a_value_is_never_taken_for_sql(four: Instance, text: str) -> None:
    assert four.numbers(f"short_description={text}") == []
    assert four.numbers(f"number={text}^ORDERBY{text}") == []
    assert len(four.rows("incident")) == len(ROWS)


def test_the_keyset_cursor_of_an_incremental_reader_meets_every_row_once(four: Instance) -> None:
    """All rows share a second, so that the order by sys_id decides."""
    seen: list[str] = []
    at, last = "2026-01-01 00:00:00", ""
    for _ in ROWS:
        query = f"sys_updated_on>{at}^NQsys_updated_on={at}^sys_id>{last}^ORDERBYsys_updated_on^ORDERBYsys_id"
        (row,) = four.rows("incident", query, limit=1)
        seen.append(row["number"])
        at, last = row["sys_updated_on"], row["sys_id"]
    assert sorted(seen) == ["A1", "A2", "A3", "A4"]


def test_without_order_rows_come_in_no_stable_order(four: Instance) -> None:
    assert len({tuple(four.numbers("")) for _ in range(40)}) > 1
    assert len({tuple(four.numbers("priority=3^ORDERBYpriority")) for _ in range(40)}) > 1
