"""[services], [classes] and [reports]: what they mean, and what is wrong with them."""

import tomllib
from fractions import Fraction
from pathlib import Path

import pytest

from slabridge.config import ConfigError
from slabridge.config.services.credit import OverrunLine, TierLine
from slabridge.config.services.reporting import load_reporting
from slabridge.config.services.sources import FileSource, PrometheusSource, ServiceNowSource, TicketSource
from tests.slabridge.report.small import BASE, reporting, service


def problems(text: str) -> list[tuple[str, str]]:
    with pytest.raises(ConfigError) as raised:
        reporting(text)
    return [(problem.path, problem.message) for problem in raised.value.problems]


def test_a_service_of_a_class_is_an_agreement_with_its_objectives_and_keys_of_its_own_win() -> None:
    found = reporting(
        '[services.mail]\nclass = "premium"\nname = "E-mail"\nscope = { service = "Mail" }\navailability = "99%"'
    )
    (agreement,) = [one for one in found.definitions.agreements if one.id == "mail"]
    assert (agreement.kind, [one.name for one in agreement.objectives]) == ("sla", ["response", "resolution"])
    (mail,) = found.services
    assert (mail.title, mail.objectives) == ("E-mail", ("response", "resolution"))
    assert mail.terms is not None
    assert mail.terms.target is not None
    assert (mail.terms.calendar, mail.terms.target.share) == ("always", Fraction(99, 100))


def test_a_class_of_the_file_takes_the_place_of_one_that_is_shipped() -> None:
    found = reporting(
        '[classes.premium]\navailability = "99.99%"\ncalendar = "office"\n[services.mail]\nclass = "premium"'
    )
    (mail,) = found.services
    assert mail.terms is not None
    assert (mail.terms.calendar, mail.objectives) == ("office", ())
    assert [one.id for one in found.definitions.agreements] == ["other"]


def test_sources_of_outages_are_read_as_they_stand() -> None:
    found = service(
        'outages = [{ tickets = { outage = "true" }, begin = "from" }, { file = "o.csv" }, '
        '{ servicenow = "snow", ci = ["Gate"] }, { prometheus = "http://127.0.0.1:9090", query = "up", for = "2m" }]'
    )
    assert [type(source) for source in found.outages] == [TicketSource, FileSource, ServiceNowSource, PrometheusSource]


def test_lines_have_their_defaults() -> None:
    found = service(
        'calendar = "always"\nobjectives.resolution = { clock = "resolution", targets = "4h" }\n'
        'credits = [{ measure = "availability", tiers = [{ below = "99%", credit = "10%" }] }, '
        '{ measure = "overrun", credit = ["10%", "50%"], per = "1h" }]'
    )
    tiers, overrun = found.credits
    assert isinstance(tiers, TierLine)
    assert isinstance(overrun, OverrunLine)
    assert (overrun.hours, overrun.time, overrun.free, overrun.award.share) == (
        "started",
        "working",
        0,
        Fraction(1, 20),
    )


SERVICE = '[services.mail]\ncalendar = "always"\n'
CREDIT = SERVICE + 'objectives.resolution = { clock = "resolution", targets = "4h" }\n[[services.mail.credits]]\n'
RULES = SERVICE + "[services.mail.consequences]\n"
TARGET = 'objectives.response = { clock = "response", targets = "4d" }'
WRONG = {
    "no such class": ('[services.mail]\nclass = "premum"', "services.mail.class", 'the nearest is "premium"'),
    "an agreement of the name": (
        '[services.other]\nclass = "premium"',
        "services.other",
        'there is an agreement called "other" too',
    ),
    "an objective": (
        SERVICE + 'objectives.response = { clock = "respnse", targets = "4h" }',
        "services.mail.objectives.response.clock",
        'the nearest is "response"',
    ),
    "an objective of a class": (
        '[services.mail]\nclass = "gold"\n[classes.gold]\ncalendar = "always"\n' + TARGET,
        "classes.gold.objectives.response.targets",
        "",
    ),
    "availability without service time": (
        '[services.mail]\navailability = "99%"',
        "services.mail.availability",
        "needs the agreed service time",
    ),
    "no percentage": (SERVICE + "availability = 99", "services.mail.availability", "must be text in quotes"),
    "more than all": (SERVICE + 'availability = "100.1%"', "services.mail.availability", "is more than 100 %"),
    "no window": (SERVICE + 'window = "thu"', "services.mail.window", "is no weekly window"),
    "hours that disagree with a percentage": (
        SERVICE + 'availability = "99.9%"\ndowntime_at_most = "2h"',
        "services.mail.downtime_at_most",
        "99.9 % of a month's service time leaves 40m to 44m; change one of the two",
    ),
    "a fact of no service": (
        SERVICE + '[[facts]]\nfact = "notice"\nservice = "male"\nperiod = "2026-02"\non = 2026-03-01',
        "facts[0].service",
        'the nearest is "mail"',
    ),
    "no zone": (SERVICE + 'timezone = "Stockholm"', "services.mail.timezone", ""),
    "two sources in one": (
        SERVICE + 'outages = [{ file = "a", servicenow = "b" }]',
        "services.mail.outages[0]",
        "needs one of tickets, file, servicenow, prometheus",
    ),
    "a key of another source": (
        SERVICE + 'outages = [{ file = "a", query = "b" }]',
        "services.mail.outages[0].query",
        "has no meaning beside file",
    ),
    "a secret in the address": (
        SERVICE + 'outages = [{ prometheus = "http://u:hunter2@127.0.0.1:9090", query = "up" }]',
        "services.mail.outages[0].prometheus",
        "holds a user or password, and no secret stands in this file",
    ),
    "two currencies": (
        SERVICE + 'fees = [{ amount = "1", currency = "SEK" }, { amount = "1", currency = "EUR" }]',
        "services.mail.fees[1].currency",
        "a customer pays in one currency; write SEK",
    ),
    "money as a number": (
        SERVICE + 'fees = [{ amount = 12.5, currency = "SEK" }]',
        "services.mail.fees[0].amount",
        "must be text in quotes",
    ),
    "no measure": (CREDIT + 'measure = "availabilty"', "services.mail.credits[0].measure", 'nearest is "availability"'),
    "no award": (CREDIT + 'measure = "breach"', "services.mail.credits[0]", "needs one of credit, amount, points"),
    "two awards": (
        CREDIT + 'measure = "breach"\namount = "1"\npoints = 1',
        "services.mail.credits[0]",
        "has amount and points",
    ),
    "a key of another measure": (
        CREDIT + 'measure = "breach"\npoints = 1\nper = "1h"',
        "services.mail.credits[0].per",
        "",
    ),
    "no such objective": (
        CREDIT + 'measure = "breach"\npoints = 1\nobjective = "resolve"',
        "services.mail.credits[0].objective",
        "there is no such objective",
    ),
    "tiers out of order": (
        CREDIT + 'measure = "availability"\ntiers = [{ below = "98%", points = 1 }, { below = "99%", points = 2 }]',
        "services.mail.credits[0].tiers",
        "must go from the least to the worst",
    ),
    "tiers of a number": (
        CREDIT + 'measure = "outages"\ntiers = [{ below = "98%", points = 1 }]',
        "services.mail.credits[0].tiers[0]",
        "write above = 2",
    ),
    "a tier without length": (
        CREDIT + 'measure = "down"\ntiers = [{ above = 2, points = 1 }]',
        "services.mail.credits[0].tiers[0].above",
        "must be text in quotes",
    ),
    "no per": (CREDIT + 'measure = "overrun"\npoints = 1', "services.mail.credits[0].per", 'write per = "1h"'),
    "fewer than wanted": (
        RULES + 'termination = { measure = "availability", periods = 3, within = 2 }',
        "services.mail.consequences.termination.within",
        "must be at least as many",
    ),
    "a key of another duty": (
        RULES + 'plan = { measure = "availability", periods = 2, notified = true }',
        "services.mail.consequences.plan.notified",
        "has no meaning for plan",
    ),
    "no calendar": (
        RULES + 'claim = { within = "10wd", calendar = "offce" }',
        "services.mail.consequences.claim.calendar",
        'the nearest is "office"',
    ),
    "by a field": (
        RULES + 'rca = { by = { field = "due" }, calendar = "office" }',
        "services.mail.consequences.rca.by",
        "must be working days",
    ),
    "an unknown basis": ('[reports]\ncounts = "ended"', "reports.counts", 'the nearest is "decided"'),
    "an event in a state": ('[reports]\nresolved = { event = "created" }', "reports.resolved.event", ""),
    "a share of an objective": (
        "[agreements.other.objectives.more]\nclock = 'resolution'\ntargets = '1h'\ncompliance = 95",
        "agreements.other.objectives.more.compliance",
        "must be text in quotes",
    ),
}


def test_hours_that_agree_with_a_percentage_stand_beside_it() -> None:
    text = '[services.mail]\ncalendar = "{}"\navailability = "{}"\ndowntime_at_most = "{}"'
    for calendar, share, hours in (
        ("always", "99.9%", "43m"),
        ("always", "99.5%", "3h 36m"),
        ("office", "99%", "1h 48m"),
    ):
        (mail,) = reporting(text.format(calendar, share, hours.replace(" ", ""))).services
        assert mail.terms is not None


@pytest.mark.parametrize(("text", "path", "words"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_with_its_place_and_a_remedy(text: str, path: str, words: str) -> None:
    found = problems(text)
    assert [place for place, _ in found] == [path], found
    assert words in found[0][1]


def test_fees_may_stand_in_a_file_of_their_own_which_not_everybody_reads(tmp_path: Path) -> None:
    (tmp_path / "fees.toml").write_text('[[fees]]\namount = "10.50"\ncurrency = "SEK"\n', "utf-8")
    document = tomllib.loads(BASE + '[services.mail]\nfees = { file = "fees.toml" }')
    (mail,) = load_reporting(document, folder=tmp_path).services
    assert mail.fees[0].amount == Fraction(21, 2)
    (tmp_path / "fees.toml").write_text('[[fees]]\namount = "x"\ncurrency = "SEK"\n', "utf-8")
    with pytest.raises(ConfigError) as raised:
        load_reporting(document, folder=tmp_path)
    (problem,) = raised.value.problems
    assert (problem.path, "fees[0].amount: is no amount" in problem.message) == ("services.mail.fees.file", True)
