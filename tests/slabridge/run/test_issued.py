"""Issued reports: which there are, each by its number, and what is left to services meanwhile."""

import json
import sys

import pytest

from sla_engine.instant import DAY, HOUR
from slabridge.__main__ import main
from slabridge.app.asked import Asked
from slabridge.app.issue import heads, issue, issued
from slabridge.app.report import of_state
from slabridge.app.services import running_period, services
from slabridge.report.reporter import NoSuchReport
from tests.slabridge.run.job import NOON, Job


@pytest.fixture
def job(reported: Job) -> Job:
    return reported


def printed(*arguments: object, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(sys, "argv", ["slabridge", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = (text.decode() for text in capfdbinary.readouterr())
    assert ended.value.code in {0, None}, err
    return out


def test_all_that_were_issued_are_listed_and_each_is_read_back_by_its_number(
    job: Job, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    job.run_at(NOON + 32 * DAY)
    assert heads(job.config()) == []
    assert "not issued" in str(of_state(job.config(), Asked("2016-03")).document["notes"])
    first, _ = issue(job.config(), Asked("2016-03"))
    assert "not issued" not in str(first.document["notes"])
    alone, _ = issue(job.config(), Asked("2016-03", ("desk",), by=("team", "source")))
    job.call(
        "POST", "incident", short_description="told of late", opened_at="2016-03-10 08:00:00", priority="1", state="2"
    )
    job.run_at(NOON + 40 * DAY)
    again, _ = issue(job.config(), Asked("2016-03"))
    found = heads(job.config())
    assert [(one.about, one.number, one.state) for one in found] == [
        ("all", 2, "restated"),
        ("services=desk; by=team,source", 1, "issued"),
        ("all", 1, "issued"),
    ]
    documents = []
    for one in found:
        read = issued(job.config(), Asked.of(one.period, one.about), one.number)
        assert read is not None
        assert (read.digest, read.as_of) == (one.digest, one.as_of)
        documents.append(read.document)
    assert documents == [again.document, alone.document, first.document]
    assert issued(job.config(), Asked("2016-03"), 3) is None

    options = {"capfdbinary": capfdbinary, "monkeypatch": monkeypatch}
    listed = printed("report", "--config", job.path, "--list", "--format", "json", **options)  # type: ignore[arg-type]
    assert [json.loads(text)["digest"] for text in listed.splitlines()] == [one.digest for one in found]
    assert "2016-03 (all), number 2: restated" in printed("report", "--config", job.path, "--list", **options)  # type: ignore[arg-type]
    text = printed(
        "report",
        "--config",
        job.path,
        "--period",
        "2016-03",
        "--number",
        1,
        "--format",
        "json",
        **options,  # type: ignore[arg-type]
    )
    assert json.loads(text) == first.document


@pytest.mark.parametrize(
    "asked",
    [
        Asked("2016-03"),
        Asked("2016-Q1", ("desk", "mail")),
        Asked("2016-03", customer="Acme; AB, =x"),
        Asked("2016", ("desk",), "Å", ("team", "source")),
        Asked("2016", by=("team",)),
    ],
)
def test_what_a_report_is_about_says_what_was_asked_for(asked: Asked) -> None:
    assert Asked.of(asked.period, asked.about) == asked


def test_what_is_left_to_a_service_is_said_of_the_running_month(
    job: Job, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NoSuchReport, match="has `slabridge run` been through"):
        running_period(job.config())
    job.run_at(NOON + 5 * HOUR)
    assert running_period(job.config()) == "2016-03"
    found = services(job.config(), Asked("2016-03"))
    assert (found["state"], found["lacking"]) == ("draft", [])
    (desk,) = found["services"]
    available, (fix,) = desk["availability"], desk["objectives"]
    assert available["left_seconds"] == available["allowance_seconds"] - available["used_seconds"]
    assert fix["cases"] == fix["met"] + fix["breached"]
    options = {"capfdbinary": capfdbinary, "monkeypatch": monkeypatch}
    assert json.loads(printed("services", "--config", job.path, "--json", **options)) == found  # type: ignore[arg-type]
    text = printed("services", "--config", job.path, **options)  # type: ignore[arg-type]
    assert "Service desk\n  availability: " in text
    assert "more breaches: 0" in text
    job.run_at(NOON + 32 * DAY)
    (over,) = services(job.config(), Asked("2016-03"))["services"]
    assert over["availability"]["allowance_seconds"] == available["allowance_seconds"] > 0
    assert over["availability"]["service_time_ahead_seconds"] == 0 < available["service_time_ahead_seconds"]
