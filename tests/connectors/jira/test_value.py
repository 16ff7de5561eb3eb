from collections.abc import Mapping
from typing import Any

import pytest

from connectors.interface import Value, Values
from connectors.jira.field import Field
from connectors.jira.pull.history import Past, entries
from connectors.jira.row import Rows
from connectors.jira.value import changed, held

NOW = 1_772_524_800_000


def field(type_: str, items: str = "", *, system: str = "", custom: str = "x:y", id_: str = "customfield_1") -> Field:
    return Field("F", id_, "" if system else "F", type_, items, system, "" if system else custom)


LABELS = field("array", "string", system="labels", id_="labels")
COMPONENTS = field("array", "component", system="components", id_="components")
CHOICES = field("array", "option")
NUMBER, DATE_TIME, DATE = field("number"), field("datetime"), field("date")
A, B, C = Value("1", "A"), Value("2", "B"), Value("3", "C")


@pytest.mark.parametrize(
    ("kind", "raw", "values"),
    [
        (field("status"), {"id": "3", "name": "Pågår", "self": "x", "statusCategory": {"id": 4}}, [("3", "Pågår")]),
        (field("user"), {"accountId": "5b:1", "displayName": "Åsa", "accountType": "atlassian"}, [("5b:1", "Åsa")]),
        (field("option"), {"self": "x", "id": "10020", "value": "Network"}, [("10020", "Network")]),
        (field("team"), {"id": "0f-1", "name": "Network", "avatarUrl": ""}, [("0f-1", "Network")]),
        (field("group"), {"name": "jira-admins", "groupId": "g-1", "self": "x"}, [("g-1", "jira-admins")]),
        (field("option-with-child"), {"id": "1", "value": "A", "child": {"id": "2", "value": "B"}}, [("2", "A / B")]),
        (field("option-with-child"), {"id": "1", "value": "A"}, [("1", "A")]),
        (field("sd-customerrequesttype"), {"_links": {}, "requestType": {"id": "11", "name": "Get help"}},
         [("11", "Get help")]),
        (field("array", "sd-customerorganization"), [{"id": "7", "name": "Acme"}], [("7", "Acme")]),
        (COMPONENTS, [{"id": "1", "name": "A"}, {"id": "2", "name": "B"}], [A, B]),
        (LABELS, ["vip", "mail"], [("vip", "vip"), ("mail", "mail")]),
        (CHOICES, [], []),
        (NUMBER, 3.0, [("3", "3")]),
        (NUMBER, 0.5, [("0.5", "0.5")]),
        (DATE, "2026-03-02", [("2026-03-02", "2026-03-02")]),
        (DATE_TIME, "2026-03-02T09:00:00.123+0100", [("2026-03-02T08:00:00.000+0000", "2026-03-02T08:00:00Z")]),
        (field("string"), "", []),
        (field("string", custom="x:textarea"),
         {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [{"type": "text", "text": "hi"}]}]},
         [("hi", "hi")]),
        (field("status"), None, []),
    ],
)  # fmt: skip
def test_a_payload_is_read_by_ids_with_the_names_seen(kind: Field, raw: object, values: list[Any]) -> None:
    assert held(kind, raw) == tuple(Value(*value) for value in values)


def item(*texts: str | None) -> dict[str, Any]:
    return dict(zip(("from", "fromString", "to", "toString"), texts, strict=True))


@pytest.mark.parametrize(
    ("kind", "item", "before", "after"),
    [
        (field("status"), item("1", "A", "2", "B"), [A], [B]),
        (field("user"), item(None, None, "1", "A"), [], [A]),
        (field("resolution"), item("1", "A", "", ""), [A], []),
        (LABELS, item(None, "vip", None, "mail vip"), [("vip",) * 2], [("mail",) * 2, ("vip",) * 2]),
        (CHOICES, item("[1]", "A", "[1, 2]", "A,B"), [A], [A, B]),
        (CHOICES, item("[1]", "A, etc.", None, None), [("1", "A, etc.")], []),
        (CHOICES, item("[1, 2]", "A,B,C", "[]", ""), [("1", "known"), ("2", "2")], []),
        (field("array", "json"), item("7", "Sprint 1", "7, 8", "Sprint 1, Sprint 2"),
         [("7", "Sprint 1")], [("7", "Sprint 1"), ("8", "Sprint 2")]),
        (field("option-with-child"),
         item(None, "Parent values: A(1)", None, "Parent values: A(1)Level 1 values: B (x)(2)"),
         [A], [("2", "A / B (x)")]),
        (DATE, item(None, None, "2026-03-02", "02/Mar/26"), [], [("2026-03-02",) * 2]),
        (DATE, item(None, "2011-05-10 00:00:00.0", "2011-05-11 00:00:00.0", None),
         [("2011-05-10",) * 2], [("2011-05-11",) * 2]),
        (DATE_TIME, item(None, None, "2026-03-02T09:00:00+0100", "02/Mar/26 9:00"),
         [], [("2026-03-02T08:00:00.000+0000", "2026-03-02T08:00:00Z")]),
        (NUMBER, item(None, "3.0", None, "4"), [("3", "3")], [("4", "4")]),
        (field("any"), item(None, None, "10073", "EE-11"), [], [("EE-11", "EE-11")]),
    ],
)  # fmt: skip
def test_a_history_item_says_the_same_as_a_payload(
    kind: Field, item: dict[str, Any], before: list[tuple[str, str]], after: list[tuple[str, str]]
) -> None:
    expected = tuple(tuple(Value(*value) for value in values) for values in (before, after))
    assert changed(kind, item, (Value("1", "known"),)) == expected


def author(raw: Mapping[str, Any]) -> str:
    return str(raw.get("accountId") or "")


def history(id_: str, *items: dict[str, Any]) -> dict[str, Any]:
    return {"id": id_, "created": NOW + int(id_), "author": None, "items": list(items)}


def component(*texts: str | None) -> dict[str, Any]:
    return {"field": "Component", "fieldtype": "jira", **item(*texts)}


def test_lists_given_step_by_step_are_followed_back_from_what_they_hold_now() -> None:
    rows = [
        history("3", component("1", "A", None, None), component(None, None, "3", "C")),
        history("1", component(None, None, "1", "A")),
        history("2", component(None, None, "2", "B")),
    ]
    found = entries(rows, Past(Rows([COMPONENTS])), {"F": (B, C)}, NOW, author)
    assert [entry.changes["F"] for entry in found] == [((), (A,)), ((A,), (B, A)), ((B, A), (B, C))]


def test_rows_without_field_ids_are_known_by_the_fields_name() -> None:
    status, team = field("status", system="status", id_="status"), field("option")
    row = history(
        "1",
        {"field": "status", "fieldtype": "jira", **item("1", "A", "2", "B")},
        {"field": "F", "fieldtype": "custom", **item("1", "A", "3", "C")},
        {"field": "F", "fieldtype": "jira", **item("1", "A", "2", "B")},
        {"field": "Workflow", "fieldtype": "jira", **item("1", "A", "2", "B")},
    )
    (entry,) = entries([row], Past(Rows([status])), {}, NOW, author)
    assert entry.changes == {"F": ((A,), (B,))}
    (entry,) = entries([row], Past(Rows([team])), {}, NOW, author)
    assert entry.changes == {"F": ((A,), (C,))}


def test_histories_that_touch_no_mapped_field_say_nothing() -> None:
    assert entries([history("1", component("1", "A", None, None))], Past(Rows([LABELS])), {}, NOW, author) == ()


def test_one_field_under_two_names_is_given_under_both() -> None:
    first, second = (Field(name, "status", "", "status", system="status") for name in ("status", "Status"))
    row = history("1", {"field": "status", "fieldId": "status", **item("1", "A", "2", "B")})
    (entry,) = entries([row], Past(Rows([first, second])), {}, NOW, author)
    values: tuple[Values, Values] = ((A,), (B,))
    assert entry.changes == {"status": values, "Status": values}


def test_what_an_issue_holds_now_names_its_history_first() -> None:
    status = field("status", system="status", id_="status")
    past = Past(Rows([status]), lambda _field, _code: "as the site has it")
    row = history("1", {"field": "status", "fieldId": "status", **item("1", "A", "2", "as it was")})
    (entry,) = entries([row], past, {"F": (B,)}, NOW, author)
    assert entry.changes["F"] == ((Value("1", "as the site has it"),), (B,))
