"""What an account may not see or do, and what an instance that is busy answers."""

from dataclasses import fields

import pytest

from slabridge_sandbox.servicenow.switches import Switches
from tests.places import CHECKOUT
from tests.slabridge_sandbox.servicenow.instance import Instance

PAGE = CHECKOUT / "docs" / "sandbox.md"
NUMBERS = ["INC0000001", "INC0000002"]


def test_hidden_rows_vanish_after_limit_and_count(instance: Instance) -> None:
    instance.sandbox.switch("servicenow", hidden_rows={"incident": "number=INC0000001"})
    answer = instance.ask("GET", "table/incident", query="ORDERBYnumber", limit=1)
    assert (answer.json()["result"], answer.headers["X-Total-Count"]) == ([], "2")
    assert set(answer.links) == {"first", "next", "last"}
    assert instance.numbers("ORDERBYnumber") == ["INC0000002"]


def test_hidden_rows_can_come_empty(instance: Instance) -> None:
    instance.sandbox.switch("servicenow", hidden_rows={"incident": "priority=1"}, empty_rows=True)
    shown = instance.rows("incident", "ORDERBYnumber", fields="number")
    assert shown == [{"number": "INC0000001"}, {}]


def test_a_share_of_the_rows_can_be_hidden(instance: Instance) -> None:
    for _ in range(20):
        instance.ask("POST", "table/incident", {})
    instance.sandbox.switch("servicenow", hidden_rows={"incident": "1/2"})
    answer = instance.ask("GET", "table/incident")
    assert answer.headers["X-Total-Count"] == "22"
    assert 3 <= len(answer.json()["result"]) <= 19
    instance.sandbox.switch("servicenow", hidden_rows={"incident": "2/2"})
    assert instance.rows("incident") == []


def test_a_hidden_record_is_not_found_and_cannot_be_written(instance: Instance) -> None:
    path = f"table/incident/{instance.key('INC0000001')}"
    instance.sandbox.switch("servicenow", hidden_rows={"incident": "number=INC0000001"})
    assert [instance.ask(method, path, {}).status_code for method in ("GET", "PATCH", "DELETE")] == [404] * 3
    instance.session.auth = ("resolver.3", instance.sandbox.servicenow.secret)
    assert instance.ask("GET", path).status_code == 200


def test_hidden_fields_are_absent_and_not_written(instance: Instance) -> None:
    instance.sandbox.switch("servicenow", hidden_fields={"incident": ["assignment_group", "u_sla_holder"]})
    row = instance.incident("INC0000001")
    assert "assignment_group" not in row
    assert row["assigned_to"] == ""
    assert instance.incident("INC0000001", fields="number,assignment_group.name") == {"number": "INC0000001"}
    instance.patch("INC0000001", u_sla_holder="Network", u_sla_status="At risk")
    instance.sandbox.switch("servicenow", hidden_fields={})
    written = instance.incident("INC0000001")
    assert (written["u_sla_holder"], written["u_sla_status"]) == ("", "At risk")


def test_a_query_about_a_hidden_field_is_refused_where_queries_are_checked(instance: Instance) -> None:
    instance.sandbox.switch(
        "servicenow",
        hidden_fields={"incident": ["priority"]},
        hidden_rows={"incident": "priority=1"},
    )
    assert instance.numbers("priority<5") == ["INC0000001"]
    instance.sandbox.switch("servicenow", invalid_query="refuse")
    assert instance.ask("GET", "table/incident", query="priority<5").status_code == 403
    assert instance.numbers("state=4") == ["INC0000001"]


def test_fields_that_may_only_be_read_keep_their_value_without_a_word(instance: Instance) -> None:
    instance.sandbox.switch("servicenow", read_only_fields={"incident": ["u_sla_holder"]})
    after = instance.patch("INC0000001", u_sla_holder="Network", u_sla_status="At risk")
    assert (after["u_sla_holder"], after["u_sla_status"]) == ("", "At risk")


def test_tables_can_be_kept_from_readers_and_writers(instance: Instance) -> None:
    key = instance.key("INC0000001")
    instance.sandbox.switch("servicenow", hidden_tables=["sys_audit"], read_only_tables=["incident"])
    assert instance.ask("GET", "table/sys_audit").status_code == 403
    answers = [
        instance.ask("POST", "table/incident", {}),
        instance.ask("PATCH", f"table/incident/{key}", {"state": "2"}),
        instance.ask("DELETE", f"table/incident/{key}"),
    ]
    assert [answer.status_code for answer in answers] == [403] * 3
    assert answers[1].json()["error"]["message"] == "Operation Failed"


@pytest.mark.parametrize("query", ["nonsense=1", "priority=high", "ORDERBYnonsense", "no_such.name=1"])
def test_an_invalid_query_can_give_no_rows_or_be_refused(instance: Instance, query: str) -> None:
    instance.sandbox.switch("servicenow", invalid_query="no_rows")
    answer = instance.ask("GET", "table/incident", query=f"active=true^{query}")
    assert (answer.json()["result"], answer.headers["X-Total-Count"]) == ([], "0")
    assert instance.numbers("active=true^ORDERBYnumber^EQ") == NUMBERS
    instance.sandbox.switch("servicenow", invalid_query="refuse")
    answer = instance.ask("GET", "table/incident", query=f"active=true^{query}")
    assert answer.status_code == 403
    assert answer.json()["error"] == {
        "message": "Insufficient rights to query records",
        "detail": "Field(s) present in the query do not have permission to be read",
    }


def test_a_page_that_takes_too_long_is_partial_with_an_error_or_none(instance: Instance) -> None:
    instance.sandbox.switch("servicenow", quota_rows=1)
    answer = instance.ask("GET", "table/incident")
    assert answer.status_code == 200
    assert len(answer.json()["result"]) == 1
    assert answer.json()["error"]["message"] == "Transaction cancelled: maximum execution time exceeded"
    assert answer.json()["status"] == "failure"
    instance.sandbox.switch("servicenow", quota_answer="error")
    answer = instance.ask("GET", "table/incident")
    assert (answer.status_code, answer.json()["error"]["message"]) == (
        500,
        "Transaction cancelled: maximum execution time exceeded",
    )
    assert instance.ask("GET", "table/incident", limit=1).status_code == 200


def test_too_many_calls_in_an_hour_are_answered_429_until_the_hour_is_over(instance: Instance) -> None:
    instance.sandbox.move_to(instance.sandbox.now + 1_200_000)
    instance.sandbox.switch("servicenow", calls_per_hour=2)
    answers = [instance.ask("GET", "table/incident", limit=1) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["error"] == {
        "message": "Rate limit exceeded",
        "detail": "Rate limit of 2 requests per hour for Table API exceeded",
    }
    headers = answers[2].headers
    assert (headers["X-RateLimit-Limit"], headers["Retry-After"]) == ("2", "2400")
    assert int(headers["X-RateLimit-Reset"]) * 1000 == instance.sandbox.now + 2_400_000
    assert len(headers["X-RateLimit-Rule"]) == 32
    instance.sandbox.switch("servicenow", rate_headers=False)
    assert "Retry-After" not in instance.ask("GET", "table/incident").headers
    instance.sandbox.move_to(instance.sandbox.now + 2_400_000)
    assert instance.ask("GET", "table/incident").status_code == 200


def test_what_is_committed_late_is_seen_later_under_its_earlier_stamp(instance: Instance) -> None:
    start = instance.sandbox.now
    instance.sandbox.switch("servicenow", commit_delay=90)
    instance.sandbox.move_to(start + 3_600_000)
    assert instance.numbers("ORDERBYnumber") == NUMBERS
    instance.sandbox.move_to(start + 3_600_000 + 89_000)
    assert instance.numbers("ORDERBYnumber") == NUMBERS
    instance.sandbox.move_to(start + 3_600_000 + 90_000)
    assert instance.numbers("ORDERBYnumber") == [*NUMBERS, "INC0000003"]
    assert instance.incident("INC0000003")["sys_updated_on"] == "2016-03-01 13:00:00"


def test_every_switch_is_explained() -> None:
    page = PAGE.read_text(encoding="utf-8")
    table = page[page.index("| switch |") : page.index("**Accounts of the ServiceNow.**")]
    assert [field.name for field in fields(Switches) if f"`{field.name}`" not in table] == []
