"""Our issues and histories have the keys of real ones; those stand beside the checkout."""

import gzip
import json
from typing import Any

import pytest

from tests.places import SHARED, absent
from tests.slabridge_sandbox.jira.client import Client

REAL = SHARED / "data/jira_issues33.jsonl.gz"


@pytest.fixture(scope="module")
def real() -> list[dict[str, Any]]:
    if not REAL.exists():
        pytest.skip(absent(REAL))
    with gzip.open(REAL, "rt") as lines:
        return [json.loads(line) for line in lines]


def keys(value: object) -> set[str]:
    return set(value) if isinstance(value, dict) else set()


def test_an_issue_has_the_fields_of_real_issues_with_their_keys(three: Client, real: list[dict[str, Any]]) -> None:
    ours = three.get("issue/ITSM-1", expand="changelog", version=2)
    assert real[0].keys() <= ours.keys()
    for issue in real:
        assert issue["fields"].keys() <= ours["fields"].keys()
        for name, value in issue["fields"].items():
            # Translated sites add the untranslated name of an issue type.
            assert keys(value) - {"untranslatedName"} <= keys(ours["fields"][name]), name
        category = issue["fields"]["status"]["statusCategory"]
        assert keys(category) <= keys(ours["fields"]["status"]["statusCategory"])


def test_instants_have_the_form_of_real_ones(three: Client, real: list[dict[str, Any]]) -> None:
    def form(text: str) -> str:
        return "".join("0" if sign.isdigit() else sign for sign in text)

    for name in ("created", "updated", "resolutiondate", "statuscategorychangedate"):
        forms = {form(issue["fields"][name]) for issue in real if issue["fields"][name]}
        assert form(three.issue()[name]) in forms


def test_a_history_has_the_keys_and_the_order_of_real_ones(three: Client, real: list[dict[str, Any]]) -> None:
    ours = three.get("issue/ITSM-1", expand="changelog")["changelog"]
    for log in (issue["changelog"] for issue in real):
        assert log.keys() == ours.keys()
        for history in log["histories"]:
            assert history.keys() == ours["histories"][0].keys()
            assert history["author"].keys() <= ours["histories"][0]["author"].keys()
            for item in history["items"]:
                # Items of old rows, and of what is no field, lack fieldId.
                assert item.keys() | {"fieldId"} == ours["histories"][0]["items"][0].keys()
        moments = [history["created"] for history in log["histories"]]
        assert moments == sorted(moments, reverse=True)


def test_the_first_value_of_a_field_tells_from_as_real_histories_do(three: Client, real: list[dict[str, Any]]) -> None:
    items = [item for issue in real for history in issue["changelog"]["histories"] for item in history["items"]]
    empty = next(item for item in items if item["field"] == "assignee" and item["from"] is None)
    ours = three.get("issue/ITSM-2/changelog")["values"][0]["items"][1]
    assert (ours["field"], ours["from"], ours["fromString"]) == ("assignee", empty["from"], empty["fromString"])
