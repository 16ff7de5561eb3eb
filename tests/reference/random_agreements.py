"""Random conditions, rules and agreements."""

from datetime import date, timedelta
from random import Random
from typing import Any

from tests.reference.condition import Condition
from tests.reference.random_calendars import Table, sometimes

VALUES: dict[str, list[Any]] = {
    "status": ["new", "work", "wait", "done", "gone"],
    "priority": ["P1", "P2", "P3"],
    "team": ["A", "B", "C"],
    "country": ["US", "SE"],
    "labels": ["x", "y", "Ä"],
    "vip": [True, False],
    "level": [1, 3.5],
    "source": ["snow", "jira"],
}
WORDS: dict[str, list[Any]] = {
    "last_comment": ["agent", "customer"],
    "last_public_comment": ["agent", "customer"],
    "opened_in": ["c0"],
}
"""What the engine's own fields hold."""
FIELDS = [*["status"] * 4, *["priority", "team"] * 2, *VALUES, *WORDS]
DURATIONS = ["1h", "1s", "15m", "30m", "1h30m", "2h", "4h", "8h", "24h", "1wd", "2wd", "1wd1h", "40h", "2500h"]
AT_RISK = ["75%", "1%", "33%", "100%", "1s", "30m", "1h", "8h", "1wd"]
PEOPLE = ["alice", "bob"]
ROLES = ["agent", "customer", "system"]
ON_RETARGET = ["keep", "carry", "carry", "restart", "restart", "freeze"]

OPEN, ENDED = {"status": ["new", "work", "wait"]}, {"status": ["done", "gone"]}
RULES: list[Table] = [
    {"start": OPEN, "pause": {"status": "wait"}, "stop": {"status": "done"}, "cancel": {"status": "gone"}},
    {"start": {"status": "new"}, "stop": [{"event": "comment", "role": "agent", "public": True}, {"status": "done"}]},
    {"start": OPEN, "stop": ENDED, "reset": {"event": "comment", "role": "agent"}},
    {
        "while": {"team": {"set": True}, "status": {"not": ["done", "gone"]}},
        "pause": {"status": "wait"},
        "cancel": {"status": "gone"},
        "reset": {"event": "change", "field": "team"},
    },
    {"start": OPEN},
]


def random_values(rng: Random, field: str) -> object:
    """Return one value or a list of them."""
    values = VALUES.get(field) or WORDS[field]
    return rng.sample(values, rng.randint(1, min(2, len(values)))) if sometimes(rng) else rng.choice(values)


def random_entry(rng: Random) -> Table:
    field = rng.choice(FIELDS)
    wanted = random_values(rng, field)
    return {field: rng.choice([wanted, wanted, {"not": wanted}, {"set": True}, {"set": False}])}


def random_event(rng: Random) -> Table:
    if sometimes(rng, 8):
        return {"event": "created"}
    if sometimes(rng):
        field = rng.choice([name for name in FIELDS if name != "source" and name in VALUES])
        keys = rng.choice([[], [], ["from"], ["to"], ["from", "to"]])
        return {"event": "change", "field": field} | {key: random_values(rng, field) for key in keys}
    by = rng.choice([*PEOPLE, {"field": "assignee"}])
    about = {"role": rng.choice(ROLES), "public": rng.choice([True, False]), "by": by}
    return {"event": "comment"} | {key: value for key, value in about.items() if sometimes(rng, 3)}


def random_condition(rng: Random, *, events: bool = False, depth: int = 2) -> Condition:
    """Return a condition; with `events` also those that hold at single rows."""
    if depth and sometimes(rng, 5):
        return [random_table(rng, events, depth - 1) for _ in range(rng.randint(1, 2))]
    return random_table(rng, events, depth)


def random_table(rng: Random, events: bool, depth: int) -> Table:
    table: Table = {}
    if events and sometimes(rng):
        table |= random_event(rng)
    if depth and sometimes(rng, 5):
        table["not"] = random_condition(rng, events=events, depth=depth - 1)
    return table if table and not sometimes(rng) else table | random_entry(rng)


def random_rule(rng: Random) -> Table:
    """Return a rule: one of the usual ones, changed a little, or any."""
    rule = dict(rng.choice([*RULES, {}]))
    if not rule:
        rule = {"while": random_condition(rng)} if sometimes(rng, 4) else {"start": random_condition(rng, events=True)}
    for key in ("pause", "stop", "cancel", "reset"):
        if sometimes(rng, 4) and not (key == "stop" and "while" in rule):
            rule[key] = random_condition(rng, events=key != "pause")
    if sometimes(rng):
        rule["on_reopen"] = rng.choice(["new_cycle", "resume", "resume", "first_only"])
    if sometimes(rng):
        rule["on_retarget"] = rng.choice(ON_RETARGET)
    if sometimes(rng):
        rule["on_reset"] = rng.choice(["cancel", "complete"])
    if "while" not in rule and sometimes(rng, 3):
        rule["at_once"] = True
    if sometimes(rng):
        rule["at_risk"] = rng.sample(AT_RISK, rng.randint(1, 2))
    return rule


def random_calendar_choice(rng: Random, names: list[str]) -> str | Table:
    if not sometimes(rng):
        return rng.choice(names)
    field = rng.choice(["country", "labels", "team"])
    values = rng.sample(VALUES[field], rng.randint(1, 2))
    return {"field": field, "values": {value: rng.choice(names) for value in values}, "else": rng.choice(names)}


def random_targets(rng: Random, names: list[str]) -> str | Table | list[Table]:
    shape = rng.choice(["one", "table", "table", "list", "list"])
    if shape == "one":
        return rng.choice(DURATIONS)
    if shape == "table":
        field = rng.choice(["priority", "priority", "labels", "team"])
        table = {field: {value: rng.choice(DURATIONS) for value in rng.sample(VALUES[field], 2)}}
        return table if sometimes(rng, 4) else table | {"else": rng.choice(DURATIONS)}
    listed = []
    for _ in range(rng.randint(1, 3)):
        target: Table = {"by": random_deadline(rng)} if sometimes(rng, 3) else {"within": rng.choice(DURATIONS)}
        if sometimes(rng):
            target["when"] = {"priority": rng.choice(VALUES["priority"])} if sometimes(rng) else random_condition(rng)
        if sometimes(rng):
            target["calendar"] = random_calendar_choice(rng, names)
        listed.append(target)
    return listed


def random_deadline(rng: Random) -> Table:
    if sometimes(rng):
        return {"field": "due"}
    deadline: Table = {"days": rng.choice([0, 1, 1, 2, 5])}
    for key in ("at", "cutoff"):
        if sometimes(rng):
            deadline[key] = rng.choice(["08:00", "12:00", "15:00", "17:00", "23:30", "00:00", "02:30"])
    return deadline


def random_objective(rng: Random, names: list[str], clocks: Table) -> Table:
    objective: Table = {"targets": random_targets(rng, names)}
    if clocks and sometimes(rng):
        objective["clock"] = rng.choice(sorted(clocks))
        if sometimes(rng):
            objective["on_retarget"] = rng.choice(ON_RETARGET)
    else:
        objective |= random_rule(rng)
    if sometimes(rng, 3):
        objective["calendar"] = random_calendar_choice(rng, names)
    if sometimes(rng, 5):
        objective["exclude"] = random_condition(rng, depth=1)
    return objective


def random_agreement(rng: Random, names: list[str], clocks: Table) -> Table:
    agreement: Table = {"kind": rng.choice(["sla", "ola", "uc"]), "calendar": random_calendar_choice(rng, names)}
    if sometimes(rng, 4):
        agreement["scope"] = random_condition(rng)
    if sometimes(rng, 5):
        agreement["exclude"] = random_condition(rng, depth=1)
    objectives = ["o1", "o2", "o3"][: rng.randint(1, 3)]
    return agreement | {"objectives": {name: random_objective(rng, names, clocks) for name in objectives}}


def random_document(rng: Random, calendars: Table, zone: str, near: date) -> Table:
    """Return a whole document: one to three agreements, some of them versions of one."""
    names = sorted(calendars)
    clocks = {name: random_rule(rng) for name in ["k1", "k2"][: rng.randint(0, 2)]}
    agreements = {name: random_agreement(rng, names, clocks) for name in ["a1", "a2", "a3"][: rng.randint(1, 3)]}
    turn = near + timedelta(days=rng.choice([0, 1, -1, 2, -2]))
    if "a2" in agreements and sometimes(rng, 3):
        agreements["a1"] |= {"id": "both", "valid_to": turn}
        agreements["a2"] |= {"id": "both", "valid_from": turn}
    elif sometimes(rng, 3):
        agreements["a1"][rng.choice(["valid_from", "valid_to"])] = turn
    document: Table = {"calendars": calendars, "clocks": clocks, "agreements": agreements}
    if sometimes(rng):
        document["timezone"] = zone
    if sometimes(rng, 4):
        document["attribution"] = {"holder": rng.choice(["team", "labels", "assignee"])}
    return document
