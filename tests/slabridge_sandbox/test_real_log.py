"""The real log, where it is at hand: Amaral, Fantinato, Peres (2018), doi 10.24432/C57S4H, CC BY 4.0."""

import csv
import gzip
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing

import pytest

from sla_engine.instant import parse_instant
from slabridge_sandbox.clock import Clock
from slabridge_sandbox.log import read_log
from slabridge_sandbox.servicenow import ServiceNow
from slabridge_sandbox.world import World
from tests.places import SHARED, absent

DATA = SHARED / "data"
LOG = DATA / "uci_servicenow.csv.gz"
DERIVED = {"active", "reassignment_count", "reopen_count"}
"""What the instance counts by itself: the log lost updates in between, so that its figures jump."""

pytestmark = [
    pytest.mark.skipif(not LOG.exists(), reason=absent(LOG)),
    pytest.mark.xdist_group("real log"),  # it takes long to load
]


@pytest.fixture(scope="module")
def db() -> Iterator[sqlite3.Connection]:
    """The whole log in one instance, after its last event."""
    with closing(sqlite3.connect(":memory:")) as instance, closing(sqlite3.connect(":memory:")) as timeline:
        clock = Clock(0)
        servicenow = ServiceNow(instance, clock)
        servicenow.create()
        World(timeline, clock, {"servicenow": servicenow}, 0).begin(
            read_log(LOG), parse_instant("2018-01-01T00:00:00Z")
        )
        yield instance


def test_every_incident_ends_as_the_log_says(db: sqlite3.Connection) -> None:
    found = db.execute(
        "SELECT i.number, s.label, p.label, g.name, u.name, c.label FROM incident AS i"
        " LEFT JOIN sys_choice AS s ON s.name = 'incident' AND s.element = 'state' AND s.value = CAST(i.state AS TEXT)"
        " LEFT JOIN sys_choice AS p ON p.element = 'priority' AND p.value = CAST(i.priority AS TEXT)"
        " LEFT JOIN sys_choice AS c ON c.element = 'category' AND c.value = i.category"
        " LEFT JOIN sys_user_group AS g ON g.sys_id = i.assignment_group"
        " LEFT JOIN sys_user AS u ON u.sys_id = i.assigned_to"
    )
    ended = {number: tuple(rest) for number, *rest in found}
    with gzip.open(DATA / "uci_tickets.jsonl.gz", "rt") as file:
        tickets = {ticket["key"]: ticket["fields"] for ticket in map(json.loads, file)}
    names = ("status", "priority", "team", "assignee", "category")
    assert len(ended) == 24_918
    assert ended == {key: tuple(fields[name] for name in names) for key, fields in tickets.items()}


def test_the_audit_trail_has_every_change_of_the_log(db: sqlite3.Connection) -> None:
    counted = dict(db.execute("SELECT fieldname, count(*) FROM sys_audit GROUP BY fieldname"))
    with gzip.open(DATA / "uci_sys_audit.csv.gz", "rt", newline="") as file:
        rows = [
            row | {"fieldname": row["fieldname"].replace("incident_state", "state")} for row in csv.DictReader(file)
        ]
    real = Counter(row["fieldname"] for row in rows)
    assert {name: counted[name] for name in real if name not in DERIVED} == {
        name: count for name, count in real.items() if name not in DERIVED
    }
    assert all(abs(counted[name] - real[name]) <= 0.01 * real[name] for name in DERIVED)
    handovers = db.execute(
        "SELECT i.number, coalesce(a.name, ''), coalesce(b.name, '') FROM sys_audit AS s"
        " JOIN incident AS i ON i.sys_id = s.documentkey LEFT JOIN sys_user_group AS a ON a.sys_id = s.oldvalue"
        " LEFT JOIN sys_user_group AS b ON b.sys_id = s.newvalue WHERE s.fieldname = 'assignment_group'"
        " ORDER BY i.number, s.record_checkpoint"
    )
    assert list(handovers) == [
        (row["number"], row["oldvalue"], row["newvalue"]) for row in rows if row["fieldname"] == "assignment_group"
    ]


def test_no_update_comes_before_the_one_before_it(db: sqlite3.Connection) -> None:
    query = (
        "SELECT count(*) FROM (SELECT sys_created_on AS at, lag(sys_created_on) OVER"
        " (PARTITION BY documentkey ORDER BY record_checkpoint) AS before FROM sys_audit) WHERE at < before"
    )
    assert db.execute(query).fetchone() == (0,)
    assert db.execute("SELECT count(*) FROM incident WHERE sys_updated_on < opened_at").fetchone() == (0,)
