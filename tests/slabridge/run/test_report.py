"""Reports over the state: as over the tickets themselves, whatever stands in them."""

import csv
import json
import re
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from sla_engine.instant import DAY, HOUR, format_instant, parse_instant
from slabridge.app.asked import Asked
from slabridge.app.baseline import baselines
from slabridge.app.issue import issue, issued, verify
from slabridge.app.report import of_state
from slabridge.app.send import send
from slabridge.config import Config
from slabridge.config.services.reports import Send
from slabridge.report.document import Document
from slabridge.report.period import read_period
from slabridge.report.reporter import NoSuchReport, Reporter, Wanted
from slabridge.show.report_files import files_of
from slabridge.show.report_page import page_of
from slabridge.show.report_pdf import pdf_of
from slabridge.show.report_sheets import NoLibrary, workbook_of
from slabridge.ticket.mapping import Mapper
from tests.slabridge.run.job import NOON, Job
from tests.slabridge.state.databases import rows

HOSTILE = "=1+1 <script>alert(1)</script> \u202e &" + "x" * 5_000


@pytest.fixture
def job(reported: Job) -> Job:
    return reported


def apart(job: Job, period: str) -> Document:
    """Return the report of all tickets, read anew and past the state."""
    config = job.config()
    with job.connections() as found:
        tickets = [Mapper(connection).ticket(native) for connection, _, natives in found for native in natives]
        now = found[0][1].check().now
    assert config.reporting is not None
    reporter = Reporter(config.reporting, Wanted(read_period(period, config.definitions.timezone)), now)
    reporter.add(tickets)
    return reporter.document()


def comparable(found: Document) -> Document:
    """Return a report without how many tickets were looked at: the state knows which are quiet."""
    return {**found, "cover": {**found["cover"], "tickets": 0}}


def report(job: Job, period: str, **more: Any) -> Document:  # noqa: ANN401 - what can be asked
    return of_state(job.config(), Asked(period, **more)).document


def sent(job: Job, sending: Send) -> tuple[Path | None, list[str]]:
    return send(job.config(), sending, lambda document: files_of(document, sending.form))


@pytest.mark.parametrize("period", ["2016-02", "2016-03", "2016-02-20..2016-03-02", "2016-Q1"])
def test_a_report_over_the_state_is_that_of_all_tickets_read_anew(job: Job, period: str) -> None:
    job.run_at(NOON)
    job.run_at(NOON + 5 * HOUR)
    found, again = report(job, period), apart(job, period)
    assert comparable(found) == comparable(again)
    assert json.loads(json.dumps(found)) == found
    if period == "2016-03":
        assert sum(one["compliance"]["cases"] for one in found["objectives"]) > 5
        assert [row["kept"] for row in found["summary"] if row["promise"] == "desk.fix"] == [False]
        assert found["consequences"][0]["bills"][0]["total"] != "0.00"


def test_a_report_is_the_same_on_whatever_day_it_is_asked_for(job: Job) -> None:
    job.run_at(NOON + 5 * HOUR)
    job.run_at(NOON + 32 * DAY)
    first = report(job, "2016-03")
    assert first["cover"]["state"] == "provisional"
    job.run_at(NOON + 60 * DAY)
    assert report(job, "2016-03") == first


def test_a_cycle_that_ended_keeps_the_definition_that_it_was_judged_by(job: Job) -> None:
    job.run_at(NOON + 5 * HOUR)
    first = report(job, "2016-03")
    job.replace('targets = "3h", compliance', 'targets = "30h", compliance')
    job.run_at(NOON + 6 * HOUR)
    ended = _ended(first)
    assert ended
    assert ended == _ended(report(job, "2016-03"))


def _ended(found: Document) -> list[tuple[str, ...]]:
    """Return the breaches of the service's cycles that have ended, but for what linked tickets say of them."""
    keys = ("ticket", "cycle", "breached_at", "target_seconds", "elapsed_seconds", "holder", "breach_holder")
    return [
        tuple(str(case[key]) for key in keys)
        for one in found["objectives"]
        for case in one["breaches"]
        if case["agreement"] == "desk" and case["stopped_at"]
    ]


def test_a_draft_says_so_and_what_was_never_pulled_cannot_be_reported(job: Job) -> None:
    with pytest.raises(NoSuchReport, match="has `slabridge run` been through"):
        report(job, "2016-03")
    job.run_at(NOON)
    found = report(job, "2016-03")
    assert (found["cover"]["state"], found["cover"]["as_of"]) == ("draft", format_instant(NOON))
    assert any("is not over" in note["text"] for note in found["notes"])
    for period, words in (("2016-04", "has not begun yet"), ("March", "is no period")):
        with pytest.raises(NoSuchReport, match=words):
            report(job, period)
    with pytest.raises(NoSuchReport, match="no connection maps a field 'taem'; the nearest is \"team\""):
        report(job, "2016-03", by=("taem",))
    with pytest.raises(NoSuchReport, match='the nearest is "desk"'):
        report(job, "2016-03", services=("dsk",))


def test_a_tool_that_was_down_is_named_and_a_period_that_it_does_not_cover_lacks_data(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    job.run_at(NOON)
    monkeypatch.setenv("JIRA_TOKEN", "wrong")
    job.run_at(NOON + 3 * HOUR)
    found = of_state(job.config(), Asked("2016-03"))
    assert found.document["cover"]["as_of"] == format_instant(NOON)
    text = f"jira was last read completely at {format_instant(NOON)}; the others were read later"
    assert text in [note["text"] for note in found.document["notes"]]
    assert not found.lacking
    day_before = of_state(job.config(), Asked("2016-03-01..2016-03-02"))
    assert not day_before.lacking
    job.run_at(NOON + 40 * HOUR)
    (lacking,) = of_state(job.config(), Asked("2016-03-01..2016-03-02")).lacking
    assert lacking == f"jira was last read completely at {format_instant(NOON)}, before the period was over"


def test_a_service_alone_and_a_field_to_tell_cases_apart(job: Job) -> None:
    job.run_at(NOON + 5 * HOUR)
    found = report(job, "2016-03", services=("desk",), by=("team", "source"))
    assert {one["agreement"] for one in found["objectives"]} == {"desk"}
    (one,) = found["objectives"]
    assert {row["value"] for row in one["by"]["source"]} == {"snow", "jira"}
    assert sum(row["cases"] for row in one["by"]["team"]) == one["compliance"]["cases"] > 0


def test_a_report_of_one_service_is_in_the_zone_of_its_customer(job: Job) -> None:
    job.replace('name = "Service desk"', 'name = "Service desk"\ntimezone = "America/New_York"')
    job.run_at(NOON + 5 * HOUR)
    alone = report(job, "2016-03", services=("desk",))["cover"]
    assert (alone["timezone"], alone["from"]) == ("America/New_York", "2016-03-01T05:00:00Z")
    assert report(job, "2016-03")["cover"]["timezone"] != "America/New_York"


def test_the_report_of_a_period_that_is_over_is_written_once_and_never_over_another(job: Job) -> None:
    job.replace("[reports]\n", '[reports]\nclosing = "24h"\nsend = { folder = "sent", format = "json" }\n')
    sending = Send("sent", "json")
    place = job.folder / "sent" / "report-2016-03.json"
    job.run_at(NOON + 5 * HOUR)
    assert sent(job, sending)[0] == job.folder / "sent" / "report-2016-01.json"
    job.run_at(parse_instant("2016-04-01T12:00:00+02:00"))
    assert sent(job, sending)[0] == job.folder / "sent" / "report-2016-02.json"
    assert sent(job, sending) == (None, [])
    job.run_at(parse_instant("2016-04-02T12:00:00+02:00"))
    assert sent(job, sending) == (place, [])
    assert json.loads(place.read_text("utf-8")) == report(job, "2016-03")
    assert place.with_name("report-2016-03-cases.csv").exists()
    place.write_text("signed", "utf-8")
    assert sent(job, sending) == (None, [])
    assert place.read_text("utf-8") == "signed"


def test_a_report_that_cannot_be_written_is_said_and_tried_again(job: Job) -> None:
    job.run_at(NOON + 5 * HOUR)
    (job.folder / "sent").write_text("no folder", "utf-8")
    place, (text,) = sent(job, Send("sent"))
    assert place is None
    assert "the report of 2016-02 was not written into" in text
    (job.folder / "sent").unlink()
    assert sent(job, Send("sent"))[0] == job.folder / "sent" / "report-2016-02.html"


def test_hostile_texts_change_no_report_and_run_nowhere(job: Job) -> None:
    job.run_at(NOON + 5 * HOUR)
    before = report(job, "2016-03")
    found = _with_hostile_texts(job.config(), before)
    page = page_of(found)
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert page.count("<script") == 0
    for name, content in files_of(found, "html"):
        if name.endswith(".csv"):
            rows = list(csv.reader(StringIO(content.decode("utf-8-sig"))))
            assert not any(cell.startswith(("=", "+", "@", "\t", "\r")) for row in rows for cell in row), name
            assert not any("\u202e" in cell for row in rows for cell in row)


def _with_hostile_texts(_: Config, document: Document) -> Document:
    found: Document = json.loads(json.dumps(document))
    for one in found["objectives"]:
        for case in one["breaches"]:
            case |= {"ticket": HOSTILE, "holder": HOSTILE, "breach_holder": HOSTILE, "cause": HOSTILE}
    for row in found["time_used"]:
        row["holder"] = HOSTILE
    found["notes"].append({"text": HOSTILE, "said": HOSTILE})
    found["cover"]["customer"] = HOSTILE
    return found


def test_the_page_needs_nothing_from_elsewhere_and_says_what_it_shows(job: Job) -> None:
    job.run_at(NOON + 5 * HOUR)
    page = page_of(report(job, "2016-03"))
    assert "http" not in page.replace("http-equiv", "")
    assert page.count("<h1>") == 1
    assert '<html lang="en">' in page
    assert all(word in page for word in ("Promises", "Availability", "Who used the time", "Consequences", "✗ missed"))


def test_an_issued_report_is_read_back_whatever_happens_and_a_restatement_names_what_changed(job: Job) -> None:
    job.run_at(NOON + 5 * HOUR)
    with pytest.raises(NoSuchReport, match="cannot be issued yet"):
        issue(job.config(), Asked("2016-03"))
    job.run_at(NOON + 32 * DAY)
    with pytest.raises(NoSuchReport, match="was never issued"):
        verify(job.config(), Asked("2016-03"))
    first, changed = issue(job.config(), Asked("2016-03"))
    assert (first.document["cover"]["state"], changed) == ("issued", [])
    assert issue(job.config(), Asked("2016-03"))[0].document == first.document  # nothing differs: nothing is filed
    assert verify(job.config(), Asked("2016-03")).differences == []

    job.replace('targets = "3h", compliance = "90%"', 'targets = "30m", compliance = "80%"')
    job.run_at(NOON + 33 * DAY)
    filed = issued(job.config(), Asked("2016-03"))
    assert filed is not None
    assert filed.document == first.document
    assert verify(job.config(), Asked("2016-03")).differences == []  # by the definitions that were filed

    late = {"opened_at": "2016-03-10 08:00:00", "priority": "1", "state": "2"}
    job.call("POST", "incident", short_description="told of in April", **late)
    job.run_at(NOON + 40 * DAY)
    found = verify(job.config(), Asked("2016-03")).differences
    (key,) = {text.partition(" ")[0] for text in found if text.startswith("INC")}
    assert f"{key} desk.fix#1: breached now" in found
    again, changed = issue(job.config(), Asked("2016-03"))
    assert again.document["cover"]["state"] == "restated"
    assert again.document["restated"] == changed
    assert any(text.startswith(f"{key} ") for text in changed)
    assert rows(job.place, "SELECT number FROM report ORDER BY 1") == [(1,), (2,)]


def test_the_figures_of_an_issued_report_stand_as_rows_and_the_views_show_the_last(job: Job, place: str) -> None:
    job.place = place
    job.replace('state = "slabridge.db"', f'state = "{place}"')
    job.run_at(NOON + 32 * DAY)
    found, _ = issue(job.config(), Asked("2016-03"))
    expected = sorted(
        (one["agreement"], one["objective"], one["compliance"]["met"], one["compliance"]["cases"])
        for one in found.document["objectives"]
    )
    query = "SELECT agreement, objective, met, cases FROM v_compliance_month WHERE dimension = '' ORDER BY 1, 2"
    assert rows(place, query) == expected
    total = sum(Decimal(str(amount)) for (amount,) in rows(place, "SELECT amount FROM v_credit"))
    assert str(total) == found.document["consequences"][0]["bills"][0]["total"]
    assert rows(place, "SELECT COUNT(*) FROM share")[0][0] == len(found.document["time_used"])
    assert rows(place, "SELECT COUNT(*) FROM outage")[0][0] == len(found.document["availability"][0]["outages"])
    (risk,) = rows(place, "SELECT COUNT(*) FROM v_open_risk")
    assert risk == rows(place, "SELECT COUNT(*) FROM result WHERE stopped_at IS NULL AND NOT excluded")[0]
    assert rows(place, "SELECT percent FROM v_availability_month") == [(found.document["availability"][0]["percent"],)]


def test_an_issued_period_stands_in_the_trend_of_the_next(job: Job) -> None:
    job.run_at(NOON + 32 * DAY)
    march = issue(job.config(), Asked("2016-03"))[0].document
    job.run_at(NOON + 62 * DAY)
    found = report(job, "2016-04")
    assert found["trend"]["periods"] == ["2016-03"]
    rows = {row["promise"]: (row["percent"], row["kept"]) for row in found["trend"]["promises"]}
    for row in march["summary"]:
        assert rows[row["promise"]] == ([row["percent"]], [row["kept"]])
    assert "In earlier periods, as these were issued" in page_of(found)
    assert report(job, "2016-04", by=("team",))["trend"] == {"periods": [], "promises": []}


def test_a_workbook_has_numbers_as_numbers_and_no_formula(job: Job) -> None:
    job.run_at(NOON + 5 * HOUR)
    book = ZipFile(BytesIO(workbook_of(_with_hostile_texts(job.config(), report(job, "2016-03")))))
    sheets = {name: book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")}
    assert len(sheets) == 14
    assert not any("<f>" in sheet for sheet in sheets.values())
    assert 't="s"' in sheets["xl/worksheets/sheet3.xml"]
    numbers = re.findall(r'<c r="J\d+"><v>([\d.]+)</v>', sheets["xl/worksheets/sheet3.xml"])
    assert numbers
    assert all(float(number) > 0 for number in numbers)
    texts = book.read("xl/sharedStrings.xml").decode()
    assert "=1+1" in texts
    assert "\u202e" not in texts


def test_a_pdf_is_the_page_on_paper(job: Job) -> None:
    job.run_at(NOON + 5 * HOUR)
    try:
        found = pdf_of(report(job, "2016-03"))
    except NoLibrary as error:
        pytest.skip(str(error))
    assert found.startswith(b"%PDF-")
    assert len(found) > 10_000


def test_what_the_stored_cycles_took_is_told_by_objective_and_field(job: Job) -> None:
    job.run_at(NOON + 5 * HOUR)
    found = baselines(job.config(), None, ("priority", "source_of_none"), {"desk.fix": HOUR})
    mine = {group: one for group, one in found.items() if group[0] == "desk.fix"}
    assert {group[1] for group in mine} >= {"P1", "P3"}
    assert {group[2] for group in mine} == {""}
    counted = rows(job.place, "SELECT COUNT(*) FROM result WHERE agreement = 'desk' AND stage <> 'cancelled'")
    assert sum(one.count for one in mine.values()) == counted[0][0]
    later = baselines(job.config(), NOON, ("priority",), {})
    assert sum(one.count for one in later.values()) < sum(one.count for one in found.values())
