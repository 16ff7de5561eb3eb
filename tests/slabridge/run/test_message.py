"""What a comment says."""

import re

import pytest
from msgspec import structs

from sla_engine import Result
from sla_engine.instant import HOUR, MINUTE, SECOND, parse_instant
from slabridge.config import CommentRule
from slabridge.config.connections.template import read_templates
from slabridge.config.reading import Reading
from slabridge.run.message import Told, message_of
from slabridge.text.spoken import local, spoken
from tests.slabridge.run.making import DEFINITIONS, at_risk, breached, paused

TEN = parse_instant("2026-03-03T10:00:00Z")


@pytest.mark.parametrize(
    ("found", "lines"),
    [
        pytest.param(
            at_risk(due_at=TEN, elapsed=3 * HOUR + 10 * MINUTE, remaining=50 * MINUTE),
            [
                "SLA at risk: Standard, agreed 2026, resolution",
                "Working time: 3h 10m of 4h used (79.16 %).",
                "It is due Tue 2026-03-03 11:00 CET (Europe/Stockholm).",
                "Held by Network.",
            ],
            id="at risk",
        ),
        pytest.param(
            breached(TEN, elapsed=26 * HOUR + 10 * MINUTE, remaining=-22 * HOUR - 10 * MINUTE),
            [
                "SLA breached: Standard, agreed 2026, resolution",
                "Working time: 26h 10m of 4h used (654.16 %).",
                "It was due Tue 2026-03-03 11:00 CET (Europe/Stockholm).",
                "Held by Network.",
            ],
            id="breached",
        ),
        pytest.param(
            paused(TEN, holder=None),
            [
                "SLA paused: Standard, agreed 2026, resolution",
                "Working time: 1h of 4h used (25 %).",
                "It is paused; resumed now, it would be due Tue 2026-03-03 11:00 CET (Europe/Stockholm).",
                "Nobody holds it.",
            ],
            id="paused, held by nobody",
        ),
        pytest.param(
            breached(TEN, cycle=2, kind="ola", calendar="days"),
            [
                "OLA breached: Standard, agreed 2026, resolution (cycle 2)",
                "Working time: 1h of 4h used (25 %).",
                "It was due Tue 2026-03-03 10:00 UTC (UTC).",
                "Held by Network.",
            ],
            id="a later cycle, in the zone of its calendar",
        ),
    ],
)
def test_a_comment_says_what_was_agreed_the_time_used_the_due_time_and_who_holds_it(
    found: Result, lines: list[str]
) -> None:
    assert message_of(Told(found, DEFINITIONS)).splitlines() == lines


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2026-01-15T12:00:00Z", "Thu 2026-01-15 13:00 CET (Europe/Stockholm)"),
        ("2026-07-15T12:00:00Z", "Wed 2026-07-15 14:00 CEST (Europe/Stockholm)"),
        ("2026-03-29T00:59:00Z", "Sun 2026-03-29 01:59 CET (Europe/Stockholm)"),
        ("2026-03-29T01:00:00Z", "Sun 2026-03-29 03:00 CEST (Europe/Stockholm)"),
        ("2026-10-25T00:30:00Z", "Sun 2026-10-25 02:30 CEST (Europe/Stockholm)"),
        ("2026-10-25T01:30:00Z", "Sun 2026-10-25 02:30 CET (Europe/Stockholm)"),
    ],
)
def test_local_time_tells_winter_from_summer(instant: str, expected: str) -> None:
    assert local(parse_instant(instant), "Europe/Stockholm") == expected


@pytest.mark.parametrize(
    ("ms", "expected"),
    [
        (0, "0s"),
        (45 * SECOND + 999, "45s"),
        (MINUTE - 1, "59s"),
        (MINUTE, "1m"),
        (HOUR, "1h"),
        (26 * HOUR + 10 * MINUTE + 59 * SECOND, "26h 10m"),
    ],
)
def test_working_time_is_spoken_in_hours_and_minutes_and_never_rounded_up(ms: int, expected: str) -> None:
    assert spoken(ms) == expected


def test_a_comment_is_in_the_language_of_its_readers() -> None:
    found = breached(TEN, elapsed=26 * HOUR + 10 * MINUTE, remaining=-22 * HOUR - 10 * MINUTE)
    told = Told(found, DEFINITIONS, carrier=(None, "ITSM-1"))
    assert message_of(told, "sv").splitlines() == [
        "SLA överskriden: Standard, agreed 2026, resolution",
        "Förbrukad tid: 26 h 10 min av 4 h (654,16 %).",
        "Det skulle vara klart tis 2026-03-03 11:00 CET (Europe/Stockholm).",
        "Ligger hos Network.",
        "Väntar på ingen, på ITSM-1.",
    ]


def test_a_template_says_what_the_administrator_wants_of_a_cycle_and_mapped_fields() -> None:
    found = breached(TEN, elapsed=26 * HOUR + 10 * MINUTE, remaining=-22 * HOUR - 10 * MINUTE)
    found = structs.replace(found, dimensions={"customer": ("Acme",), "labels": ("a", "b")})
    template = (
        "{{ kind }} {{ objective }} of {{ fields.customer }} ({{ fields.labels }}): {{ over }} over, due {{ due }}."
        "{% if carrier %} With {{ carrier }}.{% endif %}\n"
    )
    assert message_of(Told(found, DEFINITIONS, "INC1"), template=template) == (
        "SLA resolution of Acme (a, b): 22h 10m over, due Tue 2026-03-03 11:00 CET (Europe/Stockholm)."
    )


def test_a_field_that_is_unset_is_empty_whatever_it_is_called() -> None:
    found = structs.replace(breached(TEN), dimensions={"items": ("a",), "customer": ()})
    template = "{{ fields.items }}{{ fields.customer }}{{ fields.service }}."
    assert message_of(Told(found, DEFINITIONS), template=template) == "a."


@pytest.mark.parametrize("value", ["{{ 7 * 7 }}", "{% for x in y %}", "<b>&amp;", "=1+1"])
def test_what_a_ticket_says_is_no_template(value: str) -> None:
    found = structs.replace(breached(TEN), dimensions={"customer": (value,)}, holder=value)
    shown = message_of(Told(found, DEFINITIONS), template="{{ fields.customer }} / {{ holder }}")
    assert shown == f"{value} / {value}"


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{{ kind", "is no template"),
        ("{{ colour }}", "names what is not there .* colour|colour.*names what is not there"),
        ("{{ fields.custmer }}", 'does not map; the nearest is "customer"'),
        ("{{ holder.__class__ }}", "reaches into a value"),
        ("{{ fields.customer.upper() }}", "reaches into a value|has more than values"),
        ("{% for one in fields %}x{% endfor %}", "has more than values and if"),
        ("{% include 'x' %}", "has more than values and if"),
        ("{{ range(10) }}", "names what is not there|has more than values"),
        ("  ", "is empty"),
    ],
)
def test_a_template_that_names_anything_else_is_refused(template: str, words: str) -> None:
    reading = Reading("config.toml")
    path = ("connections", "snow", "writeback", "comments", "template")
    read_templates(template, path, ["breached"], {"customer"}, reading)
    assert reading.problems()
    assert re.search(words, "\n".join(map(str, reading.problems())))


def test_texts_are_for_a_transition_or_for_one_of_a_kind() -> None:
    reading = Reading("config.toml")
    read = read_templates({"breached": "all", "breached.ola": "teams"}, ("template",), ["breached"], (), reading)
    rule = CommentRule(("at_risk", "breached"), ("sla", "ola"), templates=read)
    assert [rule.template_of("breached", kind) for kind in ("sla", "ola")] == ["all", "teams"]
    assert rule.template_of("at_risk", "sla") is None
    read_templates({"breeched": "x", "breached.sla": 3}, ("template",), ["breached"], (), reading)
    texts = [str(one) for one in reading.problems()]
    assert len(texts) == 2
    assert 'the nearest is "breached"' in texts[0]
    assert "must be text in quotes" in texts[1]
