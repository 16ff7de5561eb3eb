"""At most one message for each step, whatever happens while it is sent (docs/notifications.md, "At most once")."""

import json
from collections.abc import Callable

import pytest

import sync
from connectors.errors import ConnectorError
from sla_engine.instant import DAY, HOUR, MINUTE
from slabridge.app import messenger
from slabridge.app.connect import connected
from slabridge.app.messenger import messenger_of
from slabridge.exit import Exit
from slabridge.run.deliver import TOGETHER, Outcome, Send, _text
from slabridge.run.halt import Halt
from slabridge.run.tally import Report
from slabridge.show import logs
from slabridge.state import State, notifications
from slabridge.ticket.notification import Notification
from tests.slabridge.run.job import NOON, Job, Killed
from tests.slabridge.run.receiving import Behaviour, Mailbox, Webhook, webhook
from tests.slabridge.run.telling import free, note, noted, steps, telling

AT_RISK, BREACHED = NOON + HOUR, NOON + 121 * MINUTE


def run_with(job: Job, send: Send, halt: Halt | None = None) -> Report:
    config, state = job.config(), State.of(job.place)
    try:
        with connected(config) as connectors:
            return sync.run(config, connectors, state, halt=halt, send=send)
    finally:
        state.close()


def only(job: Job, hours: str) -> None:
    """Tell of a breach within some hours alone."""
    job.text += f'\n[calendars.late]\nhours = {{ {hours} }}\ntimezone = "UTC"\n'
    telling(job, receiver='every = "0s"\nonly = "late"', ladder='[{ at = "breached", to = "duty" }]')


def over(halt: Halt) -> None:
    """Let the time of a run be over."""
    halt._end = 0


@pytest.mark.parametrize("instant", range(1, 7))
def test_killed_at_any_commit_of_the_sending_tells_each_step_at_most_once(
    job: Job, hook: Webhook, place: str, monkeypatch: pytest.MonkeyPatch, instant: int
) -> None:
    """The commits: noting what is due, `sending` and `sent` of it; before and after each."""
    job.place = place
    telling(job)
    job.run_at(NOON)
    job.sandbox.move_to(AT_RISK)
    calls = 0
    real = notifications.became

    def became(*args: object, **values: object) -> None:
        nonlocal calls
        calls += 1
        if calls == instant:
            raise Killed
        real(*args, **values)  # type: ignore[arg-type]
        if calls == instant - 1 and instant % 2:
            raise Killed

    monkeypatch.setattr(notifications, "became", became)
    try:
        job.run()
    except Killed:
        monkeypatch.setattr(notifications, "became", real)
        free(job)
        for minutes in (1, 20, 40):
            job.run_at(AT_RISK + minutes * MINUTE)
    said = "".join(one["message"] for one in hook.got)
    assert said.count("INC0000002") == said.count("SLA at risk on INC0000002") <= 1
    assert {row.state for row in noted(job)} <= {"sent", "unclear"}
    if not hook.got:
        assert {row.state for row in noted(job)} == {"unclear"}


def test_killed_while_it_is_sent_it_is_reported_and_not_sent_again(job: Job, hook: Webhook) -> None:
    telling(job)
    job.run_at(NOON)
    job.sandbox.move_to(AT_RISK)
    send = messenger_of(job.config())
    assert send is not None

    def dying(address: str, title: str, body: str) -> tuple[Outcome, str]:
        send(address, title, body)
        raise Killed

    with pytest.raises(Killed):
        run_with(job, dying)
    free(job)
    report = job.run()
    assert len(hook.got) == 1
    assert report.messages.unclear == 2
    assert report.exit_code is Exit.PARTIAL
    assert job.run_at(AT_RISK + MINUTE).exit_code is Exit.COMPLETE, "it is said once"
    assert len(hook.got) == 1


@pytest.mark.parametrize("behaves", ["takes and hangs up", "takes and resets", "takes and says nothing"])
def test_a_lost_answer_is_reported_and_not_sent_again(
    job: Job, hook: Webhook, behaves: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messenger, "_ANSWER", 0.5)
    telling(job)
    job.run_at(NOON)
    hook.behaves = behaves
    report = job.run_at(AT_RISK)
    assert (report.messages.unclear, report.exit_code) == (2, Exit.PARTIAL)
    hook.behaves = "takes"
    job.run_at(AT_RISK + 20 * MINUTE)
    assert hook.asked == 1
    assert {state for _, state in steps(job)} == {"unclear"}


def test_a_mail_server_that_takes_a_message_and_hangs_up_gets_it_once(job: Job, box: Mailbox) -> None:
    telling(job)
    box.answer = ""
    job.run_at(NOON)
    report = job.run_at(AT_RISK)
    assert (report.messages.unclear, report.exit_code) == (2, Exit.PARTIAL)
    box.answer = "250 OK"
    job.run_at(AT_RISK + 20 * MINUTE)
    assert len(box.got) == 1
    assert {state for _, state in steps(job)} == {"unclear"}


@pytest.mark.parametrize("behaves", ["fails", "redirects"])
def test_what_a_server_does_not_take_is_sent_again_and_arrives_once(job: Job, hook: Webhook, behaves: str) -> None:
    telling(job)
    job.run_at(NOON)
    hook.behaves = behaves  # type: ignore[assignment]
    report = job.run_at(AT_RISK)
    assert (report.messages.deferred, report.exit_code) == (2, Exit.DEFERRED)
    asked = hook.asked
    assert asked == 1, "a redirect is not followed"
    job.run_at(AT_RISK + MINUTE // 2)
    assert hook.asked == asked, "it is not tried all the time"
    hook.behaves = "takes"
    job.run_at(AT_RISK + MINUTE)
    job.run_at(AT_RISK + 2 * MINUTE)
    assert len(hook.got) == 1


def test_a_server_that_is_not_there_is_tried_for_post_within_and_then_given_up(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    with webhook() as gone:
        monkeypatch.setenv("DUTY", gone.address)
    telling(job)
    job.replace('post_within = "24h"', 'post_within = "2h"')
    job.run_at(NOON)
    assert job.run_at(AT_RISK).messages.deferred == 2
    report = job.run_at(AT_RISK + 2 * HOUR)
    assert report.messages.lost == 2
    assert report.exit_code is Exit.PARTIAL
    assert ("75%", "dropped") in steps(job)


def test_a_mail_server_that_says_no_is_asked_again(job: Job, box: Mailbox) -> None:
    telling(job)
    box.answer = "451 try later"
    job.run_at(NOON)
    assert job.run_at(AT_RISK).messages.deferred == 2
    box.answer = "250 OK"
    job.run_at(AT_RISK + MINUTE)
    assert len(box.got) == 1


def test_a_tool_that_is_down_stops_no_message_of_the_other(
    job: Job, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    telling(job)
    job.run_at(NOON)
    job.sandbox.move_to(AT_RISK)
    config, state = job.config(), State.of(job.place)
    with connected(config) as connectors:

        def down() -> None:
            raise ConnectorError("snow: is down")

        (tool,) = [tool for connection, tool in connectors if connection.name == "snow"]
        monkeypatch.setattr(tool, "check", down)
        sync.run(config, connectors, state, send=messenger_of(config))
    state.close()
    (message,) = hook.got
    assert "ITSM-2" in message["message"]
    assert "INC" not in message["message"]


def test_an_address_stands_in_no_log_state_report_or_error(
    job: Job, hook: Webhook, box: Mailbox, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    logs.configure("debug", "json")
    monkeypatch.setenv("DUTY", hook.address)
    monkeypatch.setenv("MAIL", box.address.replace("mailto://", "mailto://duty:s3cret-of-mail@"))
    telling(job, ladder='[{ at = "75%", to = ["duty", "mail"] }, { at = "breached", to = ["duty", "mail"] }]')
    job.text += '\n[receivers.mail]\nto = { env = "MAIL" }\nevery = "0s"\n'
    job.run_at(NOON)
    for behaves, at in (("fails", AT_RISK), ("takes and hangs up", AT_RISK + 2 * MINUTE), ("takes", BREACHED)):
        hook.behaves = behaves  # type: ignore[assignment]
        report = job.run_at(at)
        assert "s3cret" not in json.dumps(report.messages.as_json())
    said = "".join(capfd.readouterr())
    assert all(f'"receiver": "{name}"' in said for name in ("duty", "mail"))  # that both failed is said
    assert "s3cret" not in said
    assert b"s3cret" not in job.state_file.read_bytes()


def test_a_bug_in_the_sending_is_said_and_the_run_is_whole(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUTY", "json://127.0.0.1:9/")
    telling(job)
    job.run_at(NOON)
    job.sandbox.move_to(AT_RISK)

    def broken(*_: str) -> tuple[Outcome, str]:
        raise ZeroDivisionError

    report = run_with(job, broken)
    assert report.messages.bug == "ZeroDivisionError"
    assert report.exit_code is Exit.BUG
    assert all(tally.evaluated for tally in report.tallies)


def test_a_server_that_takes_nothing_is_asked_once_in_a_run_however_much_waits(job: Job, hook: Webhook) -> None:
    telling(job)
    job.run_at(NOON)
    note(job, *(Notification(receiver="duty", step=f"{n}", noted_at=NOON, body="x") for n in range(2 * TOGETHER + 1)))
    hook.behaves = "fails"
    job.run_at(NOON + MINUTE)
    assert hook.asked == 1


def test_a_digest_of_a_day_is_tried_for_post_within_from_its_first_try(job: Job, hook: Webhook) -> None:
    telling(job, receiver='every = "24h"', ladder='[{ at = "75%", to = "duty" }]')
    job.run_at(NOON)
    job.run_at(AT_RISK)
    hook.behaves = "fails"
    assert job.run_at(AT_RISK + DAY).messages.deferred == 2
    hook.behaves = "takes"
    job.run_at(AT_RISK + DAY + 2 * MINUTE)
    assert len(hook.got) == 1


def test_what_waited_for_hours_is_tried_for_post_within_from_its_first_try(job: Job, hook: Webhook) -> None:
    only(job, 'thu = ["12:00-18:00"]')  # noon is of a Tuesday
    job.run_at(NOON)
    job.run_at(BREACHED)
    hook.behaves = "fails"
    assert job.run_at(NOON + 2 * DAY + MINUTE).messages.deferred == 2
    hook.behaves = "takes"
    job.run_at(NOON + 2 * DAY + 3 * MINUTE)
    assert len(hook.got) == 1


def test_what_waits_for_hours_is_expected_when_they_open(job: Job, hook: Webhook) -> None:
    only(job, 'mon-sun = ["12:00-14:03"]')
    job.run_at(NOON)
    hook.behaves = "fails"
    job.run_at(BREACHED)
    assert hook.asked == 1
    assert job.run_at(BREACHED + 10 * MINUTE).messages.next_at == NOON + DAY


@pytest.mark.usefixtures("hook")
@pytest.mark.parametrize("end", [Halt.stop, over], ids=["stopped", "out of time"])
def test_a_run_that_has_to_end_sends_no_more_and_says_that_something_is_left(
    job: Job, end: Callable[[Halt], None]
) -> None:
    telling(job, ladder='[{ at = "75%", to = ["duty", "two"] }]')
    job.text += '\n[receivers.two]\nto = { env = "DUTY" }\nevery = "0s"\n'
    job.run_at(NOON)
    job.sandbox.move_to(AT_RISK)
    halt, sent = Halt(1000), []

    def ending(address: str, *_: str) -> tuple[Outcome, str]:
        sent.append(address)
        end(halt)
        return Outcome.SENT, ""

    report = run_with(job, ending, halt)
    assert len(sent) == 1
    assert {state for _, state in steps(job)} == {"sent", "waiting"}
    assert report.exit_code is Exit.DEFERRED


def test_a_title_calls_breached_what_is_breached() -> None:
    breach = Notification(receiver="duty", step="breached", key="INC1", noted_at=1, urgent=True, body="SLA breached")
    warning = Notification(receiver="duty", step="75%", key="INC2", noted_at=1, body="SLA at risk")
    assert _text([breach, warning], "en")[0] == "Breached: INC1 and 1 more"
