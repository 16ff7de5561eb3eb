"""Agreements that are gone from the file, or new in it, are named before anything of it is written."""

import pytest
from structlog.testing import capture_logs

from sla_engine.instant import MINUTE
from slabridge.show import logs as logging
from tests.slabridge.run.job import NOON, TOOLS, Job

Said = list[tuple[str, str, str, int]]


@pytest.fixture(autouse=True)
def loud() -> None:
    logging.configure("warning", "console")


def said(job: Job, *, rehearse: bool = False) -> Said:
    """Return (event, connection, agreement, tickets) of what a run or its rehearsal warned of."""
    with capture_logs() as logs:
        if rehearse:
            job.rehearse()
        else:
            job.run()
    keys = ("event", "connection", "agreement", "tickets")
    return [tuple(log[key] for key in keys) for log in logs if log["event"].startswith("agreement ")]


def test_a_table_renamed_without_id_is_an_agreement_gone_and_one_new_in_the_plan_and_once_in_a_run(job: Job) -> None:
    job.sandbox.move_to(NOON)
    assert said(job) == []
    job.sandbox.move_to(NOON + MINUTE)
    assert said(job) == []
    job.replace("agreements.standard", "agreements.usual")
    job.replace('"standard.', '"usual.')
    job.sandbox.move_to(NOON + 30 * MINUTE)
    planned = said(job, rehearse=True)
    assert {(event, agreement) for event, _, agreement, _ in planned} == {
        ("agreement gone", "standard"),
        ("agreement new", "usual"),
    }
    assert {connection for _, connection, _, _ in planned} == set(TOOLS)
    assert all(tickets > 0 for *_, tickets in planned)
    assert said(job) == planned
    assert said(job) == []
    job.replace("[agreements.usual]", '[agreements.again]\nid = "usual"')
    job.replace("agreements.usual", "agreements.again")
    assert said(job) == []


def test_an_agreement_taken_out_and_put_back_stops_no_run(job: Job) -> None:
    job.sandbox.move_to(NOON)
    job.run()
    before = job.text
    job.replace("agreements.standard", "agreements.usual")
    job.replace('"standard.', '"usual.')
    renamed, now = job.text, NOON
    for text in (renamed, before):
        job.text = text
        for _ in range(2):
            now += 30 * MINUTE
            job.sandbox.move_to(now)
            done = [*job.rehearse().tallies, *job.run(accept=True).tallies]
            assert [tally.bug for tally in done] == [""] * len(done)
