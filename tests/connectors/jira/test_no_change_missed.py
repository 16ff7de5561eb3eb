from itertools import islice
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from connectors.interface import NativeTicket
from connectors.jira import Jira
from connectors.settings import BasicAuth, JiraSettings
from slabridge.sandbox.embedded import Sandbox
from slabridge.sandbox.server import SandboxOptions
from tests.connectors.jira.site import FIELDS, MINUTE, Here, sandbox

STORIES = st.integers(0, 5)
EDITS = st.lists(STORIES, max_size=4)
RUN = st.fixed_dictionaries(
    {
        "before": EDITS,
        "late": EDITS,
        "seconds": st.sampled_from([0, 0, 1, 59, 60, 400, 5000]),
        "between": EDITS,
        "pages": st.sampled_from([1, 2, 99]),
    }
)


def edit(here: Here, numbers: list[int], *, ago: int = 0) -> None:
    """Let somebody open these tickets, or hand them to another team; in the past only those not touched since."""
    at = here.clock.now - ago
    for number in numbers:
        db, story = here.sandbox.site.db, f"INC{number}"
        known = db.execute("SELECT updated FROM issues WHERE story = ?", (story,)).fetchone()
        if known is None:
            here.open(story, at=at)
        elif not ago or known[0] < at:
            team = db.execute("SELECT count(*) FROM histories").fetchone()[0]
            here.change(story, at=at, assignment_group=f"Team {team}")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(runs=st.lists(RUN, min_size=1, max_size=6), size=st.integers(1, 4))
def test_whoever_edits_when_and_wherever_runs_end_all_changes_arrive(runs: list[dict[str, Any]], size: int) -> None:
    with sandbox() as here:
        jira = here.connect(page_size=size, overlap=600)
        held: dict[str, NativeTicket] = {}
        cursor = None
        for run in [*runs, {"before": [], "late": [], "seconds": 0, "between": [], "pages": 99}]:
            edit(here, run["late"], ago=3 * MINUTE)  # what the index did not show yet
            here.clock.now += run["seconds"] * 1000
            edit(here, run["before"])
            between = run["between"]
            for page in islice(jira.changed(cursor), run["pages"]):
                held.update({ticket.id: ticket for ticket in page.tickets})
                cursor = page.cursor
                edit(here, between)
                between = []
        ids = [str(row[0]) for row in here.sandbox.site.db.execute("SELECT id FROM issues ORDER BY id")]
        there = {ticket.id: ticket for page in jira.reread(ids) for ticket in page.tickets}
        assert held == there


def test_the_sandbox_is_followed_from_hour_to_hour() -> None:
    with Sandbox(SandboxOptions(size=400, share=1.0), in_process=True) as sandbox:
        auth = BasicAuth(sandbox.jira.user, SecretStr(sandbox.jira.secret))
        jira = Jira(JiraSettings(name="jira", url=sandbox.jira.url, auth=auth, fields=FIELDS))
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
