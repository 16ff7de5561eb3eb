import pytest

from tests.slabridge.config.small import definition_problems

REFUSED = {
    "empty table": ("{}", "", "is empty"),
    "empty list": ("[]", "", "is empty"),
    "text": ('"closed"', "", 'write a table, as in { status = "new" }'),
    "text in a list": ('["closed"]', "[0]", 'write a table, as in { status = "new" }'),
    "empty table in a list": ("[{}]", "[0]", "is empty"),
    "empty not": ("{ not = {} }", ".not", "is empty"),
    "not a value": ('{ not = "closed" }', ".not", "is no condition"),
    "empty value": ('{ status = "" }', ".status", "write { set = false }"),
    "empty value in a list": ('{ status = ["closed", ""] }', ".status", "write { set = false }"),
    "no values": ("{ status = [] }", ".status", "write { set = false }"),
    "nested lists": ('{ status = [["closed"]] }', ".status", "is no value"),
    "date": ("{ status = 2026-01-01 }", ".status", 'write text in quotes, as in "2026-01-01"'),
    "no number": ("{ status = nan }", ".status", "is no value"),
    "neither not nor set": ('{ status = { nto = "closed" } }', ".status.nto", 'the nearest is "not"'),
    "both not and set": ('{ status = { not = "closed", set = true } }', ".status", "exactly one of not and set"),
    "empty field table": ("{ status = {} }", ".status", "exactly one of not and set"),
    "set to text": ('{ status = { set = "yes" } }', ".status.set", "must be true or false"),
    "not nothing": ('{ status = { not = "" } }', ".status.not", "write { set = true }"),
    "not of no values": ("{ status = { not = [] } }", ".status.not", "write { set = true }"),
    "not of a condition": ('{ status = { not = { team = "a" } } }', ".status.not", "write not = { status = ... }"),
    "field called else": ('{ else = "a" }', ".else", 'no field can be called "else"'),
    "field without a name": ('{ "" = "a" }', '.""', "must be the name of a field"),
    "unknown event": ('{ event = "coment" }', ".event", 'the nearest is "comment"'),
    "event no text": ("{ event = 1 }", ".event", "known: comment, change, created"),
    "unknown role": ('{ event = "comment", role = "agnet" }', ".role", 'the nearest is "agent"'),
    "public as text": ('{ event = "comment", public = "yes" }', ".public", "must be true or false"),
    "by nobody": ('{ event = "comment", by = "" }', ".by", "must not be empty"),
    "comment with a field": ('{ event = "comment", field = "team" }', ".field", 'belongs to event = "change"'),
    "change with a role": ('{ event = "change", field = "team", role = "agent" }', ".role", "here are field, from, to"),
    "change of nothing": ('{ event = "change" }', ".field", 'as in field = "team"'),
    "change of two fields": ('{ event = "change", field = ["a", "b"] }', ".field", "must be the name of a field"),
    "change of not": ('{ event = "change", field = "not" }', ".field", 'no field can be called "not"'),
    "change to not": ('{ event = "change", field = "team", to = { not = "a" } }', ".to", "takes a value or a list"),
    "change of who spoke last": (
        '{ event = "change", field = "last_comment" }',
        ".field",
        "no change event is about it",
    ),
    "change of the source": ('{ event = "change", field = "source" }', ".field", "the engine itself knows"),
    "created by somebody": ('{ event = "created", by = "alice" }', ".by", 'belongs to event = "comment"'),
    "by a field that is none": (
        '{ event = "comment", by = { field = "" } }',
        ".by.field",
        "must be the name of a field",
    ),
    "by no field": ('{ event = "comment", by = {} }', ".by.field", 'as in field = "assignee"'),
    "by something else": (
        '{ event = "comment", by = { fields = "a", field = "b" } }',
        ".by.fields",
        'the nearest is "field"',
    ),
    "role that never speaks": ('{ last_comment = "system" }', ".last_comment", "what the system writes is passed over"),
    "no role": ('{ last_public_comment = "agnet" }', ".last_public_comment", 'the nearest is "agent"'),
    "no calendar": ('{ opened_in = "ofice" }', ".opened_in", 'the nearest is "office"'),
    "change from unset": ('{ event = "change", field = "team", from = "" }', ".from", "leave it out"),
}


@pytest.mark.parametrize(("condition", "path", "words"), REFUSED.values(), ids=REFUSED)
def test_a_condition_that_means_nothing_is_refused_with_its_place_and_remedy(
    condition: str, path: str, words: str
) -> None:
    (problem,) = definition_problems(f"clocks.other.stop = {condition}")
    assert problem.path == f"clocks.other.stop{path}"
    assert words in problem.message


@pytest.mark.parametrize(
    "key",
    [
        "clocks.resolution.pause",
        "clocks.other.while",
        "agreements.standard.scope",
        "agreements.standard.exclude",
        "agreements.standard.objectives.resolution.exclude",
    ],
)
def test_an_event_is_refused_where_a_condition_must_last(key: str) -> None:
    (problem,) = definition_problems(f'{key} = [{{ team = "a" }}, {{ not = {{ event = "comment" }} }}]')
    assert problem.path == f"{key}[1].not.event"
    assert "start, stop, cancel and reset alone" in problem.message


def test_an_event_is_refused_in_a_target() -> None:
    targets = '[{ when = { event = "comment" }, within = "4h" }]'
    (problem,) = definition_problems(f"agreements.standard.objectives.resolution.targets = {targets}")
    assert problem.path == "agreements.standard.objectives.resolution.targets[0].when.event"


def test_all_problems_of_a_condition_are_shown() -> None:
    problems = definition_problems('clocks.other.stop = [{ a = "", b = { set = 1 } }, {}, "x"]')
    assert [problem.path.removeprefix("clocks.other.stop") for problem in problems] == [
        "[0].a",
        "[0].b.set",
        "[1]",
        "[2]",
    ]
