"""Who had the customers' time: a real log with generated links, judged as a chain.

    python -m bench.shares FILE        (tickets as JSON Lines, .gz too, with the statuses of ServiceNow's incidents)

Each time an incident waits for a problem or a vendor, a ticket of the other tool begins and is done when the incident
goes on; of four such tickets one waits for a supplier in between. What comes out is where the time went.
"""

import argparse
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tomllib import loads

from msgspec import structs
from rich.console import Console
from rich.table import Table

from sla_engine import Engine, Entry, Link, Ticket
from sla_engine.instant import HOUR, parse_instant
from slabridge.config import load_definitions
from slabridge.ticket.file import read_batches

WAITING = {"Awaiting Problem": "Developers", "Awaiting Vendor": "Vendor desk"}
AS_OF = parse_instant("2017-03-01T00:00:00Z")
CONFIGURATION = """
[calendars.office]
timezone = "Europe/Stockholm"
hours = { mon-fri = ["08:00-17:00"] }
holidays = ["SE"]
[calendars.always]
timezone = "UTC"
hours = "24x7"
[agreements.standard]
kind = "sla"
scope = { source = "uci" }
calendar = "office"
[agreements.standard.objectives.resolution]
while = { status = { not = ["Resolved", "Closed"] } }
pause = { status = "Awaiting User Info" }
on_reopen = "resume"
targets = { priority = { "1 - Critical" = "4h", "2 - High" = "8h" }, else = "24h" }
[agreements.teams]
kind = "ola"
scope = { source = "uci" }
calendar = "office"
supports = ["standard.resolution"]
[agreements.teams.objectives.handling]
while = { team = { set = true }, status = { not = ["Resolved", "Closed", "Awaiting Problem", "Awaiting Vendor"] } }
pause = { status = "Awaiting User Info" }
reset = { event = "change", field = "team" }
on_reset = "complete"
targets = "8h"
[agreements.developers]
kind = "ola"
scope = { source = "jira" }
calendar = "office"
supports = ["standard.resolution"]
objectives.fix = { while = { status = { not = "done" } }, pause = { status = "waiting" }, targets = "16h" }
[agreements.supplier]
kind = "uc"
scope = { source = "supplier" }
calendar = "always"
supports = ["developers.fix"]
objectives.repair = { while = { status = { not = "done" } }, targets = "24h" }
[[chain]]
link = ["problem"]
stated_by = "above"
waits = { status = ["Awaiting Problem", "Awaiting Vendor"] }
until = { status = "done" }
[[chain]]
link = ["supplier"]
stated_by = "above"
waits = { status = "waiting" }
until = { status = "done" }
"""


def chained(tickets: list[Ticket]) -> Iterator[Ticket]:
    """Yield the tickets, those that wait linked with what they wait for, and that too."""
    rng = random.Random(1)  # noqa: S311 - it makes examples
    for ticket in tickets:
        links = []
        for number, (start, end, team) in enumerate(_waits(ticket)):
            identity = f"{ticket.key}-{number}"
            links.append(Link("problem", "jira", identity, start))
            supplied = rng.random() < 0.25 and end - start > 2 * HOUR
            between = (start + (end - start) // 4, start + (end - start) // 2) if supplied else None
            if between is not None:
                yield _supplier(identity, *between)
            yield _developers(identity, team, start, end, between)
        yield structs.replace(ticket, links=links)


def _waits(ticket: Ticket) -> Iterator[tuple[int, int, str]]:
    since, team = None, ""
    for entry in ticket.history:
        if "status" in entry.changes:
            status = entry.changes["status"][1]
            if since is not None and since < entry.at:
                yield since, entry.at, team
            since = entry.at if status and status[0] in WAITING else None
            team = WAITING.get(status[0], "") if status else ""


def _developers(identity: str, team: str, start: int, end: int, between: tuple[int, int] | None) -> Ticket:
    steps = [(end, "doing", "done")]
    if between is not None:
        steps = [(between[0], "todo", "waiting"), (between[1], "waiting", "doing"), *steps]
    links = [Link("supplier", "supplier", identity, between[0])] if between is not None else []
    history = [Entry(at, "", {"status": ((before,), (after,))}) for at, before, after in steps]
    return Ticket("jira", identity, identity, start, {"status": ("done",), "team": (team,)}, history, (), links)


def _supplier(identity: str, start: int, end: int) -> Ticket:
    history = [Entry(end, "", {"status": (("doing",), ("done",))})]
    return Ticket("supplier", identity, identity, start, {"status": ("done",), "team": ("Supplier",)}, history)


def main() -> None:
    """Judge and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tickets", type=Path)
    log = [ticket for batch in read_batches(parser.parse_args().tickets) for ticket in batch.tickets]
    tickets = list(chained(log))
    engine = Engine(load_definitions(loads(CONFIGURATION)))
    shares: Counter[tuple[str, str, str]] = Counter()
    causes: Counter[str] = Counter()
    total = 0
    for result in engine.evaluate(tickets, AS_OF, chain=True).results:
        if result.kind == "sla" and result.chain is not None:
            total += result.elapsed
            for share in result.chain.shares:
                holder = "a team of the log" if share.carrier.source == "uci" else share.holder or "nobody"
                cover = "" if share.cover is None else f"{share.cover.agreement}.{share.cover.objective}"
                for kind in ("covered", "closed", "paused", "uncovered"):
                    shares[holder, cover, kind] += getattr(share, kind)
            if result.chain.breach is not None:
                causes[result.chain.breach.cause or "by nothing"] += 1
    console = Console()
    console.print(f"{len(log):,} tickets of the log, {len(tickets) - len(log):,} that they waited for")
    table = Table("who had it", "promise beneath", "how", "share of the SLA's time")
    for (holder, cover, kind), worked in shares.most_common():
        if worked:
            table.add_row(holder, cover, kind, f"{100 * worked / total:.2f} %")
    console.print(table)
    console.print("breached: " + ", ".join(f"{cause} {count:,}" for cause, count in causes.most_common()))
    if sum(shares.values()) != total:
        raise SystemExit("the shares do not add up to the time used")


if __name__ == "__main__":
    main()
