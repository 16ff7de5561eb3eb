"""No secret is in the state, or in what runs print, however much they log (docs/promises.md, P15)."""

import base64
import sys

import pytest
import sqlalchemy as sa

from sla_engine.instant import HOUR
from slabridge.__main__ import main
from tests.slabridge.run.job import NOON, Job
from tests.slabridge.state.everything import everything

WRONG = {"SNOW_PASSWORD": "hunter2 of snow", "JIRA_TOKEN": "hunter2 of jira"}


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["slabridge", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_no_secret_is_in_the_state_or_in_what_runs_print(
    job: Job, place: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    snow, jira = job.sandbox.servicenow, job.sandbox.jira
    monkeypatch.setenv("SLABRIDGE_LOG_LEVEL", "debug")
    monkeypatch.setenv("COLUMNS", "10000")
    planted = {snow.secret, jira.secret, *WRONG.values()}
    if "://" in place:
        url = sa.make_url(place)
        planted |= {url.password} if url.password else set()
        monkeypatch.setenv("PGPASSWORD", url.password or "hunter2 of the database")
        place = url.set(password=None).render_as_string()
    job.replace('state = "slabridge.db"', f'state = "{place}"')
    job.config()
    path = str(job.path)
    for number, secrets in enumerate(({"SNOW_PASSWORD": snow.secret, "JIRA_TOKEN": jira.secret}, WRONG)):
        for name, secret in secrets.items():
            monkeypatch.setenv(name, secret)
        for step in range(2):
            job.sandbox.move_to(NOON + 3 * HOUR * (2 * number + step))
            code = call(monkeypatch, "run", "--json", "--config", path)
            assert code == (3 if number else 0)
            call(monkeypatch, "plan", "--config", path)
            call(monkeypatch, "status", "--json", "--config", path)
    out, err = capfd.readouterr()
    assert "level=debug" in err
    words = planted - {"sandbox"}  # which is also a part of the other
    users = (snow.user, jira.user)
    encoded = {base64.b64encode(f"{user}:{secret}".encode()).decode() for user in users for secret in planted}
    kept = everything(place)
    assert b"standard.resolution#1 breached" in kept
    for secret in words | encoded:
        assert secret not in out + err, secret
        assert secret.encode() not in kept, secret
    assert b"sandbox" not in kept
