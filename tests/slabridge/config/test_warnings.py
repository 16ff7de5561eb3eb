import pytest

from slabridge.config import warnings_of
from tests.slabridge.config.small import config

RESOLUTION = "agreements.standard.objectives.resolution"

WARNED = {
    "ServiceNow filter": ('connections.snow.filter = "active=true^stateIN1,2"', "connections.snow.filter", '"status"'),
    "ServiceNow filter by a part": (
        'agreements.standard.scope = { team = "a" }\nconnections.snow.filter = "assignment_group.name=a"',
        "connections.snow.filter",
        "assignment_group",
    ),
    "Jira filter": (
        'connections.help.filter = "project = A AND Status != Done"',
        "connections.help.filter",
        '"status"',
    ),
    "Jira filter by number": (
        'connections.help.fields.status = "customfield_10050"\nconnections.help.filter = "cf[10050] = a"',
        "connections.help.filter",
        "customfield_10050",
    ),
    "share after share": (
        f'{RESOLUTION}.at_risk = ["75%", "80%"]',
        f"{RESOLUTION}.at_risk[1]",
        "is always reached before",
    ),
    "time left after share": ('clocks.resolution.at_risk = ["75%", "30m"]', "clocks.resolution.at_risk[1]", "drop it"),
    "share after time left": ('clocks.resolution.at_risk = ["75%", "2h"]', "clocks.resolution.at_risk[0]", "drop it"),
    "value like another": (
        'clocks.other.stop = { status = "clsoed" }',
        "clocks.other.stop.status",
        'the nearest is "closed"',
    ),
    "kind without agreement": (
        'connections.snow.writeback.fields = [{ field = "u_a", value = "ola.status" }]',
        "connections.snow.writeback.fields[0].value",
        "there is no ola agreement",
    ),
}

WARNED |= {
    "deadline that hides the next": (
        f'{RESOLUTION}.targets = [{{ by = {{ field = "team" }} }}, {{ within = "4h" }}]',
        f"{RESOLUTION}.targets[0]",
        "write when = { team = { set = true } }",
    ),
    "deadline that hides the next where a condition holds": (
        f'{RESOLUTION}.targets = [{{ when = {{ priority = "P1" }}, by = {{ field = "team" }} }}, {{ within = "4h" }}]',
        f"{RESOLUTION}.targets[0]",
        "the targets after it are not reached",
    ),
    "deadline that is frozen": (
        f'{RESOLUTION}.targets = [{{ by = {{ field = "team" }} }}]\n{RESOLUTION}.on_retarget = "freeze"',
        f"{RESOLUTION}.targets[0]",
        "is never seen",
    ),
    "clock that starts again by itself": (
        'clocks.resolution.stop = { event = "comment" }',
        "clocks.resolution.stop",
        'write event = "created" in start, or on_reopen = "first_only"',
    ),
}

CLIENT = 'client_id = "a", client_secret = { env = "C" }'

WARNED |= {
    "token for a site": (
        f'connections.help.auth = {{ kind = "oauth_client", {CLIENT}, user = "(gone)", password = "(gone)" }}',
        "connections.help.url",
        "https://api.atlassian.com/ex/jira/CLOUD-ID",
    ),
    "value that one connection maps": (
        'connections.help.values.status.new = ["To Do"]',
        "connections.help.values.status",
        'maps nothing to "closed", which conditions use and snow maps',
    ),
}

SILENT = {
    "deadline where it is set": (
        f'{RESOLUTION}.targets = [{{ when = {{ team = {{ set = true }} }}, by = {{ field = "team" }} }}, {{ within = "4h" }}]'
    ),
    "deadline that comes last": f'{RESOLUTION}.targets = [{{ by = {{ field = "team" }} }}]',
    "thresholds of a deadline, of which either may come first": (
        f'{RESOLUTION}.targets = [{{ by = {{ days = 1 }} }}]\n{RESOLUTION}.at_risk = ["75%", "30m"]'
    ),
    "clock that a comment stops once": (
        'clocks.resolution = { stop = { event = "comment" }, on_reopen = "first_only" }'
    ),
    "clock that a creation starts": 'clocks.resolution = { start = { event = "created" }, stop = { event = "comment" } }',
    "clock that a status stops too": 'clocks.resolution.stop = [{ event = "comment" }, { status = "closed" }]',
    "value that a connection says it has not": ('connections.help.values.status = { new = ["To Do"], closed = [] }'),
    "nothing": "",
    "field that no condition uses": 'connections.snow.filter = "priority=1"',
    "field whose name is part of another": 'connections.snow.filter = "u_state=1^state_reason=2"',
    "shares and times left that take turns": f"""
        clocks.resolution.at_risk = ["75%", "1h30m"]
        {RESOLUTION}.targets = [{{ within = "4h" }}, {{ within = "8h" }}]
    """,
    "a threshold of a clock that serves another objective": """
        clocks.resolution.at_risk = ["75%", "30m"]
        agreements.standard.objectives.short = { clock = "resolution", targets = "1h" }
    """,
    "own name in a field": 'clocks.other.stop = { status = "Waiting for parts" }',
    "loopback": 'connections.snow.url = "http://127.0.0.1:8080"\nconnections.help.url = "http://localhost:1/jira"',
    "mapped but unused": 'connections.snow.fields.category = "category"',
}


@pytest.mark.parametrize(("change", "path", "words"), WARNED.values(), ids=WARNED)
def test_what_hardly_does_what_was_meant_is_a_warning(change: str, path: str, words: str) -> None:
    (warning,) = warnings_of(config(change))
    assert warning.path == path
    assert words in warning.message


@pytest.mark.parametrize("change", SILENT.values(), ids=SILENT)
def test_what_does_what_was_meant_is_none(change: str) -> None:
    assert warnings_of(config(change)) == ()
