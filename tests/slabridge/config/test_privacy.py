"""[privacy]: what it takes, and what the file cannot ask for where nobody has a name."""

import pytest

from sla_engine.instant import DAY
from slabridge.config import ConfigError
from slabridge.config.privacy import Privacy
from tests.slabridge.config.small import config

PEOPLE = """
[privacy]
people = ["assignee"]
pseudonyms = true
key = { env = "SLABRIDGE_KEY" }
[connections.snow]
fields = { status = "state", priority = "priority", team = "assignment_group", assignee = "assigned_to" }
[connections.help]
fields = { status = "status", priority = "priority", assignee = "assignee" }
"""
RESOLUTION = "[agreements.standard.objectives.resolution]\n"

REFUSED = {
    "a holder": ('[attribution]\nholder = "assignee"', "attribution.holder"),
    "a scope": ('[agreements.standard]\nscope = { assignee = "Anna" }', "agreements.standard.scope.assignee"),
    "what is not": (
        '[agreements.standard]\nexclude = { assignee = { not = "Anna" } }',
        "agreements.standard.exclude.assignee",
    ),
    "a target": (
        RESOLUTION + 'targets = { assignee = { Anna = "2h" }, else = "4h" }',
        "agreements.standard.objectives.resolution.targets.assignee",
    ),
    "a change to somebody": (
        '[clocks.resolution]\nreset = { event = "change", field = "assignee", to = "Anna" }',
        "clocks.resolution.reset.field",
    ),
    "an author": ('[clocks.resolution]\nreset = { event = "comment", by = "anna" }', "clocks.resolution.reset.by"),
    "values": ('[connections.snow.values.assignee]\nme = ["Anna"]', "connections.snow.values.assignee"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_with_pseudonyms_what_needs_a_name_is_refused_with_its_place(name: str) -> None:
    change, path = REFUSED[name]
    with pytest.raises(ConfigError) as refused:
        config(merged(change))
    assert [(one.path, "needs people's names" in one.message) for one in refused.value.problems] == [(path, True)]
    config(merged(change).replace("pseudonyms = true\n", ""))


def merged(change: str) -> str:
    """Return PEOPLE with a change that has no table of it."""
    return f"{PEOPLE}{change}\n"


@pytest.mark.parametrize(
    "change",
    [
        "[agreements.standard]\nscope = { assignee = { set = true } }",
        '[clocks.resolution]\nreset = { event = "change", field = "assignee" }',
        '[clocks.resolution]\nreset = { event = "comment", by = { field = "assignee" } }',
        '[clocks.resolution]\nreset = { event = "comment", role = "agent" }',
    ],
)
def test_whether_there_is_anybody_and_whether_it_is_the_same_person_can_be_asked(change: str) -> None:
    assert config(merged(change)).privacy.pseudonyms


WRONG = {
    'people = ["asignee"]': ("privacy.people[0]", "no connection maps this field"),
    'people = ["team"]\nkeep = "29d"': ("privacy.keep", "at least"),
    'people = ["team"]\nkeep = "9600h"': ("privacy.keep", "no number of days"),
    'people = ["team"]\nkeep = "2wd"': ("privacy.keep", "no number of days"),
    'people = ["team"]\nreports = "later"': ("privacy.reports", "none of the possible words"),
    'people = ["priority"]\npseudonyms = true': ("privacy.key", "is missing"),
    'people = ["team"]\nkey = "secret"': ("privacy.key", "no secret stands in this file"),
    'keep = "400d"': ("privacy.people", "is missing"),
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_said_with_its_place(text: str) -> None:
    path, message = WRONG[text]
    with pytest.raises(ConfigError) as refused:
        config(f"[privacy]\n{text}\n")
    assert [one.path for one in refused.value.problems if message in one.message] == [path]
    assert "secret" not in str(refused.value).replace("no secret stands", "")


def test_without_the_table_nothing_goes_and_nobody_is_replaced() -> None:
    assert config("").privacy == Privacy()
    found = config('[privacy]\npeople = ["team"]\nkeep = "400d"\n').privacy
    assert (found.keep, found.waived, found.pseudonyms, found.key) == (400 * DAY, False, False, None)


def test_people_are_those_fields_of_each_tool_that_the_file_maps_to() -> None:
    found = config(PEOPLE)
    assert {one.name: found.privacy.fields_of(one) for one in found.connections} == {
        "snow": {"assigned_to"},
        "help": {"assignee"},
    }
