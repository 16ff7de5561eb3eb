"""Stories made up from a seed, by a model whose parameters were measured on a real log (`bench/measure_log.py`).

A ticket moves from update to update: which state comes next depends on the state it is in and on how many updates it
has had, and so do the time in between and whether it changes hands. Hardly any of them fall where nobody works.
"""

import bisect
import heapq
import json
import math
import random
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

from slabridge_sandbox.cast import ANSWERS, CATEGORIES, COMMENTS, NOTES, TEAMS, person
from slabridge_sandbox.instant import DAY, HOUR, MINUTE, SECOND
from slabridge_sandbox.story import Event

MODEL = Path(__file__).with_name("model.json")
DEPTHS = 3
"""The model knows a first, a second and a later update (or handover)."""

FIRST_MONDAY = 1_772_409_600_000
"""2026-03-02 00:00 UTC: where generated time begins."""
_PER_WEEK = 1_900
_MIN_WEEKS = 4
_WEEK = 7 * DAY
_LONGEST = 200
_PEOPLE_PER_TEAM = 8
_QUANTILES = (0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1)
_CLOSE_CODES = ("Solved (Permanently)", "Solved (Work Around)", "Not Solved (Not Reproducible)", "Resolved by Caller")
_END = "end"
_LATER = 0.55
_ANSWERED, _NOTED, _COMMENTED = 0.6, 0.12, 0.1
"""How often a caller who was waited for answers, and how often an update comes with a work note, or a comment.

They are invented: the log has no comments."""


def generate(size: int, seed: int) -> Iterator[Event]:
    """Yield the events of `size` tickets in time order; the same seed gives the same events.

    Tickets are opened evenly over at least four weeks, at most 1,900 a week as in the log. Memory holds the open ones.
    """
    author = _Author(json.loads(MODEL.read_text()), seed, size)
    waiting: list[tuple[int, int, int, Event]] = []
    for number, at in enumerate(author.arrivals(size), start=1):
        while waiting and waiting[0][0] <= at:
            yield heapq.heappop(waiting)[-1]
        for event in author.story(f"INC{number:07}", at):
            heapq.heappush(waiting, (event.at, number, event.seq, event))
    while waiting:
        yield heapq.heappop(waiting)[-1]


class _Author:
    """Makes up one story after another."""

    def __init__(self, model: dict[str, Any], seed: int, size: int) -> None:
        self._model = model
        self._random = random.Random(seed)  # noqa: S311 - stories, not secrets
        self._talk = random.Random(f"{seed} what people say")  # noqa: S311 - as above
        self._callers = max(10, size // 5)
        busiest = sorted(model["activity"])[-40]
        self._worked = [min(1.0, max(0.01, part / busiest)) for part in model["activity"]]

    def arrivals(self, size: int) -> Iterator[int]:
        """Yield when tickets are opened, in order: evenly spread over the share of each hour of the week."""
        weeks = max(_MIN_WEEKS, math.ceil(size / _PER_WEEK))
        edges = [0.0, *accumulate(self._model["arrivals"])]
        for index in range(size):
            week, part = divmod((index + self._random.random()) / size * weeks, 1)
            place = part * edges[-1]
            hour = max(0, bisect.bisect_right(edges, place) - 1)
            inside = (place - edges[hour]) / (edges[hour + 1] - edges[hour])
            at = FIRST_MONDAY + int(week) * _WEEK + int((hour + inside) * HOUR)
            yield at - at % SECOND

    def story(self, number: str, at: int) -> Iterator[Event]:
        """Yield the events of one ticket."""
        draw = self._random
        fields = self._opening()
        by = fields["caller"] if fields["contact_type"] == "Self service" else self._member("Service Desk")
        yield Event(at, number, 1, by or "", {name: value for name, value in fields.items() if value}, opens=True)
        handovers = 0
        for depth in range(_LONGEST):
            moves = self._model["moves"][f"{fields['state']} {min(depth, DEPTHS - 1)}"]
            move = draw.choices(moves, [move["share"] for move in moves])[0]
            if move["to"] == _END:
                return
            waited = fields["state"] == "Awaiting User Info"
            changes, by = {"state": move["to"]}, self._member(fields["assignment_group"])
            if move["to"] == "Closed" and draw.random() < self._model["auto_close"]["share"]:
                at, by = at + self._model["auto_close"]["hours"] * HOUR, "System"
            else:
                at += self._gap(move["minutes"], at)
            if move["to"] == "Resolved":
                changes["close_code"] = fields.get("close_code") or self._ranked(_CLOSE_CODES)
            elif move["to"] != "Closed":
                changes["close_code"] = None
            if draw.random() < move["handed_over"][min(handovers, DEPTHS - 1)]:
                handovers += 1
                changes |= {"assignment_group": self._other_team(fields["assignment_group"]), "assigned_to": None}
            if draw.random() < move["reassigned"]:
                changes["assigned_to"] = self._member(changes.get("assignment_group") or fields["assignment_group"])
            if draw.random() < self._model["priority_change"]["share"]:
                changes |= self._priority(self._weighted(self._model["priority_change"]["to"]))
            changes = {name: value for name, value in changes.items() if fields.get(name) != value}
            fields |= changes
            by, changes = self._said(by, changes, fields, waited=waited)
            yield Event(at, number, depth + 2, by, changes)

    def _said(
        self, by: str, changes: dict[str, str | None], fields: dict[str, str | None], *, waited: bool
    ) -> tuple[str, dict[str, str | None]]:
        """Return an update with what was said, if anything: the caller answers, or the team writes to one or other."""
        draw = self._talk
        if waited and fields["state"] in {"Active", "New"} and draw.random() < _ANSWERED:
            return fields["caller"] or by, changes | {"comments": draw.choice(ANSWERS)}
        if by != "System" and draw.random() < _NOTED:
            return by, changes | {"work_notes": draw.choice(NOTES)}
        if by != "System" and draw.random() < _COMMENTED:
            return by, changes | {"comments": draw.choice(COMMENTS)}
        return by, changes

    def _opening(self) -> dict[str, str | None]:
        draw, opening = self._random, self._model["opening"]
        team = None if draw.random() < opening["no_team"] else draw.choices(TEAMS, self._model["teams"])[0]
        category = draw.choices(list(CATEGORIES), self._model["categories"])[0]
        return {
            "state": self._weighted(opening["state"]),
            **self._priority(self._weighted(opening["priority"])),
            "assignment_group": team,
            "assigned_to": self._member(team) if draw.random() < opening["assigned"] else None,
            "caller": person(1_000 + draw.randrange(self._callers)),
            "contact_type": self._weighted(opening["contact_type"]),
            "category": category,
            "short_description": self._ranked(CATEGORIES[category]),
        }

    def _priority(self, priority: str) -> dict[str, str | None]:
        impact, _, urgency = self._weighted(self._model["impact_urgency"][priority]).partition("/")
        return {"priority": priority, "impact": impact, "urgency": urgency}

    def _gap(self, quantiles: list[int], at: int) -> int:
        """Return the time until the next update, in whole seconds.

        What would fall where nobody works comes later, or is drawn anew: always later makes tickets slower than in the
        log, always anew makes them faster.
        """
        gap, is_later = self._between(quantiles) * MINUTE, self._random.random() < _LATER
        while self._random.random() > self._worked[int(at + gap - FIRST_MONDAY) // HOUR % 168]:
            gap = gap + self._random.random() * HOUR if is_later else self._between(quantiles) * MINUTE
        return int(gap) // SECOND * SECOND

    def _between(self, quantiles: list[int]) -> float:
        """Return a value of the distribution with these quantiles, interpolated on a logarithmic scale."""
        place = self._random.random()
        index = bisect.bisect_right(_QUANTILES, place) - 1
        low, high = math.log1p(quantiles[index]), math.log1p(quantiles[index + 1])
        part = (place - _QUANTILES[index]) / (_QUANTILES[index + 1] - _QUANTILES[index])
        return math.expm1(low + part * (high - low))

    def _other_team(self, team: str | None) -> str:
        while (other := self._random.choices(TEAMS, self._model["handed_to"])[0]) == team:
            pass
        return other

    def _member(self, team: str | None) -> str:
        """Return somebody of a team, the first ones most often; who has no team works at the service desk."""
        place = int(_PEOPLE_PER_TEAM * self._random.random() ** 2)
        return person(_PEOPLE_PER_TEAM * TEAMS.index(team or TEAMS[0]) + place)

    def _weighted(self, parts: dict[str, float]) -> str:
        return self._random.choices(list(parts), list(parts.values()))[0]

    def _ranked(self, names: tuple[str, ...]) -> str:
        return self._random.choices(names, range(len(names), 0, -1))[0]
