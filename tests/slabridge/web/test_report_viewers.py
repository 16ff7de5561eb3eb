"""What a customer and a team see of reports and services: nothing of others, and nothing of what lies beneath."""

import orjson
import pytest

from sla_engine.instant import HOUR, parse_instant
from slabridge.app.asked import Asked
from slabridge.app.issue import issue
from slabridge.app.report import of_state
from slabridge.report.outside import outside
from slabridge.report.reporter import NoSuchReport
from tests.slabridge.run.job import NOON, Job
from tests.slabridge.web.by_proxy import ByProxy, pages_of
from tests.slabridge.web.reporting import job, pages, quick, reported

__all__ = ["job", "pages", "quick", "reported"]


def test_a_customer_sees_its_own_and_a_team_none(job: Job) -> None:
    with pages_of(job.config()) as pages:
        assert pages.get("/reports", "team=Net").status == 403
        assert pages.get("/reports/2016-03", "team=Net").status == 403
        assert pages.get("/api/v1/reports", "team=Net").status == 403
        assert pages.get("/reports/2016-03?customer=Beta", "customer=Acme").status == 404
        assert pages.get("/services?period=2016-03", "customer=Acme").status == 404
        assert pages.made("/services?period=2016-03", "team=Net").status == 200
        assert "/reports/" not in pages.get("/services?period=2016-03", "team=Net").text
        nav = pages.get("/", "customer=Acme").text
        assert "/reports" in nav
        assert "/services" not in nav


def test_what_a_customer_is_shown_is_worked_out_for_it_alone(job: Job) -> None:
    job.text = job.text.replace('category = "category"', 'customer = "category"')
    job.replace('fault = ["category", "team"]', 'fault = ["customer", "team"]')
    job.replace('name = "Service desk"', 'name = "Service desk"\ncustomers = ["Software"]')
    job.run_at(NOON + 6 * HOUR)
    issued = outside(of_state(job.config(), Asked("2016-03", customer="Software")).document, ["desk"])
    assert sum(one["compliance"]["cases"] for one in issued["objectives"]) > 0
    with pages_of(job.config()) as pages:
        found = pages.made("/api/v1/reports/2016-03", "customer=Software")
        assert found.json == issued
        left = pages.made("/api/v1/services?period=2016-03", "customer=Software").json
        assert (left["customer"], [one["service"] for one in left["services"]]) == ("Software", ["desk"])
        assert pages.get("/services?period=2016-03", "customer=Hardware").status == 404
        everything = pages.made("/api/v1/reports/2016-03").json
        assert everything["cover"]["customer"] is None


SECRET = """
[classes.SECRET]
objectives.SECRETfix = { clock = "resolution", targets = "1m", compliance = "99%" }
[services.SECRETnet]
class = "SECRET"
name = "SECRET network"
owner = "SECRET owner"
description = "SECRET description"
customers = ["SECRET AB"]
calendar = "always"
availability = "99%"
scope = { customer = "SECRET AB" }
outages = [{ file = "outages.csv" }]
fees = [{ customer = "SECRET AB", amount = "1000.00", currency = "SEK" }]
credits = [{ measure = "breach", credit = "5%" }]
[agreements.SECRETola]
kind = "ola"
name = "SECRET handling"
supports = ["standard.resolution", "desk.fix"]
calendar = "always"
objectives.handling = { clock = "handling", targets = "1m" }
"""


OUTAGES = """service,from,to,cause,ref
SECRETnet,2016-03-01T08:00:00Z,2016-03-01T09:00:00Z,SECRET cause,SECRET-1
SECRETgone,2016-03-01T08:00:00Z,2016-03-01T09:00:00Z,SECRET cause,SECRET-2
"""


@pytest.fixture
def secretive(job: Job) -> Job:
    """Give the job of two customers, of which one has a secret wherever something can be said of it."""
    job.text = job.text.replace('category = "category"', 'customer = "category"')
    job.replace('fault = ["category", "team"]', 'fault = ["customer", "team"]')
    job.replace('name = "Service desk"', 'name = "Service desk"\ncustomers = ["Software"]')
    (job.folder / "outages.csv").write_text(OUTAGES)
    job.text += SECRET
    job.sandbox.move_to(NOON + 6 * HOUR)
    job.call("POST", "incident", opened_at="2016-03-01 09:00:00", priority="1", state="2", category="SECRET AB")
    job.run_at(NOON + 6 * HOUR)
    return job


def secrets(pages: ByProxy, customer: str | None) -> list[str]:
    """Return the files of what was made for a customer (None: for who sees all) that have the secret."""
    kept = [one.folder for which, one in pages.sites.drafts._kept.items() if which.outside == (customer is not None)]
    assert kept
    return [path.name for folder in kept for path in folder.iterdir() if b"SECRET" in path.read_bytes()]


def test_no_file_of_a_customer_has_anything_of_another_or_of_what_lies_beneath(secretive: Job) -> None:
    with pages_of(secretive.config()) as pages:
        for path in ("/reports/2016-03", "/reports/2016-03?customer=Software&by=team", "/services?period=2016-03"):
            page = pages.made(path, "customer=Software")
            assert "every 2s" not in page.text
            assert "SECRET" not in page.text
        pages.made("/reports/2016-03/report.xlsx", "customer=Software")
        assert secrets(pages, "Software") == []
        found = pages.get("/api/v1/reports/2016-03", "customer=Software").json
        assert [one["service"] for one in found["availability"]] == ["desk"]
        assert {one["kind"] for one in found["objectives"]} == {"sla"}
        everything = pages.made("/api/v1/reports/2016-03").json
        assert 0 < found["cover"]["tickets"] < everything["cover"]["tickets"]
        assert {"report.json", "outages.csv", "cases.csv", "time.csv", "head.json"} <= set(secrets(pages, None))
        for service in ("SECRETnet", "nothing"):
            assert pages.get(f"/reports/2016-03?service={service}", "customer=Software").status == 404


def test_of_an_issued_report_a_customer_sees_no_more_than_of_a_draft(secretive: Job) -> None:
    secretive.run_at(parse_instant("2016-04-01T12:00:00Z"))
    asked = Asked("2016-03", customer="Software")
    document = issue(secretive.config(), asked)[0].document
    assert {"ola", "sla"} == {one["kind"] for one in document["objectives"]}
    assert [one["service"] for one in document["availability"]] == ["desk"]
    secretive.replace('owner = "SECRET owner"', 'owner = "SECRET owner of today"')
    secretive.replace('targets = "3h"', 'targets = "4h"')
    changed = of_state(secretive.config(), Asked("2016-04", customer="Software")).document["changes"]["definitions"]
    assert [one["key"] for one in changed] == ["services.desk.objectives.fix.targets"]
    with pages_of(secretive.config()) as pages:
        for period in ("2016-03", "2016-04"):
            assert "SECRET" not in pages.made(f"/reports/{period}", "customer=Software").text
        assert pages.get("/api/v1/reports/2016-03", "customer=Software").json == outside(document, ["desk"])
        assert secrets(pages, "Software") == []


def test_on_the_command_line_a_customers_report_tells_of_its_services_alone(secretive: Job) -> None:
    found = of_state(secretive.config(), Asked("2016-03", customer="Software")).document
    text = orjson.dumps({**found, "objectives": [one for one in found["objectives"] if one["kind"] == "sla"]})
    assert b"SECRETnet" not in text
    assert b"SECRETgone" not in text
    assert b"SECRET cause" not in text
    with pytest.raises(NoSuchReport, match="no such service: 'SECRETnet'"):
        of_state(secretive.config(), Asked("2016-03", ("SECRETnet",), "Software"))
