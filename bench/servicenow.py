"""Pull a whole log from the sandbox's ServiceNow, from afar and while people work; compare tickets and their results.

    python -m bench.servicenow [LOG TICKETS] [--size 5000]

From the checkout; LOG as CSV, TICKETS the same as canonical tickets. Without them made-up ones are read from afar.

Two loads. The first is of all incidents at rest, with a delay before every call, and is measured. In the second the
log goes on while pages are read, its busiest minute among it, and access rules hide a part of the rows. What was pulled
must be what the canonical file says, ticket by ticket, and evaluate to the same results.

The log it was made for is Amaral, C., Fantinato, M., Peres, S. (2018). Incident management process enriched event log.
UCI Machine Learning Repository. https://doi.org/10.24432/C57S4H, CC BY 4.0.
"""

import argparse
import gzip
import json
import logging
import resource
import time
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import requests
import structlog
from pydantic import SecretStr
from requests.adapters import HTTPAdapter
from structlog.testing import capture_logs

import connectors
import sla_engine
from bench.figure import Figure, of
from connectors.http.credentials import BasicAuth
from connectors.http.limits import Limits
from connectors.interface import Cursor, NativeTicket, Values
from connectors.servicenow.connector import ServiceNow
from connectors.servicenow.settings import ServiceNowSettings
from sla_engine.instant import DAY, format_instant, parse_instant
from slabridge.config import load_definitions
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.generate import FIRST_MONDAY
from slabridge_sandbox.options import SandboxOptions
from tests.sla_engine.test_uci import AS_OF, CONFIGURATION

PAGE = 200
CONCURRENCY = 2
HIDDEN = "1/20"
FIELDS = {
    "status": "state",
    "priority": "priority",
    "team": "assignment_group",
    "assignee": "assigned_to",
    "category": "category",
}
BEGIN = parse_instant("2016-03-24T18:39:30Z")
BUSY = [parse_instant(f"2016-03-24T{minute}:00Z") for minute in ("18:40", "18:41", "18:52", "19:01", "20:00")]
LATER = [parse_instant(f"{day}T00:00:00Z") for day in ("2016-04-02", "2016-05-01", "2016-06-10", "2017-02-19")]
REST = parse_instant("2017-02-20T00:00:00Z")


class Far(HTTPAdapter):
    """A network on which every call takes a while."""

    def __init__(self, latency: float) -> None:
        super().__init__(pool_maxsize=CONCURRENCY)
        self._latency = latency

    def send(self, *args: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - those of requests
        """Send, after a while."""
        time.sleep(self._latency)
        return super().send(*args, **kwargs)


def connector_to(box: Sandbox, latency: float = 0.0) -> ServiceNow:
    end = box.servicenow
    settings = ServiceNowSettings(
        name="snow",
        url=end.url,
        auth=BasicAuth(end.user, SecretStr(end.secret)),
        fields=tuple(FIELDS.values()),
        created="opened_at",
        page_size=PAGE,
        concurrency=CONCURRENCY,
    )
    snow = connectors.open(settings, limits=Limits(CONCURRENCY))
    assert isinstance(snow, ServiceNow)  # noqa: S101 - as its settings say
    snow.http.mount("http://", Far(latency))
    return snow


def while_people_work(log: Path) -> tuple[dict[str, dict[str, Any]], int]:
    """Return the last version pulled of every ticket that may be seen, and how many rows were reported as hidden."""
    options = SandboxOptions(log=log, share=0.0, start=BEGIN)
    last: dict[str, dict[str, Any]] = {}
    with Sandbox(options) as box:
        box.switch("servicenow", hidden_rows={"incident": HIDDEN})
        connector = connector_to(box)
        cursor: Cursor | None = None
        ahead = [*BUSY, *LATER]
        versions = updates = pulls = 0
        while ahead or pulls == 0:
            pulls += 1
            for number, page in enumerate(connector.changed(cursor)):
                for ticket in page.tickets:
                    last[ticket.key] = canonical(ticket)
                versions += len(page.tickets)
                cursor = page.cursor
                if number % 8 == 3 and ahead:
                    moved = box.move_to(ahead.pop(0))
                    updates += moved
                    print(f"  page {number} of pull {pulls}: {moved} updates happen, to {format_instant(box.now)}")
            if ahead:
                updates += box.move_to(ahead.pop(0))
        box.move_to(REST)
        with capture_logs() as logs:
            for page in connector.changed(cursor):
                last |= {ticket.key: canonical(ticket) for ticket in page.tickets}
            for _ in connector_to(box).changed(None):
                pass  # how many rows are hidden a complete load tells
        hidden = max((entry["rows"] for entry in logs if "hidden" in entry["event"]), default=0)
        print(f"  {pulls + 1} pulls, {versions} versions, {updates} updates in between, {connector.calls} calls")
    return last, hidden


def from_afar(world: SandboxOptions, latency: float) -> tuple[dict[str, dict[str, Any]], Figure]:
    """Return all tickets, and what it cost to read them, which is printed too."""
    with Sandbox(world) as box:
        connector = connector_to(box, latency)
        before, busy, began, count = peak(), time.process_time(), time.perf_counter(), 0
        for page in connector.changed(None):
            count += len(page.tickets)
        took, busy, calls = time.perf_counter() - began, time.process_time() - busy, connector.calls
        floor = calls * latency / CONCURRENCY
        print(f"  {count} tickets, page size {PAGE}: {calls} calls, {1000 * calls / count:.1f} per 1,000")
        print(f"  {took:.1f} s at {latency * 1000:.0f} ms a call and {CONCURRENCY} at once; calls x latency /", end=" ")
        print(f"concurrency = {floor:.1f} s, so {took / floor:.2f} times that; {busy:.1f} s of CPU on our side")
        print(f"  peak memory {peak():.0f} MB, {before:.0f} MB before the first call")
        near = connector_to(box)
        began = time.perf_counter()
        found = {ticket.key: canonical(ticket) for page in near.changed(None) for ticket in page.tickets}
        print(f"  without the delay: {time.perf_counter() - began:.1f} s")
    what = f"ServiceNow, {1000 * latency:.0f} ms away, {CONCURRENCY} calls at once: {count:,} incidents with histories"
    figure = f"{of(took)} s, {of(1000 * calls / count)} calls per 1,000"
    return found, Figure(what, figure, f"calls x latency / calls at once: {of(floor)} s", of(took / floor))


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def canonical(ticket: NativeTicket) -> dict[str, Any]:
    names = {native: name for name, native in FIELDS.items()}
    return {
        "source": "uci",
        "key": ticket.key,
        "created": format_instant(ticket.created),
        "fields": {names[field]: value(values) for field, values in ticket.fields.items()} | {"type": "incident"},
        "history": [
            {
                "at": format_instant(entry.at),
                "by": entry.by,
                "changes": {names[field]: [value(old), value(new)] for field, (old, new) in entry.changes.items()},
            }
            for entry in ticket.history
        ],
        "comments": [],
    }


def value(values: Values) -> str | None:
    """Return a value's name; the label of a choice that was made since a run began only the next one knows."""
    name = values[0].name if values else None
    return name.replace("_", " ").capitalize() if name and name.startswith("category_") else name


def compare(what: str, found: Mapping[str, dict[str, Any]], expected: Mapping[str, dict[str, Any]]) -> bool:
    """Print whether tickets are as they should be, and evaluate to the same."""
    document = tomllib.loads(CONFIGURATION)
    keys = sorted(found)
    results = []
    for tickets in (found, expected):
        read = [sla_engine.read_ticket(tickets[key]) for key in keys]
        evaluation = sla_engine.evaluate(read, load_definitions(document), parse_instant(AS_OF))
        rows = (result.as_json(segments=True) for result in evaluation.results)
        results.append([{name: of for name, of in row.items() if name != "definition"} for row in rows])
    differing = [key for key in keys if seen(found[key]) != seen(expected[key])]
    same = results[0] == results[1]
    print(f"  {what}: {len(keys) - len(differing)} of {len(keys)} tickets are as the file says;", end=" ")
    print(f"{len(results[0])} results, {'all the same' if same else 'NOT THE SAME'}")
    for key in differing[:3]:
        print(f"    {key}\n    {seen(found[key])}\n    {seen(expected[key])}")
    return same and not differing


def seen(ticket: dict[str, Any]) -> Any:  # noqa: ANN401 - what is compared
    """Return a ticket's fields and their changes, as far as both sides have them; the log calls people otherwise."""
    fields = {name: ticket["fields"].get(name) for name in FIELDS}
    moves = [
        (parse_instant(entry["at"]), {name: pair for name, pair in entry["changes"].items() if name in FIELDS})
        for entry in ticket["history"]
    ]
    return parse_instant(ticket["created"]), fields, [(at, changes) for at, changes in moves if changes]


def main(arguments: Sequence[str] | None = None) -> list[Figure]:
    """Measure and compare, print, and return the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("log", type=Path, nargs="?")
    parser.add_argument("tickets", type=Path, nargs="?")
    parser.add_argument("--size", type=int, default=5_000, help="made-up incidents, without a log (%(default)s)")
    parser.add_argument("--latency", type=float, default=0.1, help="seconds before every call")
    options = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    print("from afar:")
    if options.log is None:
        start = FIRST_MONDAY + max(5, options.size // 1_900 + 1) * 7 * DAY
        return [from_afar(SandboxOptions(size=options.size, share=0.0, start=start), options.latency)[1]]
    with gzip.open(options.tickets, "rt") as lines:
        expected = {ticket["key"]: ticket for ticket in map(json.loads, lines)}
    found, figure = from_afar(SandboxOptions(log=options.log, share=0.0, start=REST), options.latency)
    good = len(found) == len(expected) and compare("at rest", found, expected)
    print("while people work:")
    moving, hidden = while_people_work(options.log)
    print(f"  {hidden} rows reported as hidden, {len(expected) - len(moving)} are")
    good &= hidden == len(expected) - len(moving)
    good &= compare("while people work", moving, expected)
    if not good:
        raise SystemExit("what was pulled is not what the log says")
    return [figure]


if __name__ == "__main__":
    main()
