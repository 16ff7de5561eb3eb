"""Pull a Jira whose issues are edited, moved and deleted meanwhile and whose index lags, Cloud and Data Center.

    python bench/jira.py [ISSUES] [--size 20000] [--page 7] [--lag 90]

ISSUES are real ones, a line each, as a search with expand=changelog gives them (.gz too); others are generated. Each
set is pulled from the sandbox in both kinds of Jira: every issue must arrive in its final version, with the histories
that the site tells issue by issue (and that the file has), and both kinds must be judged alike. Then it is pulled again
with 100 ms of latency in each call, in pages as they are by default. Printed are calls, seconds, and peak memory.
"""

import argparse
import gzip
import json
import logging
import random
import resource
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from tomllib import loads
from typing import Any, Literal

if str(Path(__file__).parent) in sys.path:
    sys.path.remove(str(Path(__file__).parent))  # `jira` is the library, not this file

import requests
import structlog
from pydantic import SecretStr
from requests.adapters import HTTPAdapter

import connectors
from bench.figure import Figure, of
from connectors.http.credentials import BasicAuth
from connectors.http.limits import Limits
from connectors.interface import NativeTicket, Values
from connectors.jira.connector import Jira
from connectors.jira.settings import JiraSettings
from sla_engine import Engine
from sla_engine.instant import DAY, SECOND, parse_instant
from sla_engine.ticket import Comment, Entry, Ticket
from slabridge.config import load_definitions
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.generate import FIRST_MONDAY
from slabridge_sandbox.options import SandboxOptions

LATENCY = 0.1
CONCURRENCY = 2
ACTS = 300
SAMPLE = 200
KINDS: tuple[Literal["Cloud", "Server"], ...] = ("Cloud", "Server")
REAL = {"status": "status", "priority": "priority", "team": "assignee", "type": "issuetype", "labels": "labels"}
MADE = {"status": "status", "priority": "priority", "team": "Team", "who": "assignee", "labels": "labels"}
DEFINITIONS = """
[calendars.office]
timezone = "Europe/Stockholm"
hours = { mon-fri = ["08:00-17:00"] }
[agreements.standard]
kind = "sla"
calendar = "office"
[agreements.standard.objectives.response]
start = { status = { set = true } }
stop = { event = "comment", role = "agent", public = true }
on_reopen = "first_only"
targets = "4h"
[agreements.standard.objectives.stage]
start = { status = { set = true } }
reset = { event = "change", field = "status" }
on_reset = "complete"
targets = "8h"
[agreements.team]
kind = "ola"
calendar = "office"
[agreements.team.objectives.handling]
start = { team = { set = true } }
stop = { team = { set = false } }
reset = { event = "change", field = "team" }
on_reset = "complete"
targets = "8h"
"""


@dataclass(slots=True)
class Held:
    """What a pull has of each issue: digests of the ticket, of its histories, and of how it is judged."""

    engine: Engine
    fields: dict[str, str]
    as_of: int
    tickets: dict[str, str] = field(default_factory=dict)
    judged: dict[str, str] = field(default_factory=dict)

    def take(self, found: Sequence[NativeTicket]) -> None:
        """Keep these tickets' digests."""
        canonical = [self._canonical(ticket) for ticket in found]
        lines: dict[str, list[str]] = {ticket.id: [] for ticket in found}
        for line in b"".join(self.engine.evaluate(canonical, self.as_of).lines()).decode().splitlines():
            lines[json.loads(line)["id"]].append(line)
        for ticket in found:
            self.tickets[ticket.id] = digest(repr(ticket))
            self.judged[ticket.id] = digest("".join(lines[ticket.id]))

    def _canonical(self, native: NativeTicket) -> Ticket:
        """Return the ticket by names: ids of people differ between both kinds of Jira."""
        own = {name: canonical for canonical, name in self.fields.items()}
        fields = {own[name]: names(values) for name, values in native.fields.items()}
        history = [
            Entry(entry.at, "", {own[name]: (names(a), names(b)) for name, (a, b) in entry.changes.items()})
            for entry in native.history
        ]
        comments = [Comment(comment.at, "", comment.role, comment.public) for comment in native.comments]
        return Ticket("jira", native.id, native.key, native.created, fields, history, comments)


def names(values: Values) -> tuple[str, ...]:
    return tuple(sorted({value.name for value in values}))


def digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()


class Slow(HTTPAdapter):
    """Answers as from far away."""

    def send(self, *args: Any, **more: Any) -> requests.Response:  # noqa: ANN401 - those of requests
        """Wait, and send."""
        time.sleep(LATENCY)
        return super().send(*args, **more)


def connect(sandbox: Sandbox, fields: dict[str, str], size: int = 500, *, slow: bool = False) -> Jira:
    auth = BasicAuth(sandbox.jira.user, SecretStr(sandbox.jira.secret))
    read = tuple(fields.values())
    found = JiraSettings(name="jira", url=sandbox.jira.url, auth=auth, fields=read, page_size=size)
    jira = connectors.open(found, limits=Limits(CONCURRENCY))
    assert isinstance(jira, Jira)  # noqa: S101 - as its settings say
    if slow:
        jira.http.mount("http://", Slow(pool_maxsize=CONCURRENCY))
    return jira


class People:
    """What people do while an issue is pulled: the same at the same times, whatever is pulled how."""

    def __init__(self, sandbox: Sandbox, ids: Sequence[str], acts: int) -> None:
        dice = random.Random(7)  # noqa: S311 - no secret
        self._sandbox = sandbox
        self._session = requests.Session()
        self.gone: set[str] = set()
        self._begun = sandbox.now
        self.done = 0
        kinds = ["edit"] * 6 + ["comment"] * 2 + ["move", "delete"]
        self.left = [(dice.choice(kinds), dice.choice(ids), number) for number in range(1, acts + 1)]

    def act(self, most: int) -> None:
        """Let so many things happen, one a second."""
        for kind, id_, number in self.left[:most]:
            self._sandbox.move_to(self._begun + number * SECOND)
            if id_ in self.gone:
                continue
            asked: dict[str, Any] = {"issue": id_}
            if kind == "edit":
                asked |= {"fields": {"labels": [f"edit-{number}"]}, "by": "Edda"}
            elif kind == "comment":
                asked |= {"body": "Soon.", "by": "Edda"}
            elif kind == "move":
                asked |= {"project": f"MOVE{chr(65 + number % 26)}{number}"}
            else:
                self.gone.add(id_)
            answer = self._session.post(f"{self._sandbox.jira.url}/sandbox/{kind}", json=asked, timeout=60)
            if answer.status_code != 200:
                raise RuntimeError(f"{kind}: {answer.text}")
            self.done += 1
        del self.left[:most]


@dataclass(slots=True)
class Tally:
    """What a pull took."""

    pages: int = 0
    calls: int = 0
    seconds: float = 0.0


def pull(jira: Jira, held: Held, sandbox: Sandbox, people: People, pages: int) -> Tally:
    """Pull while people act; then what the index has by now; then, once it has all, the rest."""
    each, cursor, tally, began = -(-ACTS // max(1, pages)), None, Tally(), time.perf_counter()
    for wait in (0, 0, 120):
        sandbox.move_to(sandbox.now + wait * SECOND)
        if wait:
            sandbox.switch("jira", index_lag=0)  # made-up issues go on by themselves, also just before this pull
        for page in jira.changed(cursor):
            if page.skipped:
                raise RuntimeError(page.skipped[0].reason)
            held.take(page.tickets)
            cursor = page.cursor
            tally.pages += 1
            people.act(each)
        people.act(len(people.left))
    tally.calls, tally.seconds = jira.calls, time.perf_counter() - began
    return tally


def changes(issue: dict[str, Any], fields: Iterable[str]) -> list[tuple[int, dict[str, tuple[str, str]]]]:
    """Return what a payload's changelog says of these fields, oldest first, by names."""
    found = []
    for row in sorted(issue["changelog"]["histories"], key=lambda row: (parse_instant(row["created"]), int(row["id"]))):
        said: dict[str, tuple[str, str]] = {}
        for item in row["items"]:
            name = next((one for one in (item.get("fieldId"), item["field"]) if one in fields), None)
            if name:
                said[name] = (said.get(name, (text(item["fromString"]),))[0], text(item["toString"]))
        if said:
            found.append((parse_instant(row["created"]), said))
    return found


def text(words: str | None) -> str:
    return " ".join(sorted((words or "").split()))


def told(ticket: NativeTicket) -> list[tuple[int, dict[str, tuple[str, str]]]]:
    """Return a ticket's history in the same form."""

    def said(values: Values) -> str:
        return text(" ".join(value.name for value in values))

    return [
        (entry.at, {name: (said(a), said(b)) for name, (a, b) in entry.changes.items()}) for entry in ticket.history
    ]


def check(sandbox: Sandbox, held: Held, fields: dict[str, str], issues: Sequence[dict[str, Any]]) -> str:
    """Compare what was pulled with what the site has now, once its index is complete, issue by issue."""
    sandbox.switch("jira", index_lag=0)
    jira = connect(sandbox, fields, 1000)
    files = {issue["id"]: changes(issue, fields.values()) for issue in issues}
    session = requests.Session()
    session.auth = (sandbox.jira.user, sandbox.jira.secret)
    there, histories, wrong = 0, 0, list[str]()
    for ticket in (ticket for page in jira.changed(None) for ticket in page.tickets):
        there += 1
        said = told(ticket)
        good = held.tickets.get(ticket.id) == digest(repr(ticket))
        if there % max(1, len(held.tickets) // SAMPLE) == 0:
            url = f"{sandbox.jira.url}/rest/api/2/issue/{ticket.id}?expand=changelog&fields=status"
            known = changes(session.get(url, timeout=60).json(), fields.values())
            histories += len(known)
            good = good and known == said
        file = files.get(ticket.id, [])
        histories += len(file)
        if not good or file != said[: len(file)]:
            wrong.append(ticket.id)
    jira.close()
    if wrong:
        raise RuntimeError(f"missing or different: {wrong[:9]} ({len(wrong)})")
    return f"all {there} issues in their final version, {histories} histories equal change by change"


def measure(options: argparse.Namespace, issues: Sequence[dict[str, Any]], size: int) -> list[Figure]:
    """Pull one set of issues from both kinds of Jira; return what it took from afar."""
    figures = []
    engine, fields = Engine(load_definitions(loads(DEFINITIONS))), REAL if issues else MADE
    start = FIRST_MONDAY + max(5, size // 1_900 + 1) * 7 * DAY
    judged: list[dict[str, str]] = []
    for kind in KINDS:
        world = SandboxOptions(size=size, share=1.0, start=start, jira_deployment=kind)
        with Sandbox(world) as sandbox:
            if issues:
                lines = "\n".join(map(json.dumps, issues))
                answer = requests.post(f"{sandbox.jira.url}/sandbox/issues", data=lines.encode(), timeout=600)
                answer.raise_for_status()
            first = connect(sandbox, fields, 1000)
            ids = [ticket.id for page in first.changed(None) for ticket in page.tickets]
            first.close()
            wanted = sorted(ids, key=int) if not issues else [issue["id"] for issue in issues]
            sandbox.switch("jira", index_lag=options.lag)
            people = People(sandbox, wanted, min(ACTS, len(wanted)))
            held = Held(engine, fields, sandbox.now + DAY)
            jira = connect(sandbox, fields, options.page)
            tally = pull(jira, held, sandbox, people, len(ids) // options.page)
            jira.close()
            print(f"{kind}, pages of {options.page}, index {options.lag:.0f} s behind, {people.done} acts of people:")
            print(f"  {check(sandbox, held, fields, issues)}")
            print(f"  {tally.pages} pages, {tally.calls} calls, {tally.seconds:.1f} s")
            judged.append({id_: held.judged[id_] for id_ in held.judged if id_ not in people.gone})
            figures.append(far(sandbox, fields, f"Jira {kind}"))
    alike = judged[0].keys() & judged[1].keys()
    if judged[0] != judged[1]:
        differ = sorted(id_ for id_ in alike if judged[0][id_] != judged[1][id_])
        raise RuntimeError(f"judged differently: {differ[:9]} ({len(differ)}), or not in both")
    print(f"Cloud and Data Center: {len(alike)} tickets judged alike\n")
    return figures


def far(sandbox: Sandbox, fields: dict[str, str], name: str) -> Figure:
    """Pull everything with latency, in pages as they are by default; print and return what it took."""
    jira = connect(sandbox, fields, slow=True)
    began = time.perf_counter()
    found = sum(len(page.tickets) for page in jira.changed(None))
    seconds, calls = time.perf_counter() - began, jira.calls
    jira.close()
    floor = calls * LATENCY / CONCURRENCY
    per = calls * 1000 / max(1, found)
    print(f"  from 100 ms away: {found} issues, {calls} calls ({per:.1f} per 1,000), {seconds:.1f} s", end="")
    print(f" (calls x latency / concurrency: {floor:.1f} s, {seconds / floor:.2f} times), peak memory {peak():.0f} MB")
    what = f"{name}, {1000 * LATENCY:.0f} ms away, {CONCURRENCY} calls at once: {found:,} issues with histories"
    figure = f"{of(seconds)} s, {of(per)} calls per 1,000"
    return Figure(what, figure, f"calls x latency / calls at once: {of(floor)} s", of(seconds / floor))


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def read(path: Path | None) -> Iterator[dict[str, Any]]:
    if path is not None:
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
            yield from map(json.loads, lines)


def main(arguments: Sequence[str] | None = None) -> list[Figure]:
    """Measure, print, and return the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("issues", type=Path, nargs="?")
    parser.add_argument("--size", type=int, default=20_000)
    parser.add_argument("--page", type=int, default=7)
    parser.add_argument("--lag", type=float, default=90)
    options = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    print(f"before anything is read: {peak():.0f} MB")
    figures: list[Figure] = []
    if issues := list(read(options.issues)):
        print(f"{len(issues)} real issues")
        figures += measure(options, issues, 1)
    if options.size:
        print(f"{options.size} generated issues")
        figures += measure(options, [], options.size)
    return figures


if __name__ == "__main__":
    main()
