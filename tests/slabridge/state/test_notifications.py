"""Messages in the state: what is counted of them, and what is said of those that did not go."""

from slabridge.state import State, notifications
from slabridge.ticket.notification import ROOT_CAUSE, SENT, UNCLEAR, Notification


def row(step: str, *, receiver: str = "duty", **values: object) -> Notification:
    return Notification(receiver=receiver, step=step, **{"noted_at": 1, "body": "x", **values})  # type: ignore[arg-type]


def test_what_was_tried_in_vain_counts_as_failing_and_an_analysis_that_is_not_overdue_as_owed(state: State) -> None:
    with state.begin() as sql:
        notifications.note(
            sql,
            [
                row("75%"),
                row("75%", receiver="duty/Open"),
                row("breached", attempts=2),
                row(ROOT_CAUSE, ticket="1"),
                row(ROOT_CAUSE, ticket="2", attempts=1),
                row("50%", state=SENT),
                row(ROOT_CAUSE, ticket="3", state=SENT),
            ],
        )
        assert notifications.counts(sql) == {
            ("duty", "waiting"): 2,
            ("duty", "failing"): 2,
            ("duty", "owed"): 1,
            ("duty", "sent"): 2,
        }


def test_the_reason_that_is_named_is_that_of_the_last(state: State) -> None:
    killed, answered = "the run that sent it was killed", "its server answered with 503"
    with state.begin() as sql:
        notifications.note(sql, [row("1", noted_at=1, state=UNCLEAR, reason=killed)])
        notifications.note(sql, [row("2", noted_at=2, state=UNCLEAR, reason=answered)])
        (found,) = notifications.troubles(sql)
    assert (found.steps, found.reason) == (2, answered)
