"""What management is told (docs/notifications.md, "Management")."""

from collections.abc import Iterator

import pytest

from sla_engine.instant import DAY, HOUR, MINUTE, parse_instant
from slabridge.app.asked import Asked
from slabridge.app.issue import issue
from slabridge.state import State, notifications
from tests.slabridge.run.job import NOON, Job
from tests.slabridge.run.receiving import Webhook, webhook
from tests.slabridge.run.telling import noted, steps

BREACHED = NOON + 121 * MINUTE
OVERDUE = NOON + 2 * DAY + 5 * HOUR
SERVICE = """
[calendars.days]
timezone = "UTC"
hours = { mon-fri = ["08:00-16:00"] }

[services.desk]
calendar = "days"
objectives.fix = { clock = "resolution", targets = "3h", calendar = "always", compliance = "90%" }
fees = [{ amount = "1000.00", currency = "SEK" }]
credits = [{ measure = "breach", objective = "fix", credit = "30%" }]

[services.desk.consequences]
rca = { by = { days = 2 }, calendar = "days", delivered = { field = "team" } }
cap = { period = "50%" }
"""


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    with webhook() as found:
        monkeypatch.setenv("BOSS", found.address)
        yield found


def managing(job: Job, management: str, more: str = "") -> Job:
    job.text += f"""
[receivers.boss]
to = {{ env = "BOSS" }}
every = "0s"

[[notify]]
{more}
management = [{management}]
"""
    return job


def test_so_many_breaches_are_one_message_and_are_counted_anew(job: Job, hook: Webhook) -> None:
    managing(job, '{ breaches = 2, within = "30d", to = "boss" }', 'objectives = ["resolution"]')
    job.run_at(NOON)
    job.run_at(BREACHED)
    (message,) = hook.got
    assert message["title"] == "2 breaches in 30 days:"
    assert "- INC0000002: standard.resolution" in message["message"]
    assert "- ITSM-2: standard.resolution" in message["message"]
    job.run_at(BREACHED + HOUR)
    assert len(hook.got) == 1
    assert {state for step, state in steps(job) if step.startswith("2 breaches in 30d ") and "/" not in step} == {
        "told"
    }


def test_fewer_breaches_than_that_are_no_message(job: Job, hook: Webhook) -> None:
    managing(job, '{ breaches = 3, within = "30d", to = "boss" }', 'objectives = ["resolution"]')
    job.run_at(NOON)
    job.run_at(BREACHED)
    assert not hook.got
    assert {state for _, state in steps(job)} == {"counted"}


@pytest.mark.parametrize("delivered", [False, True])
def test_an_analysis_that_is_not_delivered_is_told_when_its_last_day_is_over(
    job: Job, hook: Webhook, *, delivered: bool
) -> None:
    job.text += SERVICE
    if not delivered:
        job.replace('delivered = { field = "team" }', 'delivered = { field = "assignee" }')
    managing(job, '{ rca = "overdue", to = "boss" }', 'agreements = ["desk"]')
    job.run_at(NOON)
    job.run_at(NOON + 61 * MINUTE)  # begun at 10:00, due at 13:00
    assert not hook.got
    owed = noted(job, connection="snow", step="root cause")
    assert [row.not_before for row in owed] == [parse_instant("2016-03-03T16:00:00Z")]
    job.run_at(NOON + 2 * DAY)
    assert not hook.got
    job.run_at(NOON + 2 * DAY + 5 * HOUR)
    if delivered:
        assert not hook.got
        assert steps(job, connection="snow") == [("root cause", "dropped")]
    else:
        text = "".join(one["message"] for one in hook.got)
        assert "The root cause analysis for INC0000002 was due Thu 2016-03-03 17:00" in text


def test_issued_reports_tell_of_promises_missed_running_and_of_credits_near_their_cap(job: Job, hook: Webhook) -> None:
    job.text += SERVICE
    managing(job, '{ missed = 1, to = "boss" }, { missed = 2, to = "boss" }, { credit = "50%", to = "boss" }')
    job.run_at(NOON)
    job.run_at(NOON + 61 * MINUTE)
    job.run_at(parse_instant("2016-04-02T12:00:00Z"))
    hook.got.clear()
    issue(job.config(), Asked("2016-03"))
    issue(job.config(), Asked("2016-03"))
    job.run_at(parse_instant("2016-04-02T13:00:00Z"))
    (message,) = hook.got
    assert "desk.fix was missed in 2016-03." in message["message"]
    assert "desk: credits of 500.00 SEK of at most 500 in 2016-03." in message["message"]
    assert not any(step.startswith("missed 2") for step, _ in steps(job)), "the period before was not issued"
    job.run_at(parse_instant("2016-04-02T14:00:00Z"))
    assert len(hook.got) == 1


def test_of_each_cap_management_is_told_from_its_share_on(job: Job, hook: Webhook) -> None:
    job.text += SERVICE.replace('cap = { period = "50%" }', 'cap = { period = "100%", year = "10%" }')
    shares = ("50%", "60%", "61%")  # of credits of 600 they are 60 % and 50 %
    managing(job, ", ".join(f'{{ credit = "{share}", to = "boss" }}' for share in shares))
    job.run_at(NOON)
    job.run_at(parse_instant("2016-04-02T12:00:00Z"))
    hook.got.clear()
    issue(job.config(), Asked("2016-03"))
    job.run_at(parse_instant("2016-04-02T13:00:00Z"))
    (message,) = hook.got
    of_the_month, of_the_year = (
        f"desk: credits of 600.00 SEK of at most {cap}." for cap in ("1000 in 2016-03", "1200 in 2016")
    )
    assert sorted(message["message"].split("\n\n")) == sorted([of_the_month, of_the_month, of_the_year])


@pytest.mark.parametrize("issued", [("2016-02", "2016-03"), ("2016-03", "2016-02")], ids=str)
def test_a_promise_missed_twice_running_is_told_whichever_report_is_issued_first(
    job: Job, hook: Webhook, issued: tuple[str, str]
) -> None:
    job.text += SERVICE
    job.replace('targets = "3h", calendar = "always"', 'targets = "30m", calendar = "always"')
    managing(job, '{ missed = 2, to = "boss" }')
    job.run_at(parse_instant("2016-04-02T12:00:00Z"))
    hook.got.clear()
    for period in issued:
        issue(job.config(), Asked(period))
    job.run_at(parse_instant("2016-04-02T13:00:00Z"))
    (message,) = hook.got
    assert message["message"] == "desk.fix was missed in 2016-02, 2016-03."


def test_each_rule_counts_the_breaches_of_its_own_agreements(job: Job, hook: Webhook) -> None:
    job.replace('targets = "8h"', 'targets = "3h"')
    counting = '{ breaches = 4, within = "30d", to = "boss" }'
    managing(job, counting, 'agreements = ["standard"]\nobjectives = ["resolution"]')
    job.text += f'[[notify]]\nagreements = ["teams"]\nmanagement = [{counting}]\n'
    job.run_at(NOON)
    job.run_at(BREACHED)
    assert sorted(row.agreement for row in noted(job, state="counted")) == ["standard"] * 2 + ["teams"] * 2
    assert not hook.got


def test_a_title_has_nothing_that_only_the_state_knows(job: Job, hook: Webhook) -> None:
    counting = '{ breaches = 2, within = "30d", to = "boss" }, { breaches = 1, within = "7d", to = "boss" }'
    managing(job, counting, 'objectives = ["resolution"]')
    job.replace('to = { env = "BOSS" }\nevery = "0s"', 'to = { env = "BOSS" }\nevery = "24h"')
    job.run_at(NOON)
    job.run_at(BREACHED)
    job.run_at(NOON + 30 * HOUR)
    assert hook.titles == ["2 breaches in 7 days:"]


def owing(job: Job, days: int = 2) -> None:
    """Let the ticket that is open owe an analysis, which is delivered when somebody is assigned."""
    job.text += SERVICE.replace("days = 2 }", f"days = {days} }}")
    job.replace('delivered = { field = "team" }', 'delivered = { field = "assignee" }')
    managing(job, '{ rca = "overdue", to = "boss" }', 'agreements = ["desk"]')
    job.run_at(NOON)
    job.run_at(NOON + 61 * MINUTE)


def test_an_overdue_analysis_that_is_not_taken_is_tried_again(job: Job, hook: Webhook) -> None:
    owing(job)
    hook.behaves = "fails"
    assert job.run_at(OVERDUE).messages.deferred == 2
    hook.behaves = "takes"
    job.run_at(OVERDUE + 2 * MINUTE)
    assert len(hook.got) == 1


def test_an_analysis_delivered_after_the_ticket_was_solved_is_not_told(job: Job, hook: Webhook) -> None:
    owing(job)
    ticket = job.ticket("snow", "Open")
    job.edit("snow", ticket, incident_state="6", state="6")
    job.run_at(NOON + 70 * MINUTE)
    job.sandbox.move_to(NOON + DAY)
    job.call("PATCH", f"incident/{ticket.id}", assigned_to="alice")
    job.run_at(NOON + DAY + MINUTE)
    job.run_at(OVERDUE)
    assert steps(job, connection="snow") == [("root cause", "dropped")]
    assert "INC0000002" not in "".join(one["message"] for one in hook.got)


@pytest.mark.usefixtures("hook")
def test_an_analysis_that_is_not_due_is_no_message_that_waits(job: Job) -> None:
    """An alert takes what waits for a day for a receiver that is down."""
    owing(job, days=10)
    state = State.of(job.place)
    with state.reading() as sql:
        assert notifications.counts(sql) == {("boss", "owed"): 2}
    state.close()
