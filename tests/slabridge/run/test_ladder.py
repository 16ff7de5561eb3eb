"""Which steps are told, to whom and when (docs/notifications.md)."""

import pytest

from connectors.errors import Unavailable
from sla_engine.instant import MINUTE
from slabridge.config import ConfigError
from tests.slabridge.run.job import NOON, Job, Killed
from tests.slabridge.run.receiving import Mailbox, Webhook, webhook
from tests.slabridge.run.telling import free, noted, steps, telling

BOSS = '\n[receivers.boss]\nto = { env = "DUTY" }\nevery = "0s"\n'
BY_CLOCK = '{ when = { priority = "P1" }, within = "4h", calendar = "always" }'
BY_DEADLINE = '{ when = { priority = "P1" }, by = { days = 0, at = "15:00" }, calendar = "always" }'
"""Both are due at 14:00 UTC."""


def run_at(job: Job, *minutes: float) -> None:
    for after in minutes:
        job.run_at(NOON + round(after * MINUTE))


def told(hook: Webhook) -> list[str]:
    """Return the titles of what came since the last call."""
    titles = hook.titles
    hook.got.clear()
    return titles


def opened(job: Job) -> None:
    """Let a ticket of priority 1 be opened at 12:05, of which no run knows."""
    at = "2016-03-01 12:05:00"
    job.call("POST", "incident", opened_at=at, priority="1", state="1", assignment_group="New")


def cut_short(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a run be killed when it has read the tickets, and before it judges them."""

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("sync.judge", killed)
        with pytest.raises(Killed):
            job.run()
    free(job)


def test_each_step_is_told_once_when_its_time_has_come(job: Job, hook: Webhook) -> None:
    telling(job)
    found = []
    for minutes in (0, 59, 60, 61, 120, 121, 150, 181, 200, 301, 330, 421):
        run_at(job, minutes)
        found += [(minutes, title) for title in told(hook)]
    both = "ITSM-2, INC0000002"
    assert found == [(60, both), *((minutes, f"Breached: {both}") for minutes in (121, 181, 301, 421))]
    assert steps(job, connection="snow") == [
        ("75%", "sent"),
        ("breached", "sent"),
        ("breached +1h", "sent"),
        ("breached +1h again 1", "sent"),
        ("breached +1h again 2", "sent"),
    ]


def test_the_steps_of_a_deadline_are_told_as_those_of_a_time(job: Job, hook: Webhook) -> None:
    job.replace(BY_CLOCK, BY_DEADLINE)
    telling(job)
    found = []
    for minutes in (0, 30, 59, 61, 121, 182, 302):
        run_at(job, minutes)
        found += [(minutes, title) for title in told(hook)]
    both = "ITSM-2, INC0000002"
    assert found == [(61, both), *((minutes, f"Breached: {both}") for minutes in (121, 182, 302))]


def test_a_version_of_an_agreement_is_told_as_the_agreement(job: Job, hook: Webhook) -> None:
    telling(job)
    job.replace('[agreements.standard]\nkind = "sla"', '[agreements.standard]\nkind = "sla"\nvalid_from = 2016-01-01')
    run_at(job, 0, 60, 121, 181)
    assert len(hook.got) == 3
    assert {row.agreement for row in noted(job)} == {"standard"}


def test_a_ticket_wakes_for_a_step_that_changes_no_status(job: Job, hook: Webhook) -> None:
    telling(job, ladder='[{ at = "60%", to = "duty" }]')
    run_at(job, 0, 23)
    assert not hook.got
    run_at(job, 24)  # nothing changed in the tools, and no clock its status
    assert told(hook) == ["ITSM-2, INC0000002"]


def test_a_message_says_what_a_comment_says_and_where_the_ticket_is(job: Job, box: Mailbox) -> None:
    telling(job, receiver='every = "0s"\nlanguage = "sv"')
    run_at(job, 0, 60)
    (mail,) = box.got
    text = mail.get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert mail["To"] == "duty@acme.com"
    assert "SLA i riskzonen" in text or "SLA" in text
    assert "75 %" in text
    assert f"{job.sandbox.jira.url}/browse/ITSM-2" in text
    assert "/incident.do?sys_id=" in text


def test_what_a_first_run_finds_reached_is_not_told(job: Job, hook: Webhook) -> None:
    telling(job)
    run_at(job, 150)
    assert not hook.got
    assert not noted(job)
    run_at(job, 181)
    assert len(told(hook)) == 1, "what follows is"


def test_what_a_changed_file_reaches_is_not_told(job: Job, hook: Webhook) -> None:
    run_at(job, 0, 90)
    telling(job)
    run_at(job, 91)
    assert not hook.got
    run_at(job, 121)
    assert len(told(hook)) == 1


@pytest.mark.usefixtures("hook")
def test_of_steps_reached_at_once_the_highest_is_told(job: Job) -> None:
    telling(job)
    run_at(job, 0, 121)
    assert steps(job, connection="snow") == [("breached", "sent")]


def test_what_is_not_urgent_waits_for_more_and_comes_as_one_message(job: Job, hook: Webhook) -> None:
    telling(job, receiver='every = "15m"')
    run_at(job, 0, 60, 70)
    assert not hook.got
    run_at(job, 75)
    assert told(hook) == ["ITSM-2, INC0000002"]
    run_at(job, 121)
    assert told(hook) == ["Breached: ITSM-2, INC0000002"], "a breach waits for nothing"


def test_what_is_solved_before_it_is_sent_is_not_told(job: Job, hook: Webhook) -> None:
    telling(job, receiver='every = "15m"')
    run_at(job, 0, 60)
    job.edit("snow", job.ticket("snow", "Open"), incident_state="6", state="6")
    run_at(job, 75)
    assert told(hook) == ["SLA at risk on ITSM-2: Standard service, resolution"]
    assert steps(job, connection="snow") == [], "and would be, if it came to it once more"


@pytest.mark.parametrize(("every", "solved"), [("0s", (55, 58)), ("15m", (60, 75))], ids=["before", "while it waits"])
def test_a_step_of_a_ticket_that_was_solved_is_told_once_it_is_open_again(
    job: Job, hook: Webhook, every: str, solved: tuple[int, int]
) -> None:
    job.replace('on_reopen = "new_cycle"', 'on_reopen = "resume"')
    telling(job, receiver=f'every = "{every}"', ladder='[{ at = "75%", to = "duty" }]')
    begun, ended = solved
    run_at(job, 0, begun)
    ticket = job.ticket("snow", "Open")
    job.edit("snow", ticket, incident_state="6", state="6")
    run_at(job, ended)
    assert steps(job, connection="snow") == []
    job.edit("snow", ticket, incident_state="2", state="2")
    run_at(job, 80, 95, 100)
    assert steps(job, connection="snow") == [("75%", "sent")]
    assert "".join(one["message"] for one in hook.got).count("SLA at risk on INC0000002") == 1


def test_nothing_is_sent_outside_the_hours_of_a_receiver_and_all_of_it_after(job: Job, hook: Webhook) -> None:
    job.text += '\n[calendars.late]\nhours = { mon-sun = ["17:00-18:00"] }\ntimezone = "Europe/Stockholm"\n'
    telling(job, receiver='every = "0s"\nonly = "late"')
    run_at(job, 0, 60, 121, 200)
    assert not hook.got
    run_at(job, 241)  # 17:01 there
    assert told(hook) == ["Breached: ITSM-2, INC0000002"]
    assert [step for step, state in steps(job) if state == "sent"] == ["breached +1h", "breached +1h"]


def test_a_field_silences_and_the_state_says_so(job: Job, hook: Webhook) -> None:
    telling(job, rule='silence = { priority = "P1" }')
    run_at(job, 0, 60, 121)
    assert not hook.got
    assert {(row.state, row.reason) for row in noted(job)} == {("dropped", "silenced, as the rule says")}


def test_what_a_rule_silences_is_silent_whatever_other_rules_there_are(job: Job, hook: Webhook) -> None:
    telling(job, rule='silence = { priority = "P1" }')
    job.text += BOSS + '[[notify]]\nmanagement = [{ breaches = 99, within = "30d", to = "boss" }]\n'
    run_at(job, 0, 60, 121)
    assert not hook.got


def test_a_breached_sla_silences_the_warnings_of_its_olas(job: Job, hook: Webhook) -> None:
    job.replace('targets = "8h"', 'targets = "6h"')
    telling(job, ladder='[{ at = "breached", to = "duty" }]')
    job.text += '\n[[notify]]\nagreements = ["teams"]\nladder = [{ at = "60%", to = "duty" }, { at = "breached", to = "duty" }]\n'
    run_at(job, 0, 121)
    assert len(told(hook)) == 1
    run_at(job, 100 + 60)
    assert not hook.got, "60 % of the OLA, while the SLA is breached"
    found = noted(job, agreement="teams", connection="snow")
    assert [(row.step, row.state, row.reason) for row in found] == [
        ("60%", "dropped", "an SLA of the same ticket is breached")
    ]
    run_at(job, 6 * 60)
    assert told(hook), "its breach is told"


def test_an_address_is_looked_up_by_what_a_field_holds(
    job: Job, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    with webhook() as others:
        monkeypatch.setenv("OTHERS", others.address)
        telling(job, receiver='every = "0s"\nby = "team"\neach = { Open = { env = "OTHERS" } }')
        run_at(job, 0, 60)
        assert (len(others.got), len(hook.got)) == (1, 0)
        assert {row.receiver for row in noted(job)} == {"duty/Open"}


def test_two_rules_tell_one_receiver_of_a_step_once(job: Job, hook: Webhook) -> None:
    telling(job)
    job.text += '\n[[notify]]\nladder = [{ at = "75%", to = "duty" }, { at = "50%", to = "duty" }]\nobjectives = ["resolution"]\n'
    run_at(job, 0, 60)
    (message,) = hook.got
    assert message["message"].count("INC0000002") == 1


def test_a_rehearsal_shows_the_messages_and_sends_none(job: Job, hook: Webhook) -> None:
    telling(job)
    job.text += BOSS + '[[notify]]\nmanagement = [{ breaches = 2, within = "30d", to = "boss" }]\n'
    for minutes in (0, 60, 121, 181, 301):  # nothing, a digest, a breach with counts, and time alone
        job.sandbox.move_to(NOON + minutes * MINUTE)
        hook.got.clear()
        before = noted(job)
        report = job.rehearse()
        assert not hook.got
        assert noted(job) == before
        job.run()
        assert [(title, text) for _, title, text in report.told] == [(one["title"], one["message"]) for one in hook.got]


@pytest.mark.parametrize(
    ("address", "why"),
    [
        (None, "DUTY is not set"),
        ("nonsense://s3cret", "no address that apprise knows"),
        ("jsons://127.0.0.1/?verify=no&token=s3cret", "verification of certificates off"),
    ],
)
def test_an_address_that_cannot_be_is_said_before_anything_is_done(
    job: Job, monkeypatch: pytest.MonkeyPatch, address: str | None, why: str
) -> None:
    if address is None:
        monkeypatch.delenv("DUTY", raising=False)
    else:
        monkeypatch.setenv("DUTY", address)
    telling(job)
    with pytest.raises(ConfigError, match=why) as caught:
        job.run()
    assert "receivers.duty.to" in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert not job.sandbox.requests()


def test_what_changed_in_a_run_that_was_cut_short_is_told_by_the_next(
    job: Job, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    telling(job, ladder='[{ at = "10%", to = "duty" }]', rule='when = { team = "Waiting" }')
    run_at(job, 0)
    job.edit("snow", job.ticket("snow", "Waiting"), priority="1")
    job.sandbox.move_to(NOON + MINUTE)

    cut_short(job, monkeypatch)
    run_at(job, 2)
    (message,) = hook.got
    assert message["title"].startswith("SLA paused on INC")


def test_a_ticket_that_is_new_in_a_run_that_was_cut_short_is_told_by_the_next(
    job: Job, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    telling(job, ladder='[{ at = "10%", to = "duty" }]', rule='when = { team = "New" }')
    run_at(job, 0)
    opened(job)
    job.sandbox.move_to(NOON + 40 * MINUTE)
    cut_short(job, monkeypatch)
    run_at(job, 42, 60)
    assert len(hook.got) == 1


def test_a_ticket_that_is_new_where_its_tool_then_failed_is_told_when_it_is_back(
    job: Job, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    telling(job, rule='when = { team = "New" }')
    run_at(job, 0)
    opened(job)

    def down(_: object) -> None:
        raise Unavailable("down")

    with monkeypatch.context() as patched:
        patched.setattr("sync.reread_due", down)
        assert job.run_at(NOON + 6 * MINUTE).tallies[0].outage
    run_at(job, 300)  # it has breached meanwhile
    assert len(hook.got) == 1


def test_a_cycle_that_began_after_the_last_run_is_news(job: Job, hook: Webhook) -> None:
    telling(job, ladder='[{ at = "10%", to = "duty" }]', rule='when = { team = "New" }')
    run_at(job, 0)
    opened(job)
    run_at(job, 40)
    assert len(hook.got) == 1, "35 of 240 minutes"


def test_what_waits_of_a_ticket_that_is_gone_is_not_told(job: Job, hook: Webhook) -> None:
    telling(job, receiver='every = "15m"')
    run_at(job, 0, 60)
    job.call("DELETE", f"incident/{job.ticket('snow', 'Open').id}")
    job.replace("[connections.snow]\n", '[connections.snow]\ncensus = "1m"\n')
    run_at(job, 62, 75)
    assert told(hook) == ["SLA at risk on ITSM-2: Standard service, resolution"]


def test_of_steps_of_one_cycle_that_wait_only_the_last_is_told(job: Job, hook: Webhook) -> None:
    job.text += '\n[calendars.late]\nhours = { mon-sun = ["17:00-18:00"] }\ntimezone = "Europe/Stockholm"\n'
    telling(job, receiver='every = "0s"\nonly = "late"', rule='when = { team = "Open" }')
    run_at(job, 0, 60, 121, 181, 241)
    (message,) = hook.got
    assert message["message"].count("SLA ") == 2, "one for each ticket"
    assert message["message"].count("Still open, 1h") == 2
    assert steps(job, connection="snow") == [
        ("75%", "dropped"),
        ("breached", "dropped"),
        ("breached +1h", "sent"),
    ]


def test_a_name_goes_into_a_message_as_it_is_written(job: Job, hook: Webhook) -> None:
    name = "<!channel> <b>&amp;</b>"
    telling(job, ladder='[{ at = "10%", to = "duty" }]')
    run_at(job, 0)
    job.call("POST", "incident", opened_at="2016-03-01 12:05:00", priority="1", state="1", assignment_group=name)
    run_at(job, 40)
    assert f"Held by {name}." in "".join(one["message"] for one in hook.got)
