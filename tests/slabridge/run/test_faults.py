"""Recurring faults and advice over the state are those of the tickets themselves, whatever stands in them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sla_engine import Ticket
from sla_engine.instant import DAY, HOUR, format_instant
from sla_engine.ticket import Values
from slabridge.advice.judged import GROWTH
from slabridge.app.advise import of_file as advised_of_file
from slabridge.app.advise import of_state as advised
from slabridge.app.capacity import capacity
from slabridge.app.faults import of_file, of_state
from slabridge.report.period import read_period
from slabridge.report.reporter import NoSuchReport
from slabridge.show.advice import as_json as advice_json
from slabridge.show.faults import as_json
from slabridge.spread import Spread
from slabridge.ticket.mapping import Mapper
from tests.slabridge.run.job import NOON, Job

FAULT = 'fault = ["category", "team"]'
LATER = NOON + 40 * DAY
"""In the quarter after."""


@pytest.fixture
def job(reported: Job) -> Job:
    reported.text += "fault_min = 2\n"
    reported.run_at(NOON)
    reported.run_at(LATER)
    return reported


def log_of(job: Job) -> Path:
    """Write all tickets, read anew and past the state, as lines."""
    path = job.folder / "log.jsonl"
    with job.connections() as found:
        tickets = [Mapper(connection).ticket(native) for connection, _, natives in found for native in natives]
    path.write_text("\n".join(json.dumps(_line(ticket)) for ticket in tickets), "utf-8")
    return path


def _line(ticket: Ticket) -> dict[str, Any]:
    return {
        "source": ticket.source,
        "id": ticket.id,
        "key": ticket.key,
        "created": format_instant(ticket.created),
        "fields": {name: _value(values) for name, values in ticket.fields.items()},
        "history": [
            {
                "at": format_instant(entry.at),
                "by": entry.by,
                "changes": {name: [_value(one) for one in both] for name, both in entry.changes.items()},
            }
            for entry in ticket.history
        ],
        "comments": [
            {"at": format_instant(one.at), "by": one.by, "role": one.role, "public": one.public}
            for one in ticket.comments
        ],
    }


def _value(values: Values) -> Any:  # noqa: ANN401 - as JSON has it
    return list(values) if len(values) > 1 else values[0] if values else None


def test_faults_over_the_state_are_those_of_its_tickets(job: Job) -> None:
    found = of_state(job.config(), None, ["priority"])
    assert found.period.name == "2016-Q1"
    assert sum(len(one.tickets) for one in found.recurring.found) > 5
    assert any(one.breached for one in found.recurring.found)
    assert found.figures != found.together
    again = of_file(job.path, log_of(job), LATER, None, ["priority"])
    assert as_json(found) == as_json(again) | {"lacking": [*found.lacking]}


def test_faults_are_the_same_however_many_processes_look_for_them(job: Job) -> None:
    one, two = (as_json(of_state(job.config(), "2016-Q1", [], spread)) for spread in (Spread(), Spread(None, 2, 1)))
    assert one == two


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a single cycle be enough to propose something."""
    for module in ("backing", "hours", "judged", "misfits", "routes", "targets"):
        for name in ("ENOUGH", "BREACHES"):
            monkeypatch.setattr(f"slabridge.advice.{module}.{name}", 1, raising=False)


@pytest.mark.usefixtures("eager")
def test_advice_over_the_state_is_that_of_its_tickets(job: Job) -> None:
    found = advised(job.config())
    assert found.cycles > 5
    assert found.advice
    alone = replace(found, advice=tuple(replace(one, grown=None) for one in found.advice))
    assert advice_json(alone) == advice_json(replace(advised_of_file(job.path, log_of(job), LATER), invalid=()))


@pytest.mark.usefixtures("eager")
def test_advice_says_what_its_promise_loses_if_more_tickets_come(job: Job) -> None:
    config = job.config()
    carried = capacity(config, read_period("2016-Q1", config.definitions.timezone).start, GROWTH)
    assert carried is not None
    replayed = {one.objective: one for one in carried.grown}
    found = advised(config).advice
    assert found
    for one in found:
        assert one.grown == replayed[one.change.promise]


def test_before_any_run_there_is_nothing_to_look_at(reported: Job) -> None:
    for look in (advised, lambda config: of_state(config, None, [])):
        with pytest.raises(NoSuchReport, match="has `slabridge run` been through"):
            look(reported.config())


def test_an_empty_period_says_so_and_where_what_is_known_begins(job: Job) -> None:
    log = log_of(job)
    looks: list[Any] = [
        lambda period: of_state(job.config(), period, ["priority"]),
        lambda period: advised(job.config(), period),
        lambda period: of_file(job.path, log, LATER, period, ["priority"]),
        lambda period: advised_of_file(job.path, log, LATER, period),
    ]
    for look in looks:
        with pytest.raises(
            NoSuchReport, match=r"nothing is known of 2015-Q4; what is known begins 2016-.*a later --period"
        ):
            look("2015-Q4")
        with pytest.raises(NoSuchReport, match=r"nothing is known of 2016-Q2: .*name another --period"):
            look("2016-Q2")
        with pytest.raises(NoSuchReport, match="is no period; write 2026-03"):
            look("nonsense")
        assert look("2016-Q1").period.name == "2016-Q1"


def test_a_period_that_is_not_over_is_judged_as_at_the_last_run(job: Job) -> None:
    whole, year = (advised_of_file(job.path, log_of(job), LATER, period) for period in ("2016-Q1", "2016"))
    assert (year.cycles, year.breached) >= (whole.cycles, whole.breached) > (5, 0)


def test_fields_that_nobody_maps_are_refused_with_the_nearest(job: Job) -> None:
    with pytest.raises(
        NoSuchReport, match=r"no connection maps the field .teem. that --by names; the nearest is \"team\""
    ):
        of_state(job.config(), None, ["teem"])
    with pytest.raises(NoSuchReport, match="no ticket has the field 'teem' that --by names"):
        of_file(job.path, log_of(job), NOON + HOUR, None, ["teem"])
    job.text = job.text.replace(FAULT, 'fault = ["nonsense"]')
    with pytest.raises(NoSuchReport, match=r"the field 'nonsense' that fault of \[reports\] names; .* with --by FIELD"):
        of_state(job.config(), None, [])


def test_of_the_usual_fields_those_that_are_mapped_tell_faults_apart(job: Job) -> None:
    assert FAULT in job.text
    job.text = job.text.replace(FAULT, "")
    assert "service" not in job.config().dimensions
    assert of_state(job.config(), None, []).recurring.fields == ("category",)
    assert of_file(job.path, log_of(job), LATER, None, []).recurring.fields == ("category",)


def test_where_none_of_the_usual_fields_is_known_it_says_how_to_name_others(job: Job) -> None:
    job.text = job.text.replace(FAULT, "")
    log = log_of(job)
    log.write_text(log.read_text("utf-8").replace('"category"', '"kind"'), "utf-8")
    with pytest.raises(
        NoSuchReport, match=r"no ticket has service or category, .* name fields with --by FIELD; .*kind"
    ):
        of_file(job.path, log, LATER, None, [])
