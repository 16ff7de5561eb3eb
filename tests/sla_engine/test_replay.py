"""How a ticket becomes rows and what holds at them, with results worked out by hand."""

from typing import Any

import pytest

from tests.sla_engine.judging import Judge, evaluation_of
from tests.sla_engine.written import Row, change, comment, document, ticket

DAY = "2026-03-02T{}:00Z"
NOW = DAY.format("12:00")


def at(clock: str) -> str:
    return DAY.format(clock)


def holds(judge: Judge, condition: str, seen: Row) -> bool:
    """Return whether a condition holds at the only row of a ticket."""
    made = document(f'targets = "4h"\nstart = {condition}')
    return len(judge(made, [seen], NOW).rows) == 1


def instants(judge: Judge, condition: str, seen: Row) -> list[str]:
    """Return the clock of the rows at which a condition holds."""
    made = document(f'targets = "4h"\nstart = {{ source = "test" }}\nreset = {condition}')
    return [row["stopped_at"][11:16] for row in judge(made, [seen], NOW).rows if row["stopped_at"]]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('{ status = "new" }', True),
        ('{ status = "New" }', False),
        ('{ status = ["old", "new"] }', True),
        ('{ status = { not = "new" } }', False),
        ('{ status = { not = ["old", "work"] } }', True),
        ('{ nothing = "x" }', False),
        ('{ nothing = { not = "x" } }', True),  # an unset field equals nothing
        ("{ nothing = { set = false } }", True),
        ("{ status = { set = true } }", True),
        ('{ labels = "vip" }', True),
        ('{ labels = { not = "vip" } }', False),  # none of its values
        ('{ labels = { not = ["vip", "mail"] } }', False),
        ('{ not = { labels = "vip" } }', False),
        ("{ empty = { set = false }, blank = { set = false }, none = { set = false } }", True),
        ("{ flag = true, count = 3, share = 3.5 }", True),
        ('{ flag = "true", count = "3", share = "3.5" }', True),
        ('{ status = "new", labels = "mail" }', True),
        ('{ status = "new", labels = "other" }', False),
        ('[{ status = "old" }, { labels = "mail" }]', True),
        ('{ not = [{ status = "old" }, { labels = "mail" }] }', False),
        ('{ status = "new", not = { not = { labels = "mail" } } }', True),
        ('{ source = "test" }', True),
    ],
)
def test_a_condition_on_values(judge: Judge, condition: str, expected: bool) -> None:
    fields: dict[str, Any] = {"labels": ["vip", "mail"], "flag": True, "count": 3, "share": 3.5}
    unset: dict[str, Any] = {"empty": [], "blank": "", "none": [None]}
    assert holds(judge, condition, ticket(at("07:00"), **fields, **unset)) is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('{ event = "comment" }', ["08:00", "09:00", "10:00"]),
        ('{ event = "comment", role = "agent" }', ["08:00", "09:00"]),
        ('{ event = "comment", role = "agent", public = true }', ["09:00"]),
        ('{ event = "comment", by = "carol" }', ["10:00"]),
        ('{ event = "comment", priority = "P1" }', ["10:00"]),
        ('{ event = "change", field = "priority" }', ["09:30"]),
        ('{ event = "change", field = "priority", to = "P1" }', ["09:30"]),
        ('{ event = "change", field = "priority", from = ["P1", "P2"] }', []),
        ('{ event = "change", field = "labels" }', ["11:30"]),  # an order is no change
        ('{ event = "change", field = "labels", from = "a", to = "c" }', ["11:30"]),
    ],
)
def test_an_event_holds_at_its_row_alone(judge: Judge, condition: str, expected: list[str]) -> None:
    seen = ticket(
        at("07:00"),
        comment(at("08:00"), public=False),
        comment(at("09:00")),
        change(at("09:30"), priority="P1"),
        comment(at("10:00"), "customer", by="carol"),
        change(at("11:00"), labels=["b", "a"]),
        change(at("11:30"), labels=["b", "c"]),
        labels=["a", "b"],
    )
    assert instants(judge, condition, seen) == expected


def test_a_chain_that_does_not_join_takes_the_value_that_was_set(judge: Judge) -> None:
    seen = ticket(at("07:00"), change(at("08:00"), priority="P2"), change(at("09:00"), priority="P3"), priority="P1")
    seen["history"][1]["changes"]["priority"] = ["P9", "P2"]  # it is P2 already: nothing changes
    assert instants(judge, '{ event = "change", field = "priority" }', seen) == ["08:00"]


def test_the_first_value_is_what_the_first_change_came_from(judge: Judge) -> None:
    seen = ticket(at("07:00"), change(at("08:00"), priority="P2"), change(at("09:00"), priority="P1"), priority="P3")
    seen["fields"]["priority"] = "P9"
    made = document('targets = { priority = { P3 = "1h", P2 = "2h", P1 = "3h" } }\nstart = { source = "test" }')
    found = [judge(made, [seen], at(now)).rows[0]["target_seconds"] / 3600 for now in ("07:00", "08:00", "09:00")]
    assert found == [1, 2, 3]


def test_at_one_instant_history_goes_before_comments(judge: Judge) -> None:
    seen = ticket(at("07:00"), comment(at("08:00")), change(at("08:00"), status="wait"))
    assert instants(judge, '{ event = "comment", status = "wait" }', seen) == ["08:00"]


def test_what_lies_before_created_is_taken_at_created(judge: Judge) -> None:
    seen = ticket(at("08:00"), change(at("07:00"), status="work"), comment(at("06:00")))
    made = document('targets = "4h"\nstart = { status = "work" }\nreset = { event = "comment" }')
    rows = judge(made, [seen], at("09:00")).rows
    assert [(row["started_at"], row["stopped_at"], row["cycle"]) for row in rows] == [
        (at("08:00"), at("08:00"), 1),
        (at("08:00"), None, 2),
    ]


def test_history_that_is_out_of_order_is_replayed_in_time_order(judge: Judge) -> None:
    seen = ticket(at("07:00"), change(at("09:00"), team="B"), change(at("08:00"), team="C"))
    assert instants(judge, '{ event = "change", field = "team", to = "C" }', seen) == ["08:00"]


def test_instants_finer_than_a_millisecond_are_cut(judge: Judge) -> None:
    seen = ticket("2026-03-02T08:00:00.0009+01:00")
    [row] = judge(document('targets = "1h"\nstart = { status = "new" }'), [seen], "2026-03-02T07:00:00.1239Z").rows
    assert (row["started_at"], row["elapsed_seconds"]) == (at("07:00"), 0.123)


def test_rows_after_as_of_are_not_seen(judge: Judge) -> None:
    seen = ticket(at("07:00"), change(at("08:00"), status="done"))
    made = document('targets = "4h"\nstart = { status = "new" }\nstop = { status = "done" }')
    assert judge(made, [seen], "2026-03-02T06:59:59.999Z").rows == []
    assert [judge(made, [seen], now).rows[0]["stage"] for now in ("2026-03-02T07:59:59.999Z", at("08:00"))] == [
        "running",
        "completed",
    ]


class TestWarnings:
    """What is odd about a ticket is read all the same, and said once for each kind."""

    MADE = document('targets = "4h"\nstart = { status = "new", team = { set = true } }')

    def warnings(self, *tickets: Row) -> list[tuple[int, str]]:
        return list(evaluation_of(self.MADE, list(tickets), NOW).warnings)

    def test_a_sound_ticket_has_none(self) -> None:
        sound = ticket(at("07:00"), change(at("07:00"), team=["B", "A"]), change(at("08:00"), team=[]), team=None)
        sound["history"][1]["changes"]["team"] = [["A", "B"], None]  # the same values, in another order and writing
        assert self.warnings(sound) == []

    def test_entries_and_comments_before_created(self) -> None:
        early = ticket(at("08:00"), change(at("07:00"), team="A"), comment(at("07:30")))
        [(position, text)] = self.warnings(ticket(at("07:00")), early)
        assert (position, "2 of its entries and comments lie before its creation" in text) == (1, True)

    def test_a_chain_that_does_not_join(self) -> None:
        broken = ticket(at("07:00"), change(at("08:00"), team="B"), change(at("09:00"), team="C", status="work"))
        broken["history"][1]["changes"] |= {"team": ["X", "C"], "status": ["Y", "work"]}
        warnings = self.warnings(broken)
        assert len(warnings) == 1
        assert "team is changed from 'X' where it held 'B'" in warnings[0][1]

    def test_a_value_that_the_history_does_not_end_with(self) -> None:
        late = ticket(at("07:00"), change(at("08:00"), team="B"))
        late["fields"]["team"] = "Z"
        [(_, text)] = self.warnings(late)
        assert text.startswith("team is 'Z', but its history ends with 'B'")
