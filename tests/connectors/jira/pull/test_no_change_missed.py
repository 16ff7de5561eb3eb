from itertools import islice
from typing import Any, get_args

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

import connectors
from connectors.http.credentials import BasicAuth
from connectors.interface import NativeTicket
from connectors.jira.settings import JiraSettings
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.jira.site import Deployment
from slabridge_sandbox.options import SandboxOptions
from tests.connectors.jira.site import FIELDS, MINUTE, Here, sandbox

STORIES = st.integers(0, 5)
EDITS = st.lists(STORIES, max_size=4)
RUN = st.fixed_dictionaries(
    {
        "before": EDITS,
        "late": EDITS,
        "moved": st.lists(STORIES, max_size=1),
        "deleted": st.lists(STORIES, max_size=1),
        "seconds": st.sampled_from([0, 0, 1, 59, 60, 400, 5000]),
        "between": EDITS,
        "pages": st.sampled_from([1, 2, 99]),
    }
)


def edit(here: Here, numbers: list[int], *, ago: int = 0) -> None:
    """Let somebody open these tickets, or hand them to another team; in the past only those not touched since."""
    at = here.clock.now - ago
    with here.lock:
        _edit(here, numbers, at, late=bool(ago))


def _edit(here: Here, numbers: list[int], at: int, *, late: bool) -> None:
    for number in numbers:
        db, story = here.sandbox.site.db, f"INC{number}"
        known = db.execute("SELECT updated FROM issues WHERE story = ?", (story,)).fetchone()
        if db.execute("SELECT 1 FROM deleted WHERE story = ?", (story,)).fetchone():
            continue
        if known is None:
            here.open(story, at=at)
        elif not late or known[0] < at:
            team = db.execute("SELECT count(*) FROM histories").fetchone()[0]
            here.change(story, at=at, assignment_group=f"Team {team}")


def act(here: Here, name: str, numbers: list[int], **asked: str) -> None:
    """Let somebody move or delete those of these tickets that are there."""
    for number in numbers:
        with here.lock:
            known = here.sandbox.site.db.execute("SELECT id FROM issues WHERE story = ?", (f"INC{number}",)).fetchone()
            if known is not None:
                here.act(name, issue=str(known[0]), **asked)


LAST = {"before": [], "late": [], "moved": [], "deleted": [], "seconds": 120, "between": [], "pages": 99}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    deployment=st.sampled_from(get_args(Deployment)),
    lag=st.sampled_from([0, 90]),
    runs=st.lists(RUN, min_size=1, max_size=6),
    size=st.integers(1, 4),
)
def test_whoever_edits_when_and_wherever_runs_end_all_changes_arrive(
    deployment: Deployment, lag: int, runs: list[dict[str, Any]], size: int
) -> None:
    with sandbox(deployment) as here:
        here.sandbox.switches.index_lag = lag
        jira = here.connect(page_size=size, overlap=600, concurrency=1)
        held: dict[str, NativeTicket] = {}
        cursor = None
        for number, run in enumerate([*runs, LAST]):
            edit(here, run["late"], ago=3 * MINUTE)  # what the index did not show yet
            here.clock.now += run["seconds"] * 1000
            edit(here, run["before"])
            act(here, "move", run["moved"], project=f"P{number}X")
            between = run["between"]
            for page in islice(jira.changed(cursor), run["pages"]):
                held.update({ticket.id: ticket for ticket in page.tickets})
                cursor = page.cursor
                edit(here, between)
                act(here, "delete", run["deleted"] if between else [])
                between = []
        ids = [str(row[0]) for row in here.sandbox.site.db.execute("SELECT id FROM issues ORDER BY id")]
        there = {ticket.id: ticket for page in jira.reread(ids) for ticket in page.tickets}
        assert {id_: ticket for id_, ticket in held.items() if id_ in there} == there


def test_the_sandbox_is_followed_from_hour_to_hour() -> None:
    with Sandbox(SandboxOptions(size=400, share=1.0), in_process=True) as sandbox:
        auth = BasicAuth(sandbox.jira.user, SecretStr(sandbox.jira.secret))
        jira = connectors.open(JiraSettings(name="jira", url=sandbox.jira.url, auth=auth, fields=FIELDS))
        held: dict[str, NativeTicket] = {}
        cursor = None
        for _ in range(5):
            for page in jira.changed(cursor):
                held.update({ticket.id: ticket for ticket in page.tickets})
                cursor = page.cursor
            sandbox.move_to(sandbox.now + 60 * MINUTE)
        for page in jira.changed(cursor):
            held.update({ticket.id: ticket for ticket in page.tickets})
        there = {ticket.id: ticket for page in jira.reread(sorted(held)) for ticket in page.tickets}
        assert held == there
        assert len(held) > 100
        for ticket in held.values():
            assert joined(ticket), ticket.key
        jira.close()


def joined(ticket: NativeTicket) -> bool:
    """Return whether each change begins with what the one before ended with, and the last ends with what is held."""
    held = dict(ticket.fields)
    for entry in reversed(ticket.history):
        for field, (before, after) in entry.changes.items():
            if set(held[field]) != set(after):
                return False
            held[field] = before
    return entry_times(ticket) == sorted(entry_times(ticket))


def entry_times(ticket: NativeTicket) -> list[int]:
    return [ticket.created, *(entry.at for entry in ticket.history)]
