"""The figures of a report, worked out slowly and apart: from the rows of the reference, in plain loops, as docs/reports.md says.

It shares no code with the report. Amounts are milliseconds, instants ms UTC.
"""

from collections import Counter, defaultdict
from datetime import datetime
from fractions import Fraction
from itertools import pairwise
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from tests.reference import evaluate, judge
from tests.reference.calendar import Calendar, instant
from tests.reference.condition import Row, holds, rows_of
from tests.reference.decision import choice, targets_of
from tests.reference.result import DueTooFarError

DAY = 86_400_000
Rows = list[dict[str, Any]]


class Reference:
    """A period [start, end) of a document and its tickets, judged as at the end."""

    def __init__(self, document: dict[str, Any], tickets: Rows, first: str, last: str) -> None:
        zone = ZoneInfo(document.get("timezone", "UTC"))
        self.start, self.end = (instant(datetime.fromisoformat(day).replace(tzinfo=zone)) for day in (first, last))
        self.calendars = {name: Calendar(document["calendars"], name) for name in document["calendars"]}
        self.rows: dict[str, list[Row]] = {}
        for ticket in tickets:
            rows = [row for row in rows_of(ticket, self.calendars) if row.at <= self.end]
            if rows:
                self.rows[ticket["key"]] = rows
        self.first: dict[tuple[Any, ...], int] = {}
        self.now: Rows = []
        for ticket in tickets:
            try:
                judged = judge(document, ticket, self.end, self.calendars)
            except DueTooFarError:
                continue
            for cycle in judged.cycles:
                self.now.append(cycle.outcome.row)
                self.first[_name(cycle.outcome.row)] = cycle.outcome.first
        self.before, _ = evaluate(document, tickets, _text(self.start))
        self.holder = document.get("attribution", {}).get("holder", "team")

    def cases(self) -> list[tuple[dict[str, Any], int]]:
        """Return the results that count in the period: decided before its end, and not before its beginning, by then."""
        earlier = {_name(one) for one in self.before if (at := _decided(one)) is not None and at < self.start}
        return [
            (one, at)
            for one in self.now
            if (at := _decided(one)) is not None and at < self.end and _name(one) not in earlier
        ]

    def compliance(self, field: str | None = None) -> dict[tuple[str, str, str], list[int]]:
        """Return [met, breached, excluded] by agreement, objective and value of a field at the deciding row."""
        found: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
        for one, _ in self.cases():
            values = [""] if field is None else sorted(self.deciding(one).fields.get(field, ())) or [""]
            for value in values:
                place = 2 if one["excluded"] else 1 if one["breached"] else 0
                found[one["agreement"], one["objective"], value][place] += 1
        return dict(found)

    def deciding(self, one: dict[str, Any]) -> Row:
        """Return a cycle's deciding row: the last at an instant before its end, not before its first; else the last."""
        rows = self.rows[one["ticket"]]
        if one["stopped_at"] is None:
            return rows[-1]
        first, end = self.first[_name(one)], _at(one["stopped_at"])
        before = [n for n, row in enumerate(rows) if row.at < end]
        return rows[max(first, before[-1] if before else 0)]

    def ended(self) -> dict[tuple[str, str], list[int]]:
        """Return elapsed working time of what was completed in the period, by agreement and objective."""
        found: dict[tuple[str, str], list[int]] = defaultdict(list)
        for one in self.now:
            if one["stage"] == "completed" and self.start <= _at(one["stopped_at"]) < self.end:
                found[one["agreement"], one["objective"]].append(round(one["elapsed_seconds"] * 1000))
        return dict(found)

    def open_and_breached(self) -> int:
        """Count the breached cycles that are open at the end; what ends at that very instant ends in the next period."""
        found = [one for one in self.now if one["breached"] and not one["excluded"]]
        broken = [one for one in found if _at(one["breached_at"]) < self.end]
        return sum(one["stopped_at"] is None or _at(one["stopped_at"]) >= self.end for one in broken)

    def overruns(self, agreement: str, objective: str, per: int) -> int:
        """Return how many begun hours (of `per` ms) beyond their targets breached cycles had at the end, less those before."""
        total = 0
        for rows, until, sign in ((self.now, self.end, 1), (self.before, self.start, -1)):
            for one in rows:
                late = one["breached"] and not one["excluded"] and one["stage"] != "cancelled"
                if (
                    late
                    and _at(one["breached_at"]) < until
                    and (one["agreement"], one["objective"]) == (agreement, objective)
                ):
                    beyond = round((one["elapsed_seconds"] - one["target_seconds"]) * 1000)
                    total += sign * ceil(Fraction(max(0, beyond), per))
        return total

    def breaches(self, agreement: str, objective: str, field: str, value: str) -> int:
        """Count the breached cycles of the period whose field held a value at their deciding row."""
        return sum(
            one["breached"] and not one["excluded"] and value in self.deciding(one).fields.get(field, ())
            for one, _ in self.cases()
            if (one["agreement"], one["objective"]) == (agreement, objective)
        )

    def kpis(  # noqa: C901 - slow and obvious
        self, resolved: dict[str, Any], within: int, calendar: str, fault: list[str]
    ) -> dict[str, Any]:
        """Return the measures of tickets."""
        worked = self.calendars[calendar].elapsed
        wall, working, born, again = [], [], 0, 0
        handovers, without, three, reopened, not_reopened, first = 0, 0, 0, 0, 0, 0
        created, groups, unset = 0, Counter[tuple[str, ...]](), 0
        here = Counter[tuple[str, ...]]()
        for rows in self.rows.values():
            is_resolved = [holds(resolved, row) for row in rows]
            entries = [n for n, now in enumerate(is_resolved) if now and (n == 0 or not is_resolved[n - 1])]
            left = sum(1 for a, b in pairwise(is_resolved) if a and not b)
            if self.start <= rows[0].at < self.end:
                created += 1
            if self.start - 90 * DAY <= rows[0].at < self.end:
                values = tuple(", ".join(sorted(rows[0].fields.get(name, ()))) for name in fault)
                if all(values):
                    groups[values] += 1
                    here[values] += rows[0].at >= self.start
                elif not any(values):
                    unset += rows[0].at >= self.start
            if not entries or not self.start <= rows[entries[-1]].at < self.end:
                continue
            if not is_resolved[-1]:
                again += 1
                continue
            if entries == [0]:
                born += 1
                continue
            teams: list[str] = []
            for row in rows:
                name = ", ".join(sorted(row.fields.get(self.holder, ())))
                if name and (not teams or teams[-1] != name):
                    teams.append(name)
            start, end = rows[0].at, rows[entries[-1]].at
            wall.append(end - start)
            working.append(worked(start, end))
            changes = max(0, len(teams) - 1)
            handovers += changes
            without += changes == 0
            three += changes >= 3
            reopened += left
            not_reopened += left == 0
            first += len(teams) == 1 and left == 0 and worked(start, end) <= within
        return {
            "wall": statistics(wall),
            "working": statistics(working),
            "created_resolved": born,
            "open_again": again,
            "incidents": created,
            "handovers": [handovers, len(wall), without, three],
            "reopenings": [reopened, len(wall), not_reopened],
            "first": [first, len(wall)],
            "faults": sorted(
                (-count, values, here[values]) for values, count in groups.items() if count >= 3 and here[values]
            ),
            "unset": unset,
        }

    def backlog(self, resolved: dict[str, Any]) -> list[int]:
        """Return how many were unresolved before and after."""
        found = []
        for at in (self.start, self.end):
            held = [[row for row in rows if row.at < at] for rows in self.rows.values()]
            found.append(sum(bool(rows) and not holds(resolved, rows[-1]) for rows in held))
        return found


def statistics(values: list[int]) -> list[Any]:
    """Return count, sum, median (of the middle pair the mean) and 90th percentile, by nearest rank."""
    ordered = sorted(values)
    n = len(ordered)
    if not n:
        return [0, 0, None, None]
    median = Fraction(ordered[n // 2]) if n % 2 else Fraction(ordered[n // 2 - 1] + ordered[n // 2], 2)
    return [n, sum(ordered), median, ordered[ceil(Fraction(9, 10) * n) - 1]]


def _decided(one: dict[str, Any]) -> int | None:
    if one["stage"] == "cancelled":
        return None
    at = one["breached_at"] if one["breached"] else one["stopped_at"]
    return None if at is None else _at(at)


def _name(one: dict[str, Any]) -> tuple[Any, ...]:
    return one["source"], one["id"], one["agreement"], one["objective"], one["cycle"]


def _at(text: str) -> int:
    return instant(datetime.fromisoformat(text))


def _text(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, tz=ZoneInfo('UTC')):%Y-%m-%dT%H:%M:%SZ}"


def strictest(document: dict[str, Any], ticket: dict[str, Any], as_of: str) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Return by cycle of a ticket (breached, when, seconds left) by the worst of the targets that held while it ran."""
    calendars = {name: Calendar(document["calendars"], name) for name in document["calendars"]}
    until = _at(as_of)
    rows = [row for row in rows_of(ticket, calendars) if row.at <= until]
    found = {_name(one): one for one in evaluate(document, [ticket], as_of)[0]}
    worst = {name: _outcome(one) for name, one in found.items()}
    for table, agreement in document["agreements"].items():
        for objective, raw in agreement["objectives"].items():
            targets = targets_of(raw)
            for place, target in enumerate(targets if len(targets) > 1 else ()):  # of one target none is stricter
                alone = {key: value for key, value in target.items() if key != "when"}
                changed = {**raw, "targets": [alone]}
                agreements = {
                    **document["agreements"],
                    table: {**agreement, "objectives": {**agreement["objectives"], objective: changed}},
                }
                for one in evaluate({**document, "agreements": agreements}, [ticket], as_of)[0]:
                    name = _name(one)
                    mine = (one["agreement"], one["objective"]) == (agreement.get("id", table), objective)
                    if mine and name in found and place in _held(targets, rows, found[name], until):
                        worst[name] = min(worst[name], _outcome(one))
    return worst


def _held(targets: list[dict[str, Any]], rows: list[Row], one: dict[str, Any], as_of: int) -> set[int | None]:
    """Return the places of the targets that applied at any time while a cycle ran."""
    start = _at(one["started_at"])
    end = max(start + 1, as_of + 1 if one["stopped_at"] is None else _at(one["stopped_at"]))
    return {
        choice(targets, row)
        for n, row in enumerate(rows)
        if row.at < end and (n + 1 == len(rows) or rows[n + 1].at > max(row.at, start))
    }


def _outcome(one: dict[str, Any]) -> tuple[Any, ...]:
    return not one["breached"], one["breached_at"] or "", one["remaining_seconds"]
