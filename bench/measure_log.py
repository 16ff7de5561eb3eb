"""Measure the model that the sandbox's generator lives by, on a real log; compare what it generates with that log.

    python bench/measure_log.py LOG                 writes slabridge_sandbox/model.json
    python bench/measure_log.py LOG --compare       prints the figures of both

Only aggregated figures are kept: shares, quantiles and probabilities. The log it was made for is Amaral, C., Fantinato,
M., Peres, S. (2018). Incident management process enriched event log. UCI Machine Learning Repository.
https://doi.org/10.24432/C57S4H, CC BY 4.0.
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from sla_engine.instant import DAY, HOUR, MINUTE
from slabridge_sandbox.generate import DEPTHS, MODEL, generate
from slabridge_sandbox.log import read_log
from slabridge_sandbox.story import Event

QUANTILES = (0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1)
TEAMS = 20
CATEGORIES = 12
RARE = 10
NONE = "-100"
ENDED = {"Resolved", "Closed"}
AUTO_CLOSE = 5 * DAY
SOURCE = (
    "Aggregated figures, measured by bench/measure_log.py on: Amaral, C., Fantinato, M., Peres, S. (2018). Incident "
    "management process enriched event log. UCI Machine Learning Repository. https://doi.org/10.24432/C57S4H, CC BY 4.0"
)


@dataclass(slots=True)
class Moves:
    """What happened at the updates that led from one state to another."""

    gaps: list[int] = field(default_factory=list)
    handed_over: list[list[bool]] = field(default_factory=lambda: [[] for _ in range(DEPTHS)])
    reassigned: list[bool] = field(default_factory=list)


def stories(events: Iterable[Event]) -> Iterator[list[Event]]:
    """Group events that stand together by story."""
    return (list(group) for _, group in groupby(events, key=lambda event: event.story))


def hour_of_week(at: int) -> int:
    """Return 0 for Monday 00:00 to 167 for Sunday 23:00."""
    return (at - 4 * DAY) // HOUR % 168


def shares(counts: Counter[str], most: int | None = None) -> dict[str, float]:
    top = counts.most_common(most)
    total = sum(count for _, count in top)
    return {name: round(count / total, 4) for name, count in top}


def ranked(counts: Counter[str]) -> list[float]:
    """Return the shares of teams by rank; the small ones that have no rank are counted to those between."""
    first, *others = [count for _, count in counts.most_common(TEAMS)]
    rest = (counts.total() - first) / sum(others)
    return [round(part / counts.total(), 4) for part in (first, *(rest * count for count in others))]


def share(flags: Sequence[bool]) -> float:
    return round(sum(flags) / len(flags), 4) if flags else 0.0


def quantiles(values: Sequence[float], at: Sequence[float] = QUANTILES) -> list[float]:
    ordered = sorted(values)
    return [ordered[round(q * (len(ordered) - 1))] for q in at]


def measure(log: Path) -> dict[str, Any]:
    """Return the model."""
    arrivals, activity = [0] * 168, [0] * 168
    first: dict[str, Counter[str]] = defaultdict(Counter)
    pairs: dict[str, Counter[str]] = defaultdict(Counter)
    handed_to: Counter[str] = Counter()
    priority_to: Counter[str] = Counter()
    moves: dict[tuple[str, int], dict[str, Moves]] = defaultdict(lambda: defaultdict(Moves))
    closings: list[int] = []
    updates = 0
    for story in stories(read_log(log)):
        opening = story[0]
        arrivals[hour_of_week(opening.at)] += 1
        for name in ("state", "priority", "contact_type", "category"):
            first[name][opening.changes.get(name) or ""] += 1
        first["team"][opening.changes.get("assignment_group") or ""] += 1
        first["assigned"]["yes" if opening.changes.get("assigned_to") else "no"] += 1
        pair = f"{opening.changes.get('impact')}/{opening.changes.get('urgency')}"
        pairs[opening.changes.get("priority") or ""][pair] += 1
        state, at, handovers = opening.changes.get("state") or "", opening.at, 0
        for depth, event in enumerate(story[1:]):
            updates += 1
            to = event.changes.get("state", state) or ""
            team = event.changes.get("assignment_group")
            if state == "Resolved" and to == "Closed":
                closings.append(event.at - at)
            else:
                activity[hour_of_week(event.at)] += 1
            move = moves[state, min(depth, DEPTHS - 1)][to]
            move.gaps.append(event.at - at)
            move.handed_over[min(handovers, DEPTHS - 1)].append(team is not None)
            move.reassigned.append("assigned_to" in event.changes)
            if team:
                handed_to[team] += 1
                handovers += 1
            if "priority" in event.changes:
                priority_to[event.changes["priority"] or ""] += 1
            state, at = to, event.at
        moves[state, min(len(story) - 1, DEPTHS - 1)]["end"].gaps.append(0)
    automatic = [gap for gap in closings if AUTO_CLOSE <= gap < AUTO_CLOSE + 2 * HOUR]
    team_shares = shares(first["team"])
    return {
        "source": SOURCE,
        "arrivals": [round(count / sum(arrivals), 5) for count in arrivals],
        "activity": [round(count / sum(activity), 5) for count in activity],
        "opening": {
            "state": {name: part for name, part in shares(first["state"]).items() if part >= 0.001},
            "priority": shares(first["priority"]),
            "contact_type": shares(first["contact_type"]),
            "assigned": share([name == "yes" for name in first["assigned"].elements()]),
            "no_team": team_shares.get("", 0.0),
        },
        "impact_urgency": {priority: shares(found, 3) for priority, found in pairs.items()},
        "teams": ranked(Counter({team: count for team, count in first["team"].items() if team})),
        "handed_to": ranked(handed_to),
        "categories": list(shares(first["category"], CATEGORIES).values()),
        "priority_change": {"share": round(priority_to.total() / updates, 5), "to": shares(priority_to)},
        "auto_close": {"share": round(len(automatic) / len(closings), 4), "hours": AUTO_CLOSE // HOUR},
        "moves": {f"{name} {depth}": _moves(found) for (name, depth), found in sorted(moves.items()) if name != NONE},
    }


def _moves(found: dict[str, Moves]) -> list[dict[str, object]]:
    kept = {to: move for to, move in found.items() if to != NONE and len(move.gaps) >= RARE}
    kept = kept or {to: move for to, move in found.items() if to != NONE}
    total = sum(len(move.gaps) for move in kept.values())
    return [
        {
            "to": to,
            "share": round(len(move.gaps) / total, 4),
            "minutes": [gap // MINUTE for gap in quantiles(move.gaps)],
            "handed_over": [share(flags) for flags in move.handed_over],
            "reassigned": share(move.reassigned),
        }
        for to, move in sorted(kept.items(), key=lambda item: -len(item[1].gaps))
    ]


def readable(model: dict[str, Any]) -> str:
    """Return the model as JSON with a line per figure or table, and one per move."""
    parts = {name: json.dumps(part) for name, part in model.items()}
    moves = (f"  {json.dumps(name)}: [\n{_lines(found)}\n  ]" for name, found in model["moves"].items())
    parts["moves"] = "{\n" + ",\n".join(moves) + "\n }"
    return "{\n" + ",\n".join(f" {json.dumps(name)}: {part}" for name, part in parts.items()) + "\n}\n"


def _lines(found: Iterable[object]) -> str:
    return ",\n".join(f"   {json.dumps(entry)}" for entry in found)


def figures(all_stories: Iterable[Sequence[Event]]) -> dict[str, str]:
    """Return what describes a log, in words to compare."""
    found: dict[str, list[float]] = defaultdict(list)
    flags: dict[str, list[bool]] = defaultdict(list)
    priorities: Counter[str] = Counter()
    teams: Counter[str] = Counter()
    for story in all_stories:
        opened, state = story[0].at, story[0].changes["state"] or ""
        states, resolved, response = [state], None, None
        handovers = sum("assignment_group" in event.changes for event in story[1:])
        for event in story:
            state = event.changes.get("state", state) or ""
            if state != "New" and response is None:
                response = event.at - opened
            if state == "Resolved" and resolved is None:
                resolved = event.at - opened
            if state != states[-1]:
                states.append(state)
        priorities[story[0].changes["priority"] or ""] += 1
        teams[story[0].changes.get("assignment_group") or "(none)"] += 1
        found["updates per ticket"].append(len(story))
        found["minutes to first response (leaves New)"].append((response or 0) / MINUTE)
        if resolved is not None:
            found["hours to resolution"].append(resolved / HOUR)
        found["hours to the last update"].append((story[-1].at - opened) / HOUR)
        found["changes of team"].append(handovers)
        flags["changed team"].append(handovers > 0)
        flags["on hold at least once"].append(any(name.startswith("Awaiting") for name in states))
        flags["re-opened"].append(any(a in ENDED and b not in ENDED for a, b in pairwise(states)))
        flags["changed priority"].append(any("priority" in event.changes for event in story[1:]))
    lines = {}
    for name, values in found.items():
        p50, p90, p99 = quantiles(values, (0.5, 0.9, 0.99))
        lines[name] = f"p50 {p50:.4g}  p90 {p90:.4g}  p99 {p99:.4g}"
    flags["opened by the largest team"] = [name == teams.most_common(1)[0][0] for name in teams.elements()]
    lines |= {name: f"{100 * share(values):.1f} %" for name, values in flags.items()}
    mix = (f"{100 * priorities[name] / priorities.total():.1f} %" for name in sorted(priorities))
    lines["priorities 1 to 4"] = ", ".join(mix)
    lines["teams"] = str(len(teams))
    return lines


def compare(log: Path, size: int, seed: int) -> None:
    real = figures(stories(read_log(log)))
    made = figures(stories(sorted(generate(size, seed), key=lambda event: (event.story, event.seq))))
    print(f"{'':42}{'log':38}generated ({size}, seed {seed})")
    for name, value in real.items():
        print(f"{name:42}{value:38}{made[name]}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the generator's model on a log, or compare the two.")
    parser.add_argument("log", type=Path)
    parser.add_argument("--compare", action="store_true", help="print the figures of both instead of writing the model")
    parser.add_argument("--size", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.compare:
        compare(options.log, options.size, options.seed)
    else:
        MODEL.write_text(readable(measure(options.log)))


if __name__ == "__main__":
    main()
