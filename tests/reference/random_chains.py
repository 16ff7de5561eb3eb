"""Random cases of tickets that are linked and wait for each other: rules, rings, and promises beneath promises."""

from random import Random
from typing import Any

from tests.reference.calendar import text
from tests.reference.random_agreements import random_condition
from tests.reference.random_calendars import Table, sometimes
from tests.reference.random_cases import Case, milliseconds, random_case
from tests.reference.random_tickets import JITTER

TYPES = ["problem", "blocks"]


def random_chain_case(rng: Random) -> Case:
    case = random_case(rng, tickets=5)
    case.document["chain"] = [random_rule(rng) for _ in range(rng.randint(1, 3))]
    random_supports(rng, case.document)
    moments = [entry["at"] for ticket in case.tickets for entry in (*ticket["history"], *ticket["comments"])]
    moments += [ticket["created"] for ticket in case.tickets] + [case.as_of]
    names = [(ticket["source"], ticket.get("id", ticket["key"])) for ticket in case.tickets]
    for ticket in case.tickets:
        ticket["links"] = [random_link(rng, names, moments) for _ in range(rng.choice([0, 1, 1, 2, 3]))]
    return case


def random_rule(rng: Random) -> Table:
    rule: Table = {"until": "never" if sometimes(rng) else random_condition(rng)}
    for key in ("above", "below", "waits"):
        if sometimes(rng):
            rule[key] = {"source": rng.choice(["snow", "jira"])} if sometimes(rng, 3) else random_condition(rng)
    if sometimes(rng):
        rule["link"] = rng.sample(TYPES, rng.randint(1, 2))
    if sometimes(rng) or not rule.keys() & {"above", "below"}:
        rule["stated_by"] = rng.choice(["above", "below"])
    return rule


def random_link(rng: Random, names: list[tuple[Any, Any]], moments: list[str]) -> Table:
    source, identity = rng.choice([*names * 3, ("snow", "nobody")])
    link: Table = {"type": rng.choice(TYPES), "source": source, "id": identity}
    start = milliseconds(rng.choice(moments)) + rng.choice(JITTER)
    if sometimes(rng):
        link["from"] = text(start)
    if sometimes(rng, 3):
        link["to"] = text(max(start + 1, milliseconds(rng.choice(moments)) + rng.choice(JITTER)))
    if sometimes(rng, 9):
        link["from"] = None
    return link


def random_supports(rng: Random, document: Table) -> None:
    """Let objectives support some of agreements that stand before theirs, so that there is no ring."""
    before: list[str] = []
    mine: list[str] = []
    identity = None
    for table, agreement in document["agreements"].items():
        if agreement.get("id", table) != identity:
            before, mine, identity = [*before, *mine], [], agreement.get("id", table)
        mine += [f"{identity}.{name}" for name in agreement["objectives"]]
        if before and sometimes(rng, 3):
            agreement["supports"] = rng.sample(before, rng.randint(1, len(before)))
        for objective in agreement["objectives"].values():
            if before and not sometimes(rng, 4):
                objective["supports"] = rng.sample(before, rng.randint(0, min(2, len(before))))
