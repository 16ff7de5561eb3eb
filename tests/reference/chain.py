"""Who had the time of a ticket that waited for others: instant by instant, as docs/chain.md says it.

Between two neighbours of all instants at which anything happens, or any calendar opens or closes, nothing changes: so
everything is asked at the first of the two.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import pairwise
from typing import Any

from tests.reference.calendar import Calendar, instant, text
from tests.reference.condition import Condition, Row, holds
from tests.reference.result import Outcome
from tests.reference.segments import Stretch, holder_of


@dataclass(eq=False)
class Cycle:
    """A cycle with a result; `table` is its agreement's, `place` that of its objective in the file."""

    outcome: Outcome
    table: str
    place: int


@dataclass(eq=False)
class Judged:
    ticket: dict[str, Any]
    rows: list[Row]
    cycles: list[Cycle]

    @property
    def name(self) -> tuple[str, str]:
        return self.ticket["source"], self.ticket.get("id", self.ticket["key"])

    def row_at(self, t: int) -> Row | None:
        """Return the last row at or before an instant."""
        return next((row for row in reversed(self.rows) if row.at <= t), None)


@dataclass
class Link:
    type: str
    stated_by: Judged
    other: Judged
    start: int
    end: int | None


class Group:
    def __init__(
        self, document: dict[str, Any], judged: list[Judged], as_of: int, calendars: dict[str, Calendar]
    ) -> None:
        self.document, self.judged, self.as_of = document, judged, as_of
        self.holder = document.get("attribution", {}).get("holder", "team")
        by_name: dict[tuple[str, str], Judged] = {}
        for one in judged:
            by_name.setdefault(one.name, one)
        self.links = [link for one in judged for link in links_of(one, by_name)]
        self.backs = backing(document)
        begin = min([as_of, *(row.at for one in judged for row in one.rows), *(link.start for link in self.links)])
        instants = {begin, as_of}
        for one in judged:
            instants |= {row.at for row in one.rows}
            instants |= {cycle.outcome.late_from for cycle in one.cycles if cycle.outcome.late_from is not None}
        for link in self.links:
            instants |= {link.start} | ({link.end} if link.end is not None else set())
        for calendar in calendars.values():
            for day in calendar.dates(begin, as_of):
                instants |= {edge for interval in calendar.working_on(day) for edge in interval}
        self.instants = sorted(t for t in instants if begin <= t <= as_of)
        self.path = cache(self._path)
        self.stands = cache(self._stands)

    def _stands(self, number: int, above: Judged, below: Judged, t: int) -> bool:
        """Return whether a pair stands under a rule at an instant."""
        rule = self.document["chain"][number]
        a, b = above.row_at(t), below.row_at(t)
        if a is None or b is None or above is below:
            return False
        if not holds_on(rule.get("above"), a) or not holds_on(rule.get("below"), b):
            return False
        stated = rule.get("stated_by", "either")
        ways = [(above, below)] * (stated != "below") + [(below, above)] * (stated != "above")
        return any(
            (link.stated_by, link.other) in ways
            and (not rule.get("link") or link.type in rule["link"])
            and link.start <= t
            and (link.end is None or t < link.end)
            for link in self.links
        )

    def waits(self, number: int, above: Judged, below: Judged, t: int) -> bool:
        rule = self.document["chain"][number]
        if not self.stands(number, above, below, t):
            return False
        a, b = above.row_at(t), below.row_at(t)
        assert a is not None
        assert b is not None
        return holds_on(rule.get("waits"), a) and (rule["until"] == "never" or not holds(rule["until"], b))

    def since(self, number: int, above: Judged, below: Judged, t: int) -> int:
        """Return since when a pair has been standing without a break."""
        first = t
        for earlier in reversed([each for each in self.instants if each <= t]):
            if not self.stands(number, above, below, earlier):
                break
            first = earlier
        return first

    def _path(self, ticket: Judged, t: int) -> tuple[Judged, ...]:
        path = [ticket]
        while True:
            further = [
                (self.since(number, path[-1], other, t), number, *other.name, other)
                for number in range(len(self.document.get("chain", [])))
                for other in self.judged
                if other not in path and self.waits(number, path[-1], other, t)
            ]
            if not further:
                return tuple(path)
            path.append(min(further, key=lambda each: each[:4])[-1])

    def position(self, ticket: Judged, t: int) -> dict[str, Any]:
        """Return the carrier and its holder, and all tickets above and below."""
        rules = range(len(self.document.get("chain", [])))
        carrier = self.path(ticket, t)[-1]

        def reached(downwards: bool) -> list[tuple[str, str]]:
            found = [ticket]
            for here in found:
                found += [
                    other
                    for other in self.judged
                    if other not in found
                    and any(self.stands(n, *((here, other) if downwards else (other, here)), t) for n in rules)
                ]
            return sorted(one.name for one in found[1:])

        return {
            "carrier": carrier.name,
            "holder": self.held(carrier, t),
            "above": reached(downwards=False),
            "below": reached(downwards=True),
        }

    def held(self, ticket: Judged, t: int) -> str | None:
        row = ticket.row_at(t)
        assert row is not None
        return holder_of(row, self.holder)

    def backing_cycles(self, result: Cycle, path: tuple[Judged, ...], t: int) -> list[tuple[Judged, Cycle, Stretch]]:
        """Return (ticket, cycle, its stretch at t) of each cycle that backs a result at an instant."""
        found = []
        for ticket in path:
            for cycle in ticket.cycles:
                stretch = stretch_at(cycle.outcome, t)
                if stretch is not None and stretch.mode != "stopped" and self.backs[cycle.place][result.place]:
                    found.append((ticket, cycle, stretch))
        return found

    def chain_of(self, ticket: Judged, result: Cycle) -> dict[str, Any]:
        outcome = result.outcome
        inner = [t for t in self.instants if outcome.start < t < outcome.end]
        edges = sorted({outcome.start, *inner, outcome.end, *(each.start for each in outcome.stretches)})
        parts: list[dict[str, Any]] = []
        accounts = dict.fromkeys(["overrun", "within", "elsewhere", "closed", "paused", "uncovered"], 0)
        overruns: dict[Cycle, tuple[Judged, int]] = {}
        for start, end in pairwise(edges):
            part = self.part(ticket, result, start, end)
            backing = part.pop("backing")
            if part["mode"] == "counted":
                accounts[account(part, backing, start, end)] += part["seconds"]
                for other, cycle, stretch in backing:
                    late = cycle.outcome.late_from
                    if stretch.mode != "paused" and late is not None and late <= start:
                        overruns[cycle] = other, overruns.get(cycle, (other, 0))[1] + part["seconds"]
            same = ("mode", "holder", "path", "cover")
            if parts and all(parts[-1][key] == part[key] for key in same):
                parts[-1]["to"] = part["to"]
                for key in ("seconds", "covered_seconds"):
                    parts[-1][key] += part[key]
            else:
                parts.append(part)
        for part in parts:
            for key in ("seconds", "covered_seconds"):
                part[key] /= 1000
        return {
            "segments": parts,
            "shares": shares_of(parts),
            "breach": self.breach(ticket, result, accounts, overruns),
        }

    def part(self, ticket: Judged, result: Cycle, start: int, end: int) -> dict[str, Any]:
        """Return the part of a result in [start, end), in which nothing changes; seconds are still milliseconds."""
        stretch = stretch_at(result.outcome, start)
        assert stretch is not None
        path = self.path(ticket, start)
        carrier = path[-1]
        worked = stretch.calendar.elapsed(start, end)
        backing = self.backing_cycles(result, path, start)
        cover, covered = None, 0
        if stretch.mode == "counted" and backing:
            other, cycle, its = min(
                backing,
                key=lambda each: (
                    each[2].mode == "paused",
                    -path.index(each[0]),
                    each[1].place,
                    -each[1].outcome.row["cycle"],
                ),
            )
            running = its.mode != "paused"
            cover = promise(cycle) | named(other) | {"mode": "running" if running else "paused"}
            if running and cycle.outcome.calendar.elapsed(start, end):
                covered = worked
        return {
            "from": text(start),
            "to": text(end),
            "mode": stretch.mode,
            "seconds": worked,
            "holder": self.held(carrier, start),
            **named(carrier),
            "path": [[*each.name, each.ticket["key"]] for each in path],
            "cover": cover,
            "covered_seconds": covered,
            "backing": [(other, cycle, its) for other, cycle, its in backing],
        }

    def breach(
        self, ticket: Judged, result: Cycle, accounts: dict[str, int], overruns: dict[Cycle, tuple[Judged, int]]
    ) -> dict[str, Any] | None:
        outcome = result.outcome
        if outcome.breached_at is None or outcome.late_from is None:
            return None
        carrier = self.path(ticket, outcome.late_from)[-1]
        excess = -outcome.row["remaining_seconds"]
        found = []
        for cycle, (other, worked) in overruns.items():
            late = cycle.outcome.late_from
            assert late is not None
            if worked:
                row = promise(cycle) | named(other) | {"late_from": text(late), "seconds": worked / 1000}
                row["decisive"] = 0 < excess <= worked / 1000
                found.append(((late, cycle.place, *other.name, cycle.outcome.row["cycle"]), row))
        return {
            "at": text(outcome.breached_at),
            "held_at": text(outcome.late_from),
            "holder": self.held(carrier, outcome.late_from),
            **named(carrier),
            "excess_seconds": excess,
            "ended": outcome.row["stage"] in ("completed", "cancelled"),
            "overruns": [row for _, row in sorted(found, key=lambda each: each[0])],
            "accounts": {name: amount / 1000 for name, amount in accounts.items()},
            "cause": cause(accounts, excess, backed=any(row[result.place] for row in self.backs)),
        }


def links_of(one: Judged, by_name: dict[tuple[str, str], Judged]) -> list[Link]:
    """Return the links that a ticket states, to tickets that are there."""
    found = []
    created = instant(datetime.fromisoformat(one.ticket["created"]))
    for link in one.ticket.get("links", []):
        other = by_name.get((link["source"], link["id"]))
        start = created
        if link.get("from") is not None:
            start = max(created, instant(datetime.fromisoformat(link["from"])))
        end = None if link.get("to") is None else instant(datetime.fromisoformat(link["to"]))
        if other is not None and (end is None or start < end):
            found.append(Link(link["type"], one, other, start, end))
    return found


def backing(document: dict[str, Any]) -> list[list[bool]]:
    """Return for each objective, in file order, which objectives it backs."""
    named = [
        (f"{agreement.get('id', table)}.{name}", objective.get("supports", agreement.get("supports", [])))
        for table, agreement in document["agreements"].items()
        for name, objective in agreement["objectives"].items()
    ]
    found = []
    for _, supports in named:
        backed = set(supports)
        while True:
            more = {above for name, theirs in named if name in backed for above in theirs} - backed
            if not more:
                break
            backed |= more
        found.append([name in backed for name, _ in named])
    return found


def holds_on(condition: Condition | None, row: Row) -> bool:
    return condition is None or holds(condition, row)


def stretch_at(outcome: Outcome, t: int) -> Stretch | None:
    return next((each for each in outcome.stretches if each.start <= t < each.end), None)


def named(one: Judged) -> dict[str, str]:
    source, identity = one.name
    return {"source": source, "ticket": one.ticket["key"], "id": identity}


def promise(cycle: Cycle) -> dict[str, Any]:
    return {key: cycle.outcome.row[key] for key in ("agreement", "objective", "cycle")}


def account(part: dict[str, Any], backing: list[tuple[Judged, Cycle, Stretch]], start: int, end: int) -> str:
    """Return to which account a counted part belongs; no calendar opens or closes in it."""
    running = [(other, cycle) for other, cycle, stretch in backing if stretch.mode != "paused"]
    late = [cycle.outcome.late_from for _, cycle in running]
    if any(each is not None and each <= start for each in late):
        return "overrun"
    carrier = (part["source"], part["id"])
    if any(other.name == carrier and cycle.outcome.calendar.elapsed(start, end) for other, cycle in running):
        return "within"
    if any(cycle.outcome.calendar.elapsed(start, end) for _, cycle in running):
        return "elsewhere"
    if running:
        return "closed"
    return "paused" if backing else "uncovered"


def shares_of(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for part in parts:
        if part["mode"] != "counted":
            continue
        who = {key: part[key] for key in ("holder", "source", "ticket", "id")}
        cover = part["cover"]
        if cover is not None:
            cover = {key: cover[key] for key in ("agreement", "objective", "source", "ticket", "id")}
        share = next(
            (each for each in found if all(each[key] == who[key] for key in who) and each["cover"] == cover), None
        )
        if share is None:
            share = {**who, "cover": cover, "seconds": 0, "covered": 0, "closed": 0, "paused": 0, "uncovered": 0}
            found.append(share)
        share["seconds"] += part["seconds"]
        if part["cover"] is None:
            share["uncovered"] += part["seconds"]
        elif part["cover"]["mode"] == "paused":
            share["paused"] += part["seconds"]
        else:
            share["covered"] += part["covered_seconds"]
            share["closed"] += part["seconds"] - part["covered_seconds"]
    for share in found:
        for key in ("seconds", "covered", "closed", "paused", "uncovered"):
            share[key] = round(share[key], 3)
    return [share for share in found if share["seconds"]]


def cause(accounts: dict[str, int], excess: float, *, backed: bool) -> str | None:
    if excess == 0:
        return None
    if not backed:
        return "unbacked"
    total = 0.0
    for accounted, name in (
        (("overrun",), "overrun"),
        (("paused", "uncovered"), "gaps"),
        (("closed",), "hours"),
    ):
        total += sum(accounts[each] for each in accounted)
        if total / 1000 >= excess:
            return name
    return "misfit"
