"""Who sees which reports and services."""

import pytest

from slabridge.app.asked import Asked
from slabridge.ticket.viewer import Viewer
from slabridge.web.allowed import asked_as, sees_issued, services_asked, services_seen
from tests.slabridge.report.small import reporting

ALL, ACME, NET = Viewer(), Viewer(customer="Acme"), Viewer(team="Net")
MARCH = Asked("2026-03")
SERVICES = reporting("""
[services.mail]
customers = ["Acme", "Beta"]
[services.print]
customers = ["Beta"]
[services.phone]
""").services


def test_a_customer_is_shown_its_own_report_whatever_it_asks_for_and_a_team_none() -> None:
    for asked in (MARCH, Asked("2026-03", ("mail",), "Beta", ("team",))):
        assert asked_as(ALL, asked, SERVICES) == asked
        assert asked_as(NET, asked, SERVICES) is None
    assert asked_as(ACME, MARCH, SERVICES) == Asked("2026-03", customer="Acme")
    assert asked_as(ACME, Asked("2026-03", ("mail",), "Acme"), SERVICES) == Asked("2026-03", ("mail",), "Acme")
    assert asked_as(ACME, Asked("2026-03", customer="Beta"), SERVICES) is None
    for other in ("print", "phone", "nothing"):
        assert asked_as(ACME, Asked("2026-03", ("mail", other), "Acme"), SERVICES) is None


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        (MARCH, False),
        (Asked("2026-03", ("mail",), by=("customer",)), False),
        (Asked("2026-03", customer="Acme"), True),
        (Asked("2026-03", ("mail",), "Acme", ("team",)), True),
        (Asked("2026-03", customer="Acme AB"), False),
        (Asked("2026-03", customer="B; customer=Acme"), False),
        (Asked("2026-03", customer="acme"), False),
        (Asked("2026-03", ("mail", "print"), "Acme"), False),
    ],
)
def test_of_issued_reports_a_customer_sees_those_about_it_alone(asked: Asked, seen: bool) -> None:
    assert sees_issued(ACME, asked.period, asked.about, SERVICES) is seen
    assert sees_issued(ALL, asked.period, asked.about, SERVICES)
    assert not sees_issued(NET, asked.period, asked.about, SERVICES)


def test_a_customer_sees_the_services_that_name_it_and_of_them_its_own_cases() -> None:
    assert services_seen(ACME, SERVICES) == ("mail",)
    assert services_seen(NET, SERVICES) == services_seen(ALL, SERVICES) == ("mail", "print", "phone")
    assert services_asked(ACME, SERVICES, "2026-03") == Asked("2026-03", ("mail",), "Acme")
    assert services_asked(NET, SERVICES, "2026-03") == services_asked(ALL, SERVICES, "2026-03") == MARCH
    assert services_asked(Viewer(customer="Gamma"), SERVICES, "2026-03") is None
