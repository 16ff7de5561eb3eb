"""What another file makes of the same tickets is what evaluating them twice, result by result, says."""

import json
from collections import defaultdict
from datetime import datetime
from itertools import pairwise
from random import Random

from hypothesis import given

from sla_engine import Engine, Result, Ticket, read_ticket
from sla_engine.instant import parse_instant
from slabridge.config import load_definitions
from slabridge.show.whatif import as_json
from slabridge.whatif.columns import Outcome, Period
from slabridge.whatif.sums import MOST, Change, Count, Sums
from slabridge.whatif.trial import Trial
from tests.reference.random_agreements import random_document
from tests.reference.random_cases import examples, random_case, seeds

Key = tuple[str, str, int]
"""Ticket, objective, cycle."""


def random_pair(rng: Random) -> tuple[Engine, Engine, list[Ticket], int]:
    """Return two engines over the same calendars, some tickets, and an instant late enough for cycles to have ended."""
    case = random_case(rng, tickets=8)
    near = parse_instant(case.as_of)
    zone = case.document["calendars"]["c0"]["timezone"]
    other = random_document(rng, case.document["calendars"], zone, datetime.fromisoformat(case.as_of).date())
    for n, ticket in enumerate(case.tickets):
        ticket["key"] = ticket["id"] = f"T{n}"
    engines = [Engine(load_definitions(document)) for document in (case.document, other)]
    return engines[0], engines[1], [read_ticket(ticket) for ticket in case.tickets], near


def counted(engine: Engine, tickets: list[Ticket], as_of: int, period: Period) -> dict[Key, Result]:
    results = engine.evaluate(tickets, as_of, segments=True)
    return {
        (one.id, f"{one.agreement}.{one.objective}", one.cycle): one
        for one in results.results
        if one.stage == "completed"
        and not one.excluded
        and one.stopped_at is not None
        and period[0] <= one.stopped_at < period[1]
    }


def merged(trial: Trial, tickets: list[Ticket], as_of: int, rng: Random) -> Sums:
    """Judge tickets in parts, of which each may come in parts itself."""
    cuts = sorted(rng.randint(0, len(tickets)) for _ in range(rng.randint(0, 4)))
    parts = [tickets[one:other] for one, other in pairwise([0, *cuts, len(tickets)])]
    found = [trial.of(part, part, as_of) for part in parts]
    while len(found) > 1:
        at = rng.randrange(len(found) - 1)
        found[at].merge(found.pop(at + 1))
    found[0].sort(trial.objectives)
    return found[0]


@examples(80)
@given(seeds())
def test_counts_shares_and_changes_are_those_of_evaluating_twice(rng: Random) -> None:
    before, after, tickets, as_of = random_pair(rng)
    period = (0, rng.choice([1 << 62, as_of, as_of - 3 * 86_400_000]))
    trial = Trial(before.definitions, after.definitions, period)
    sums = merged(trial, tickets, as_of, rng)
    again = merged(trial, tickets, as_of, rng)
    assert json.dumps(as_json(sums)) == json.dumps(as_json(again))  # whatever the partition, in order too
    sides = [counted(engine, tickets, as_of, period) for engine in (before, after)]
    counts: dict[tuple[str, str], list[Count]] = defaultdict(lambda: [Count(), Count()])
    shares: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    held = {ticket.id: _priority(ticket, as_of) for ticket in tickets}
    for side, found in enumerate(sides):
        for (identity, objective, _), result in found.items():
            known = counts[objective, held[identity]][side]
            counts[objective, held[identity]][side] = Count(known.cycles + 1, known.breached + result.breached)
            for holder, worked in result.shares.items():
                shares[objective, holder][side] += worked
    assert sums.counts == {key: tuple(both) for key, both in counts.items()}
    assert sums.shares == {key: tuple(both) for key, both in shares.items() if any(both)}
    differing = {key for key in sides[0].keys() | sides[1].keys() if _outcome(sides[0], key) != _outcome(sides[1], key)}
    assert sums.changed == len(differing)
    changes = sums.changes()
    assert len(changes) == min(MOST, len({identity for identity, _, _ in differing}))
    for change in changes:
        key = (change.ticket, change.objective, change.cycle)
        assert key in differing
        assert (change.before, change.after) == (_outcome(sides[0], key), _outcome(sides[1], key))
        assert change.reasons
    assert [_weight(change) for change in changes] == sorted((_weight(change) for change in changes), reverse=True)


def _priority(ticket: Ticket, as_of: int) -> str:
    held = dict(ticket.fields)
    entries = sorted(ticket.history, key=lambda entry: max(entry.at, ticket.created))
    for entry in reversed(entries):
        held |= {name: before for name, (before, _) in entry.changes.items()}
    for entry in entries:
        if max(entry.at, ticket.created) <= as_of:
            held |= {name: after for name, (_, after) in entry.changes.items()}
    return ", ".join(held.get("priority", ()))


def _outcome(side: dict[Key, Result], key: Key) -> Outcome | None:
    found = side.get(key)
    if found is None:
        return None
    return Outcome(found.breached, found.target, found.elapsed, found.paused, found.remaining)


def _weight(change: Change) -> tuple[bool, int]:
    if change.before is None or change.after is None:
        return True, 0
    flips = change.before.breached != change.after.breached
    return flips, abs(change.before.remaining - change.after.remaining)
