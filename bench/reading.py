"""How fast `evaluate` goes from JSON Lines to JSON Lines, beside what `json` alone needs to parse and print.

    python -m bench.reading [--tickets tickets.jsonl.gz --times 5 --as-of 2016-06-01T00:00:00Z]

Ours is what `slabridge evaluate --format jsonl` runs, the reading of the configuration with it; it prints several lines
for each ticket. The floor parses each line with `json.loads` and prints one result for each ticket with `json.dumps`.
Both read the same file and write to a file, in turn. Without `--tickets` tickets are made up that are as long as those
of the real log which the configuration is for: the statuses of ServiceNow's incidents, three or four entries each.
"""

import argparse
import gc
import gzip
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median

from bench.figure import Figure, of
from bench.measure_log import stories
from bench.tool import Cost, now
from sla_engine.instant import DAY, format_instant, parse_instant
from slabridge.app.evaluate import Evaluating
from slabridge.show import results
from slabridge_sandbox.generate import FIRST_MONDAY, generate
from tests.sla_engine.test_uci import AS_OF, CONFIGURATION

FIELDS = {"status": "state", "priority": "priority", "team": "assignment_group", "assignee": "assigned_to"}
FIELDS |= {"category": "category"}
OPENED = 93 * DAY
"""As long after the first ticket as the log is judged, so that most have ended and some are open."""


def made_up(tickets: int) -> Iterator[bytes]:
    """Yield lines like those of the log."""
    for events in stories(sorted(generate(tickets, 1), key=lambda event: (event.story, event.seq))):
        held = {name: events[0].changes.get(native) for name, native in FIELDS.items()}
        history = []
        for event in events[1:]:
            after = {name: event.changes[native] for name, native in FIELDS.items() if native in event.changes}
            if after:
                changes = {name: [held[name], value] for name, value in after.items()}
                history.append({"at": format_instant(event.at), "by": event.by, "changes": changes})
                held |= after
        fields = held | {"type": "incident", "closed_at": format_instant(events[-1].at), "made_sla": "true"}
        head = {"source": "snow", "key": events[0].story, "created": format_instant(events[0].at), "fields": fields}
        yield json.dumps(head | {"history": history, "comments": []}, separators=(",", ":")).encode() + b"\n"


def ours(config: Path, tickets: Path, as_of: int, out: Path) -> None:
    """Evaluate the file and print the results, as the command does."""
    with out.open("w") as file:
        write = results.writer_of("jsonl", file, segments=False, chain=False)
        for batch in Evaluating(config, tickets, as_of, segments=False).batches():
            if batch.invalid:
                raise SystemExit(f"{tickets}: line {batch.invalid[0][0]}: {batch.invalid[0][1]}")
            write(batch.evaluation)


def floor(tickets: Path, result: object, out: Path) -> None:
    """Parse each line and print one result for it, with the standard library."""
    with tickets.open("rb") as lines, out.open("w") as file:
        for line in lines:
            json.loads(line)
            file.write(json.dumps(result) + "\n")


def in_turn(rounds: int, *works: Callable[[], object]) -> list[list[Cost]]:
    """Run the works in turn, several rounds; return what each took each time."""
    costs: list[list[Cost]] = [[] for _ in works]
    for _ in range(rounds):
        for work, found in zip(works, costs, strict=True):
            gc.collect()
            began = now()
            work()
            found.append(now() - began)
    return costs


def main(arguments: Sequence[str] | None = None) -> list[Figure]:
    """Measure, print, and return the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=Path, help="a file of tickets, .gz too, with the fields of the configuration")
    parser.add_argument("--times", type=int, default=5, help="how often the file stands in what is read (%(default)s)")
    parser.add_argument(
        "--as-of", type=parse_instant, help=f"default: {AS_OF}, of made-up ones as long after the first"
    )
    parser.add_argument("--config", type=Path, help="default: the configuration of the tests for the log")
    parser.add_argument("--made-up", type=int, default=24_918, help="how many, without --tickets (%(default)s)")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args(arguments)
    as_of = options.as_of or (parse_instant(AS_OF) if options.tickets else FIRST_MONDAY + OPENED)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        read, out = folder / "tickets.jsonl", folder / "out.jsonl"
        config = options.config or folder / "config.toml"
        if options.config is None:
            config.write_text(CONFIGURATION, "utf-8")
        if options.tickets is None:
            lines = b"".join(made_up(options.made_up))
        else:
            lines = options.tickets.read_bytes()
            lines = gzip.decompress(lines) if options.tickets.suffix == ".gz" else lines
        with read.open("wb") as file:
            for _ in range(options.times):
                file.write(lines)
        ours(config, read, as_of, out)
        with out.open() as file:
            printed = sum(1 for _ in file)
        with out.open() as file:
            result = json.loads(file.readline())
        count = lines.count(b"\n") * options.times
        print(f"{count:,} tickets, {len(lines) * options.times / 1e6:.1f} MB, to {printed:,} results")
        mine, least = in_turn(options.rounds, lambda: ours(config, read, as_of, out), lambda: floor(read, result, out))
    figures = []
    for word, chosen in (("best", min), ("median", median)):
        for clock in ("processor", "wall"):
            one, two = (chosen(getattr(cost, clock) for cost in costs) for costs in (mine, least))
            print(f"{clock}, {word}: evaluate {one:.2f} s; json alone {two:.2f} s; ratio {one / two:.2f}")
            if clock == "processor":
                what = f"{count:,} tickets to {printed:,} results, {word} of {options.rounds}"
                figures.append(Figure(what, f"{of(one)} s", f"`json`, one line a ticket: {of(two)} s", of(one / two)))
    return figures


if __name__ == "__main__":
    main()
