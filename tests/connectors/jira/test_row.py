"""Whose a row of a history is: fields that were renamed, names that several share, names of system fields of old."""

from collections.abc import Mapping
from typing import Any

import pytest

from connectors.interface import Value
from connectors.jira.field import custom_names, resolve
from connectors.jira.pull.history import Past, entries
from connectors.jira.row import Rows

NOW = 1_772_524_800_000
OPTION = {"type": "option", "custom": "com.atlassian.jira.plugin.system.customfieldtypes:select"}
TEXT = {"type": "string", "custom": "com.atlassian.jira.plugin.system.customfieldtypes:textfield"}
CATALOGUE: list[dict[str, Any]] = [
    {"id": "issuetype", "name": "Issue Type", "schema": {"type": "issuetype", "system": "issuetype"}},
    {"id": "duedate", "name": "Fällig", "schema": {"type": "date", "system": "duedate"}},
    {"id": "fixVersions", "name": "Fix Version/s",
     "schema": {"type": "array", "items": "version", "system": "fixVersions"}},
    {"id": "parent", "name": "Parent", "schema": {"type": "issuelink", "system": "parent"}},
    {"id": "attachment", "name": "Attachment", "schema": {"type": "array", "items": "attachment", "system": "attachment"}},
    {"id": "customfield_1", "name": "Support team", "schema": OPTION},
    {"id": "customfield_2", "name": "Region", "schema": OPTION},
    {"id": "customfield_3", "name": "Region", "schema": OPTION},
    {"id": "customfield_4", "name": "Note", "schema": TEXT},
    {"id": "customfield_5", "name": "Taken", "schema": OPTION},
]  # fmt: skip


def past(*fields: str, **was: tuple[str, ...]) -> Past:
    return Past(
        Rows(
            resolve(fields, CATALOGUE, str, {name.replace("_", " "): w for name, w in was.items()}),
            custom_names(CATALOGUE),
        )
    )


def item(name: str, before: str | None, after: str | None, *, kind: str = "custom") -> dict[str, Any]:
    """Return an item whose values are options `7`, called `name of 7`."""
    texts = [None if code is None else f"name of {code}" for code in (before, after)]
    return {"field": name, "fieldtype": kind, "from": before, "fromString": texts[0], "to": after, "toString": texts[1]}


def told(
    story: Past, held: Mapping[str, tuple[str, ...]], *items: dict[str, Any]
) -> list[tuple[str, list[str], list[str]]]:
    """Return (field, codes before, codes after) of each change that a history with an item at a time tells."""
    rows = [{"id": str(n), "created": NOW + n, "author": None, "items": [one]} for n, one in enumerate(items, 1)]
    now = {name: tuple(Value(code, code) for code in codes) for name, codes in held.items()}
    found = entries(rows, story, now, NOW, lambda _: "")
    return [
        (name, [value.code for value in before], [value.code for value in after])
        for entry in found
        for name, (before, after) in entry.changes.items()
    ]


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("issuetype", "issuetype"),
        ("issuetype", "Issue Type"),
        ("issuetype", "type"),
        ("issuetype", "Type"),
        ("parent", "Parent"),
        ("parent", "Parent Issue"),
        ("parent", "IssueParentAssociation"),
        ("duedate", "Due Date"),
        ("duedate", "Fällig"),
        ("fixVersions", "Fix Version"),
        ("attachment", "Attachment"),
    ],
)
def test_system_fields_are_known_by_every_name_that_rows_have_for_them(field: str, name: str) -> None:
    assert [one.id for one in past(field).rows.of(item(name, "1", "2", kind="jira")).certain] == [field]
    assert past(field).rows.of(item(name, "1", "2")).certain == ()


def test_a_file_is_added_to_those_that_are_attached() -> None:
    story, held = past("attachment"), {"attachment": ("7", "8")}
    rows = [item("Attachment", None, code, kind="jira") for code in ("7", "8")]
    assert told(story, held, *rows) == [("attachment", [], ["7"]), ("attachment", ["7"], ["7", "8"])]


def test_the_old_name_of_a_field_is_learned_from_a_row_that_leads_to_the_option_it_holds() -> None:
    story = past("Support team")
    rows = [item("Support group", None, "9"), item("Support group", "9", None), item("Support group", None, "7")]
    assert told(story, {"Support team": ("7",)}, *rows) == [
        ("Support team", [], ["9"]),
        ("Support team", ["9"], []),
        ("Support team", [], ["7"]),
    ]
    assert story.lost == set()


def test_an_old_name_is_learned_from_rows_that_join_those_of_the_name_of_today() -> None:
    story = past("Support team")
    rows = [item("Support group", "5", "6"), item("Support team", "6", None)]
    assert told(story, {}, *rows) == [("Support team", ["5"], ["6"]), ("Support team", ["6"], [])]
    assert story.lost == set()


def test_rows_of_an_unknown_name_that_may_be_a_fields_are_reported_and_not_guessed() -> None:
    story = past("Support team", "Note", "issuetype")
    assert told(story, {"Support team": ("7",)}, item("Support group", "8", "9")) == []
    assert story.lost == {("Support team", "Support group")}
    text = {**item("Memo", None, None), "fromString": "A", "toString": "B"}
    assert told(story, {"Note": ("B",)}, text) == []
    assert story.lost == {("Support team", "Support group"), ("Note", "Memo")}


def test_rows_of_a_field_that_is_not_read_are_nobodys() -> None:
    story = past("Support team")
    assert told(story, {"Support team": ("7",)}, item("Taken", None, "7"), item("Epic Child", None, "8")) == []
    assert story.lost == set()


def test_names_that_the_configuration_says_are_taken_for_the_field() -> None:
    story = past("Support team", Support_team=("Support group",))
    rows = [item("Support group", "8", "9"), item("Desk", "1", "2")]
    assert told(story, {}, *rows) == [("Support team", ["8"], ["9"])]
    assert story.lost == set(), "all its names are said, so Desk is none of them"


def test_a_field_that_is_said_to_have_had_no_other_name_lacks_nothing() -> None:
    story = past("Support team", Support_team=())
    assert told(story, {}, item("Support group", "8", "9")) == []
    assert story.lost == set()


def test_of_a_name_that_two_fields_share_rows_are_told_apart_by_their_options_or_reported() -> None:
    story = past("customfield_2")
    rows = [item("Region", "20", "21"), item("Region", "30", "31"), item("Region", "21", "22")]
    held = {"customfield_2": ("22",)}
    assert told(story, held, *rows) == [("customfield_2", ["20"], ["21"]), ("customfield_2", ["21"], ["22"])]
    assert story.lost == {("customfield_2", "Region")}


def test_both_fields_of_one_name_have_their_own_rows() -> None:
    story = past("customfield_2", "customfield_3")
    rows = [item("Region", "20", "22"), item("Region", "30", "33")]
    held = {"customfield_2": ("22",), "customfield_3": ("33",)}
    assert told(story, held, *rows) == [("customfield_2", ["20"], ["22"]), ("customfield_3", ["30"], ["33"])]
    assert story.lost == set()


def test_a_name_that_another_field_took_over_is_told_apart_too() -> None:
    story = past("Support team", "Taken", Support_team=("Taken",))
    rows = [item("Taken", "10", "11"), item("Taken", "50", "51")]
    held = {"Support team": ("11",), "Taken": ("51",)}
    assert told(story, held, *rows) == [("Support team", ["10"], ["11"]), ("Taken", ["50"], ["51"])]


def test_an_id_says_whose_a_row_is_whatever_it_is_called() -> None:
    story = past("Support team")
    row = {**item("Support group", "8", "9"), "fieldId": "customfield_1"}
    other = {**item("Support team", "8", "9"), "fieldId": "customfield_9"}
    assert told(story, {}, row, other) == [("Support team", ["8"], ["9"])]
