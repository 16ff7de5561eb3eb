"""Which report a ticket waits for before it may go."""

import pytest

from sla_engine.instant import parse_instant
from slabridge.ticket.reported import Reported, month_of, months_in

ALL, ACME = "all", "customer=Acme"


@pytest.mark.parametrize(
    ("issued", "months", "lacking"),
    [
        ([], ["2026-03"], "2026-03 (all)"),
        ([("2026-03", ALL)], ["2026-03"], None),
        ([("2026-03", ALL)], ["2026-03", "2026-04"], "2026-04 (all)"),
        ([("2026-03", ALL)], ["2026-02", "2026-03"], "2026-02 (all)"),
        ([("2026-Q1", ALL)], ["2026-01", "2026-03"], None),
        ([("2026", ALL)], ["2026-12"], None),
        ([("2026-W10", ALL)], ["2026-03"], "2026-03 (all)"),
        ([("2026-03-01..2026-04-01", ALL)], ["2026-03"], "2026-03 (all)"),
        ([("2026-03", ALL), ("2026-03", ACME), ("2026-04", ALL)], ["2026-04"], "2026-04 (customer=Acme)"),
        ([("2026-03", ALL), ("2026-04", ACME), ("2026-04", ALL)], ["2026-03"], None),
        ([("2026-03", ACME)], ["2026-03"], None),
        ([], [], None),
    ],
)
def test_what_was_reported_once_is_waited_for_in_every_later_month(
    issued: list[tuple[str, str]], months: list[str], lacking: str | None
) -> None:
    assert Reported(issued).lacking(months) == lacking


def test_a_month_is_that_of_the_zone() -> None:
    late = parse_instant("2026-03-31T23:30:00Z")
    assert (month_of(late, "UTC"), month_of(late, "Europe/Stockholm")) == ("2026-03", "2026-04")
    assert months_in("2026-Q4") == ["2026-10", "2026-11", "2026-12"]


def test_what_is_reported_of_spans_only_what_lies_in_the_month_in_every_zone() -> None:
    issued = Reported([("2025-12", ALL), ("2026-02", ALL)])
    assert issued.spans(["UTC", "Europe/Stockholm"]) == [
        (parse_instant("2025-12-01T00:00:00Z"), parse_instant("2025-12-31T23:00:00Z")),
        (parse_instant("2026-02-01T00:00:00Z"), parse_instant("2026-02-28T23:00:00Z")),
    ]
