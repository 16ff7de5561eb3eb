"""What calendars answer, and how fast: ours beside libraries that people use, from PyPI and npm (bench/peers).

    python -m bench.calendars [--questions 2000] [--bulk 200000] [--rounds 3]

The same questions go to each: how much working time lies between two instants, and when so many hours of it are over.
They are about office hours, hours with a lunch break, both with Sweden's holidays, and an early shift in whose hours
the clock changes. What is right says a count, minute by minute, that shares no code with any of them. Each peer answers
in a process of its own, in turn with ours; start-up and what is made before are not counted. Seconds are those of the
processor, the best of the rounds. `make bench` sets the peers up; of those that are not there the figures say so.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays

from bench.figure import Figure, of, rate
from sla_engine.instant import DAY, HOUR, MINUTE, instant_of

CHECKOUT = Path(__file__).parents[1]
PYTHON = CHECKOUT / ".venv" / "peers" / "bin" / "python"
OF_NODE = CHECKOUT / "bench" / "peers"
OURS: tuple[str, ...] = (sys.executable, "-m", "bench.peers.ours")
OF_PYTHON = {
    "businesstimedelta": "by_businesstimedelta",
    "business-duration": "by_business_duration",
    "pandas": "by_pandas",
    "days of workalendar, hours by hand": "by_workalendar",
}
OF_NPM = "moment-business-time"
PEERS = (*OF_PYTHON, OF_NPM)
PATIENCE = 300.0
"""Seconds after which a peer has no answers."""
ZONE = "Europe/Stockholm"
BEGIN, END = (instant_of(datetime(year, 1, 1, tzinfo=UTC)) for year in (2026, 2028))
CHANGES = tuple(instant_of(datetime(2026, month, day, 1, tzinfo=UTC)) for month, day in ((3, 29), (10, 25)))
"""When the clocks of Europe change."""
WORDS = {"between": "time between two instants", "after": "when hours are over"}


@dataclass(frozen=True)
class Hours:
    """A calendar as bench/peers/asking.py has it; `changing`: asked about days on which the clock changes."""

    name: str
    days: tuple[int, ...]
    hours: tuple[tuple[str, str], ...]
    holidays: tuple[str, ...]
    changing: bool = False

    def asked(self, kind: str, number: int) -> list[tuple[int, int]]:
        """Make questions up, in whole minutes and hours."""
        rng = random.Random(f"{self.name} {kind}")  # noqa: S311 - questions, not secrets
        given = []
        for _ in range(number):
            start = rng.randrange(BEGIN + 14 * DAY, BEGIN + 330 * DAY, MINUTE)
            if self.changing:
                start = rng.choice(CHANGES) - rng.randrange(0, 3 * DAY, MINUTE)
            length = min(round(rng.expovariate(1 / (5 * DAY)) / MINUTE) + 1, 40 * DAY // MINUTE) * MINUTE
            given.append((start, start + length if kind == "between" else rng.randint(1, 40)))
        return given

    @cached_property
    def counted(self) -> list[int]:
        """How many minutes of working time there were before each minute since BEGIN, counted one by one."""
        zone, closed, found = ZoneInfo(ZONE), {date.fromisoformat(text) for text in self.holidays}, [0]
        for at in range(BEGIN, END, MINUTE):
            local = datetime.fromtimestamp(at / 1000, zone)
            clock, working = f"{local:%H:%M}", False
            if local.weekday() in self.days and local.date() not in closed:
                working = any(start <= clock < end for start, end in self.hours)
            found.append(found[-1] + working)
        return found

    def minutes(self, at: int) -> int:
        """Return the minutes of working time before an instant."""
        return self.counted[(at - BEGIN) // MINUTE]

    def right(self, kind: str, given: Sequence[tuple[int, int]]) -> list[int]:
        """Return the right answers, in ms."""
        if kind == "between":
            return [(self.minutes(end) - self.minutes(start)) * MINUTE for start, end in given]
        wanted = (self.minutes(start) + hours * HOUR // MINUTE for start, hours in given)
        return [BEGIN + bisect_left(self.counted, minutes) * MINUTE for minutes in wanted]


@dataclass(frozen=True)
class Answered:
    """What came of questions; `cannot` says why nothing did."""

    seconds: float = 0.0
    answers: tuple[int | None, ...] = ()
    cannot: str = ""


def calendars() -> tuple[Hours, ...]:
    """Return what is asked about."""
    off = tuple(sorted(day.isoformat() for day in holidays.country_holidays("SE", years=(2026, 2027))))
    week, office, lunch = tuple(range(5)), (("08:00", "17:00"),), (("08:00", "12:00"), ("13:00", "17:00"))
    return (
        Hours("office hours", week, office, off),
        Hours("with a lunch break", week, lunch, off),
        Hours("00:00 to 06:00 when the clock changes", tuple(range(7)), (("00:00", "06:00"),), (), changing=True),
    )


def peers() -> dict[str, tuple[str, ...]]:
    """Return the peers that are there: their commands by their names."""
    found: dict[str, tuple[str, ...]] = {}
    if PYTHON.exists():
        found = {name: (str(PYTHON), "-m", f"bench.peers.{module}") for name, module in OF_PYTHON.items()}
    node = shutil.which("node")
    if node is not None and (OF_NODE / "node_modules").is_dir():
        found[OF_NPM] = (node, str(OF_NODE / "moment.js"))
    return found


def put(command: Sequence[str], hours: Hours, kind: str, given: Sequence[tuple[int, int]]) -> Answered:
    """Ask one side in a process of its own."""
    document = asdict(hours) | {"zone": ZONE, "kind": kind, "given": given}
    del document["name"], document["changing"]
    try:
        done = subprocess.run(
            command,
            cwd=CHECKOUT,
            input=json.dumps(document),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Answered(cannot=f"no answer within {PATIENCE:.0f} s")
    if done.returncode:
        raise SystemExit(f"{command[-1]}: {done.stderr}")
    found = json.loads(done.stdout)
    return (
        Answered(cannot=found["cannot"]) if "cannot" in found else Answered(found["seconds"], tuple(found["answers"]))
    )


def judged(hours: Hours, kind: str, answers: Sequence[int | None], right: Sequence[int]) -> str:
    """Say how many answers are right, and what the others are."""
    found: Counter[str] = Counter()
    for answer, one in zip(answers, right, strict=True):
        if answer is None:
            found["without an answer"] += 1
        elif answer == one:
            found["right"] += 1
        elif kind == "after" and one < answer < END and hours.minutes(answer) == hours.minutes(one):
            found["the next opening instead of the closing"] += 1
        else:
            found["wrong"] += 1
    others = "".join(f", {count:,} {word}" for word, count in found.items() if word != "right")
    return f"{found['right']:,} of {len(right):,} right{others}"


def compare(hours: Hours, kind: str, options: argparse.Namespace) -> Iterator[Figure]:
    """Put one kind of questions to all, in turn; yield the figures."""
    few, many = (hours.asked(kind, number) for number in (options.questions, options.bulk))
    there, all_at_once = peers(), f"bulk {kind}"
    sides = [("", OURS, kind, few), ("", OURS, all_at_once, many)]
    sides += [(name, command, kind, few) for name, command in there.items()]
    if "pandas" in there and kind == "between":
        sides.append(("days of NumPy, hours by hand, all at once", there["pandas"], all_at_once, many))
    rounds = [[put(command, hours, asked, given) for _, command, asked, given in sides] for _ in range(options.rounds)]
    best = [min(found, key=lambda one: one.seconds) for found in zip(*rounds, strict=True)]
    for found, given in ((best[0], few), (best[1], many)):
        if list(found.answers) != hours.right(kind, given):
            raise SystemExit(
                f"{hours.name}, {kind}: ours: {judged(hours, kind, found.answers, hours.right(kind, given))}"
            )
    single, bulk = len(few) / best[0].seconds, len(many) / best[1].seconds
    ours = f"one by one {rate(single, 'answers')}, all at once {rate(bulk, 'answers')}"
    for (name, _, asked, given), found in list(zip(sides, best, strict=True))[2:]:
        beside, ratio = f"{name} has no answer: {found.cannot}", ""
        if not found.cannot:
            speed = len(given) / found.seconds
            right = judged(hours, kind, found.answers, hours.right(kind, given))
            beside = f"{name}: {rate(speed, 'answers')}; {right}"
            ratio = f"{of(bulk / speed)} times as many"
            if asked == kind:
                ratio = f"{of(single / speed)} and {ratio}"
        yield Figure(f"{hours.name}: {WORDS[kind]}", ours, beside, ratio)
    for name in PEERS:
        if name not in there:
            yield Figure(f"{hours.name}: {WORDS[kind]}", ours, f"{name} is left out: it is not set up here", "")


def main(arguments: Sequence[str] | None = None) -> list[Figure]:
    """Measure, print, and return the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=2_000, help="of each kind, one by one (%(default)s)")
    parser.add_argument("--bulk", type=int, default=200_000, help="of each kind, all at once (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    return [figure.shown() for hours in calendars() for kind in WORDS for figure in compare(hours, kind, options)]


if __name__ == "__main__":
    main()
