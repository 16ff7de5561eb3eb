"""What a state's tickets teach: learned by runs, kept, learned anew in time, and the same however tickets are read."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

import sync
from sla_engine import Engine
from sla_engine.instant import DAY
from sla_engine.zone import Zone
from slabridge.app.forecast import MONTH, WEEK, NothingLearned, known, learn, learned_anew, likeliest, renewed, tried
from slabridge.cli.one import ran
from slabridge.foresight.curve import Floats
from slabridge.foresight.learned import Learned, packed
from slabridge.foresight.model import Model
from slabridge.foresight.samples import Seen
from slabridge.foresight.survival import Like
from slabridge.foresight.trial import Teacher
from slabridge.run.halt import Halt
from slabridge.state import State, forecasts
from slabridge.state.schema import connection, forecast, ticket
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import SandboxOptions
from tests.slabridge.run.job import Job
from tests.slabridge.spread.test_spread import Cut

FORESIGHT = "\n[foresight]\n"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(size=400, seed=3), in_process=True) as found:
        yield found


@pytest.fixture(scope="module")
def been_through(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Path:
    """Give a state after a run over some hundred tickets."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SNOW_PASSWORD", "sandbox")
        patched.setenv("JIRA_TOKEN", "sandbox-jira-token")
        job = Job(tmp_path_factory.mktemp("through"), sandbox)
        job.text += FORESIGHT
        job.run()
    return job.state_file


@pytest.fixture
def many(tmp_path: Path, sandbox: Sandbox, been_through: Path) -> Job:
    """Give the job with a state of its own, as it was after that run."""
    job = Job(tmp_path, sandbox)
    job.text += FORESIGHT
    shutil.copy(been_through, job.state_file)
    return job


def later(job: Job, ms: int) -> None:
    """Let the last runs have been so much later."""
    state = State.of(job.place)
    with state.begin() as sql:
        sql.execute(sa.update(connection).values(as_of=connection.c.as_of + ms))
    state.close()


def kept_from(job: Job, ms: int) -> None:
    """Let it have been learned from cycles that began within so long."""
    state = State.of(job.place)
    found = learn(job.config(), state)
    with state.begin() as sql:
        forecasts.keep(sql, found.as_of, packed(replace(found, first=found.as_of - ms)))
    state.close()


def rows(job: Job) -> dict[tuple[str, str, str, str, int], float]:
    state = State.of(job.place)
    columns = (forecast.c.connection, forecast.c.ticket, forecast.c.agreement, forecast.c.objective, forecast.c.cycle)
    with state.reading() as sql:
        found = {tuple(name): risk for *name, risk in sql.execute(sa.select(*columns, forecast.c.risk))}
    state.close()
    return found


def test_what_runs_keep_is_what_the_command_says(many: Job) -> None:
    learned_anew(many.config())
    many.run()
    found = likeliest(many.config(), 10_000)
    said = {
        (one.connection, one.result.id, one.result.agreement, one.result.objective, one.result.cycle): one.forecast.risk
        for one in found.cycles
    }
    assert len(said) > 50
    assert rows(many) == pytest.approx(said)
    risks = [one.forecast.risk for one in found.cycles]
    assert risks == sorted(risks, reverse=True)
    assert likeliest(many.config(), 3).cycles == found.cycles[:3]
    assert likeliest(many.config(), 3).total == found.total


def test_nothing_need_be_kept_to_ask(many: Job) -> None:
    found = likeliest(many.config(), 5)
    assert len(found.cycles) == 5
    assert rows(many) == {}
    assert {trial.objective for trial in tried(many.config())} >= {"standard.resolution", "standard.response"}


def test_without_a_cycle_there_is_nothing_to_learn_from(job: Job) -> None:
    State.of(job.place).close()
    with pytest.raises(NothingLearned, match="no cycle has begun that a run has judged"):
        likeliest(job.config(), 5)
    assert renewed(replace(job.config())) is None


def test_a_run_learns_where_nothing_was_learned_and_lets_open_tickets_be_judged_anew(
    many: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    ran(many.config(), sync, lambda _: None, Halt())
    assert "learned from tickets until" in capsys.readouterr().err
    state = State.of(many.place)
    with state.reading() as sql:
        waiting = set(sql.execute(sa.select(ticket.c.is_open, ticket.c.pending, ticket.c.gone)).all())
    state.close()
    assert waiting <= {(True, True, False), (False, False, False)}
    ran(many.config(), sync, lambda _: None, Halt())
    assert capsys.readouterr().err == ""
    assert len(rows(many)) > 50


def test_it_is_learned_anew_after_a_month_and_when_the_file_says_something_else(many: Job) -> None:
    assert renewed(many.config()) is not None
    assert renewed(many.config()) is None
    kept_from(many, 2 * MONTH)
    later(many, MONTH - DAY)
    assert renewed(many.config()) is None
    later(many, DAY)
    assert renewed(many.config()) is not None
    many.replace('P3 = "4h"', 'P3 = "2h"')
    assert renewed(many.config()) is not None
    assert renewed(many.config()) is None
    many.replace("[foresight]\n", "[foresight]\nfields = []\n")
    found = renewed(many.config())
    assert found is not None
    assert "category" not in found.fields


def test_what_was_learned_from_a_few_days_is_learned_anew_after_as_many(many: Job) -> None:
    kept_from(many, 3 * DAY)
    later(many, 2 * DAY)
    assert renewed(many.config()) is None
    later(many, DAY)
    assert renewed(many.config()) is not None


def test_what_was_learned_by_another_file_is_not_asked(many: Job) -> None:
    learned_anew(many.config())
    config = many.config()
    state = State.of(many.place)
    assert known(config, state, Engine(config.definitions)) is not None
    many.replace('P3 = "4h"', 'P3 = "2h"')
    config = many.config()
    assert known(config, state, Engine(config.definitions)) is None
    state.close()


def test_what_is_learned_is_the_same_to_the_byte_however_tickets_are_cut(many: Job) -> None:
    config = many.config()
    state = State.of(many.place)
    expected = packed(learn(config, state))
    assert {packed(learn(config, state, Cut(seed=seed))) for seed in range(4)} == {expected}
    state.close()


def test_of_many_cycles_those_of_some_tickets_are_learned_from_and_always_the_same(
    many: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = many.config()
    state = State.of(many.place)
    whole = learned_cycles(learn(config, state))
    monkeypatch.setattr("slabridge.foresight.lesson.MOST", 400)
    expected = learn(config, state)
    assert 150 < learned_cycles(expected) < 600 < whole
    assert packed(learn(config, state, Cut(seed=1))) == packed(expected)
    state.close()


def learned_cycles(found: Learned) -> int:
    return sum(curve.count for like, curve in found.survival.curves.items() if like == Like(like.objective))


def test_a_person_is_looked_at_by_nobody(many: Job) -> None:
    many.text += '[privacy]\npeople = ["assignee"]\n'
    config = many.config()
    assert "assignee" not in config.foresight.fields
    found: Learned = learned_anew(config)
    assert "assignee" not in found.fields


def all_break(_: Model, seen: Seen, __: Zone) -> Floats:
    return np.ones(len(seen.at))


def with_models(job: Job, **models: Model) -> Learned:
    state = State.of(job.place)
    found = replace(learn(job.config(), state), models={name.replace("_", "."): one for name, one in models.items()})
    with state.begin() as sql:
        forecasts.keep(sql, found.as_of, packed(found))
    state.close()
    return found


def test_a_model_of_which_the_extra_is_gone_is_not_asked(many: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    with_models(many, standard_resolution=Model({}, b"nobody can read it", 1.0, 0.0))
    monkeypatch.setattr("slabridge.foresight.forecast.is_there", lambda: False)
    assert likeliest(many.config(), 5).cycles


def test_a_model_that_has_drifted_is_taken_away_after_a_week_and_the_table_is_asked(
    many: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_models(many, standard_response=Model({}, b"", 1.0, 0.0), standard_resolution=Model({}, b"", 1.0, 0.0))
    monkeypatch.setattr(Model, "risks", all_break)
    later(many, WEEK - DAY)
    assert renewed(many.config()) is None
    later(many, DAY)
    found = renewed(many.config())
    assert found is not None
    assert found.models == {}
    later(many, 2 * WEEK)
    assert renewed(many.config()) is None


def test_a_model_that_is_still_right_is_kept(many: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    before = with_models(many, standard_response=Model({}, b"", 1.0, 0.0))
    monkeypatch.setattr(Teacher, "has_drifted", lambda *_: False)
    later(many, WEEK)
    assert renewed(many.config()) is None
    config = many.config()
    state = State.of(many.place)
    after = known(config, state, Engine(config.definitions))
    state.close()
    assert after is not None
    assert (after.models, after.checked_at) == (before.models, before.as_of + WEEK)
