"""A run by a wrong file, which is taken back (docs/revert.md)."""

import json
from dataclasses import replace

import sqlalchemy as sa

from sla_engine.instant import MINUTE
from slabridge.app.revert import revert
from slabridge.exit import Exit
from slabridge.run.halt import Halt
from slabridge.run.putting_back import Reverted
from slabridge.state import State, schema
from tests.slabridge.run.job import NOON, TOOLS, Job

Standing = dict[tuple[str, str], dict[str, str | None]]

HOLDER = {"snow": "u_sla_holder", "jira": "SLA holder"}
WRONG = ('{ when = { priority = "P1" }, within = "4h"', '{ when = { priority = "P1" }, within = "2h"')


def with_a_persons_word(job: Job, place: str) -> Job:
    """Let the job's state be there, and a person's word stand in a field that slabridge is to write."""
    job.place = place
    for name in TOOLS:
        job.edit(name, job.ticket(name, "Open"), **{HOLDER[name]: "ask Kim"})
    return job


def take_back(job: Job, number: int, *, apply: bool = True) -> Reverted:
    config = replace(job.config(), state=job.place)
    return revert(config, number, lambda _: None, Halt(), apply=apply)


def standing(job: Job) -> Standing:
    """Return what stands in the fields that are written, on all tickets of both tools."""
    with job.connections() as found:
        return {(one.name, native.id): dict(native.written) for one, _, natives in found for native in natives}


def rows(job: Job, *columns: str, table: str = "ticket") -> list[tuple[object, ...]]:
    state = State.of(job.place)
    known = schema.metadata.tables[table]
    with state.reading() as sql:
        found = sql.execute(sa.select(*(known.c[name] for name in columns)).order_by(*known.primary_key))
        result = [tuple(row) for row in found]
    state.close()
    return result


def last_written(job: Job) -> list[dict[str, str | None]]:
    return [json.loads(str(text)) for (text,) in rows(job, "last_written")]


def number(job: Job) -> int:
    return max(int(str(one)) for (one,) in rows(job, "id", table="run"))


def a_bad_day(job: Job) -> tuple[int, Standing]:
    """Let a wrong file be accepted; return the run that went by it, and what stood there before."""
    job.run()
    before = standing(job)
    job.replace(*WRONG)
    assert job.run_at(NOON + MINUTE).exit_code is Exit.COMPLETE
    assert standing(job) != before
    return number(job), before
