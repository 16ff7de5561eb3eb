"""The slow, obvious reference that the engine is held against; it shares no code with it.

It reads the TOML document and the JSON of the tickets as they are, and works out every result one ticket, one
objective and one row at a time, in the words of docs/engine.md and docs/chain.md. What it lacks is speed, and checks of
its input.
"""

from datetime import datetime
from typing import Any

from tests.reference.calendar import Calendar, instant
from tests.reference.chain import Cycle, Group, Judged
from tests.reference.condition import rows_of
from tests.reference.decision import Promise
from tests.reference.replay import replay, rule_of
from tests.reference.result import DueTooFarError, result


def evaluate(
    document: dict[str, Any], tickets: list[dict[str, Any]], as_of: str, *, chain: bool = False
) -> tuple[list[dict[str, Any]], list[int]]:
    """Return the result rows (with segments, without `definition`) and the positions of tickets in quarantine."""
    calendars = {name: Calendar(document["calendars"], name) for name in document["calendars"]}
    now = instant(datetime.fromisoformat(as_of))
    judged: list[Judged] = []
    invalid = []
    for position, ticket in enumerate(tickets):
        try:
            judged.append(judge(document, ticket, now, calendars))
        except DueTooFarError:
            invalid.append(position)
    if chain:
        group = Group(document, judged, now, calendars)
        for one in judged:
            for cycle in one.cycles:
                cycle.outcome.row["chain"] = group.chain_of(one, cycle)
    return [cycle.outcome.row for one in judged for cycle in one.cycles], invalid


def positions(document: dict[str, Any], tickets: list[dict[str, Any]], as_of: str) -> list[dict[str, Any] | None]:
    """Return where each ticket stands in the chain, None for those in quarantine and those not created yet."""
    calendars = {name: Calendar(document["calendars"], name) for name in document["calendars"]}
    now = instant(datetime.fromisoformat(as_of))
    judged: list[Judged | None] = []
    for ticket in tickets:
        try:
            judged.append(judge(document, ticket, now, calendars))
        except DueTooFarError:
            judged.append(None)
    group = Group(document, [one for one in judged if one is not None], now, calendars)
    return [None if one is None or one.row_at(now) is None else group.position(one, now) for one in judged]


def judge(document: dict[str, Any], ticket: dict[str, Any], as_of: int, calendars: dict[str, Calendar]) -> Judged:
    rows = [row for row in rows_of(ticket, calendars) if row.at <= as_of]
    cycles = []
    place = 0
    for table, agreement in document["agreements"].items():
        for name, objective in agreement["objectives"].items():
            promise = Promise(agreement, objective, rule_of(objective, document.get("clocks", {})))
            for cycle in replay(promise.rule, rows):
                outcome = result(document, promise, cycle, rows=rows, as_of=as_of, calendars=calendars)
                if outcome is not None:
                    head = {
                        "source": ticket["source"],
                        "ticket": ticket["key"],
                        "id": ticket.get("id", ticket["key"]),
                        "agreement": agreement.get("id", table),
                        "kind": agreement["kind"],
                        "objective": name,
                    }
                    outcome.row = head | outcome.row
                    cycles.append(Cycle(outcome, table, place))
            place += 1
    return Judged(ticket, rows, cycles)
