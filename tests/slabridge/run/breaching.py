"""A job whose SLA and OLA are breached at once, and what it then posts on a ticket."""

from sla_engine.instant import HOUR
from tests.slabridge.run.job import NOON, Job, markers_on

BREACHED = NOON + 3 * HOUR
"""When the open tickets have been breached: a run has fields and comments to write."""


def breaching(job: Job, place: str) -> Job:
    """Give the job with its state at a place, where SLA and OLA are breached and posted in one comment."""
    job.place = place
    job.replace('targets = "8h"', 'targets = "3h"')
    return job


def markers(job: Job, name: str) -> list[str]:
    return markers_on(job.ticket(name, "Open"))


def told(job: Job, name: str) -> list[tuple[str, ...]]:
    return [comment.markers for comment in job.ticket(name, "Open").comments if comment.markers]
