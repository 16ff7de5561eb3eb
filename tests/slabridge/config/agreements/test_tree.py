"""What the tree of agreements leaves open is found, with its place and a remedy; what is in order is not."""

import pytest

from slabridge.config import tree_of
from tests.slabridge.config.small import config

RESOLUTION = "agreements.standard.objectives.resolution"
BACKS = 'supports = ["standard.resolution"]'
ROUND = 'timezone = "Europe/Stockholm"\n[calendars.round]\ntimezone = "Europe/Stockholm"\nhours = "24x7"\n[agreements.standard]\ncalendar = "round"'
NARROW = '[{ when = { priority = "P1" }, within = "1h" }, { within = "4h" }]'
WIDE = (
    '[{ when = { priority = ["P1", "P2"] }, within = "4h" }, '
    '{ when = { priority = "P1", status = "new" }, within = "1h" }, { within = "8h" }]'
)


def team(rule: str = "", head: str = BACKS, name: str = "team", more: str = "") -> str:
    """Return an agreement beneath, with keys of its own and of its rule, and what else is in the file."""
    objective = f'[agreements.{name}.objectives.handling]\nclock = "resolution"\ntargets = "1h"\n{rule}'
    return f'[agreements.{name}]\nkind = "ola"\ncalendar = "office"\n{head}\n{objective}\n{more}'


def above(keys: str) -> str:
    return f"[{RESOLUTION}]\n{keys}"


FOUND = {
    "no agreement beneath": (team(head=""), RESOLUTION, f"write {BACKS}"),
    "hours without anybody": (
        f"{ROUND}\n{team()}",
        RESOLUTION,
        "mon-fri 00:00-08:00, mon-fri 17:00-24:00, sat and sun 00:00-24:00. Of what comes on mon 00:00 nobody",
    ),
    "a pause beneath": (
        team('pause = { status = ["vendor", "user"] }'),
        RESOLUTION,
        "runs on where team.handling pauses at status = vendor or user",
    ),
    "a pause beneath, in part": (
        team('pause = { status = ["vendor", "user"] }', more=above('pause = { status = "user" }')),
        RESOLUTION,
        "pauses at status = vendor:",
    ),
    "two promises to the same": (
        team(more=team(head=f'scope = {{ priority = "P1" }}\n{BACKS}', name="other")),
        "agreements.other",
        'applies beside "team", both with handling: a ticket with priority = "P1" is under both',
    ),
    "a value without agreement": (
        team(more='[agreements.standard]\nscope = { status = "new" }'),
        "agreements",
        "no sla agreement is there for status = closed",
    ),
    "a target behind one for all": (
        above('targets = [{ within = "4h" }, { when = { priority = "P1" }, within = "1h" }]'),
        f"{RESOLUTION}.targets[1]",
        "is never chosen",
    ),
    "a target behind a wider one": (above(f"targets = {WIDE}"), f"{RESOLUTION}.targets[1]", "is never chosen"),
}

SILENT = {
    "no agreements beneath at all": "",
    "a tree in order": team(),
    "a pause that both have": team(
        'pause = { status = "user" }', more=above('pause = { status = ["user", "vendor"] }')
    ),
    "a pause where the promise above is over": team('pause = { status = "closed" }'),
    "a pause while it waits for another ticket": team(
        'pause = { status = "vendor" }',
        more='[[chain]]\nstated_by = "above"\nwaits = { status = "vendor" }\nuntil = "never"',
    ),
    "a pause in which a supplier's promise runs": team(
        'pause = { status = "vendor" }',
        more=team('while = { status = "vendor" }', name="supplier")
        .replace('clock = "resolution"\n', "")
        .replace(".handling", ".repair"),
    ),
    "scopes apart": team(
        head=f'scope = {{ team = {{ not = "a" }} }}\n{BACKS}',
        more=team(head=f'scope = {{ team = "a" }}\n{BACKS}', name="other"),
    ),
    "versions one after the other": team(
        head=f"valid_to = 2026-01-01\n{BACKS}", more=team(head=f"valid_from = 2026-01-01\n{BACKS}", name="later")
    ),
    "targets from the narrow to the wide": above(f"targets = {NARROW}"),
}


@pytest.mark.parametrize(("change", "path", "words"), FOUND.values(), ids=FOUND)
def test_what_is_left_open_is_found(change: str, path: str, words: str) -> None:
    found = [problem for problem in tree_of(config(change)) if words in problem.message]
    assert [problem.path for problem in found] == [path], tree_of(config(change))


@pytest.mark.parametrize("change", SILENT.values(), ids=SILENT)
def test_what_is_in_order_is_passed_over(change: str) -> None:
    assert tree_of(config(change)) == ()
