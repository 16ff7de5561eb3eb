"""A job that tells people by message: a ladder on the resolution of the priority 1 ticket of `small`."""

from typing import Any

from slabridge.state import State, notifications
from slabridge.state.schema import notification
from slabridge.ticket.notification import Notification
from tests.slabridge.run.job import Job

LADDER = '[{ at = "75%", to = "duty" }, { at = "breached", to = "duty" }, { after = "1h", to = "duty", repeat = "2h" }]'


def telling(job: Job, *, ladder: str = LADDER, receiver: str = 'every = "0s"', rule: str = "") -> Job:
    """Give the job a receiver `duty`, whose address is in the environment, and a ladder for the standard resolution."""
    job.text += f"""
[receivers.duty]
to = {{ env = "DUTY" }}
{receiver}

[[notify]]
agreements = ["standard"]
objectives = ["resolution"]
ladder = {ladder}
{rule}
"""
    return job


def noted(job: Job, **only: Any) -> list[Notification]:  # noqa: ANN401 - values of columns
    """Return what the state holds of messages, those of these values alone."""
    state = State.of(job.place)
    try:
        with state.reading() as sql:
            conditions = [notification.c[name] == value for name, value in only.items()]
            order = (notification.c.noted_at, notification.c.connection, notification.c.step)
            return notifications._all(sql, *conditions, order=order)
    finally:
        state.close()


def steps(job: Job, **only: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - values of columns
    return [(row.step, row.state) for row in noted(job, **only)]


def note(job: Job, *rows: Notification) -> None:
    """Let rows be noted in the state, as by a run before."""
    state = State.of(job.place)
    with state.begin() as sql:
        notifications.note(sql, rows)
    state.close()


def free(job: Job) -> None:
    """Let the lease of a run that was killed go, as that of a dead process does."""
    state = State.of(job.place)
    with state.begin() as sql:
        sql.exec_driver_sql("DELETE FROM lease")
    state.close()
