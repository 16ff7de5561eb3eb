"""What tickets have in a report adds up: cut anywhere, and judged anywhere, they come to the same document."""

import json
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sla_engine import read_ticket
from slabridge.config.services.reporting import load_reporting
from slabridge.report.period import read_period
from slabridge.report.reporter import Reporter, Wanted
from slabridge.spread.packed import packed, unpacked
from tests.reference.random_cases import examples, random_case


def with_service(document: dict[str, Any]) -> dict[str, Any]:
    """Return a configuration with a service that has credits, and that looks at all that tickets may tell."""
    service = {
        "calendar": next(iter(document["calendars"])),
        "availability": "99%",
        "objectives": {"fix": {"clock": "fixed", "targets": "3h", "compliance": "90%"}},
        "outages": [{"tickets": {"priority": "P1"}}],
        "fees": [{"amount": "1000.00", "currency": "SEK"}],
        "credits": [{"measure": "breach", "credit": "5%"}],
    }
    fixed = {"start": {"status": "new"}, "stop": {"status": {"not": "new"}}}
    reports = {"root_cause": "team", "approved_by": "priority", "fault": ["priority"], "fault_min": 2}
    ratings = {"sources": [{"field": "team", "grades": [1, 5]}]}
    clocks = {**document.get("clocks", {}), "fixed": fixed}
    return {**document, "clocks": clocks, "services": {"desk": service}, "reports": reports, "satisfaction": ratings}


@given(st.integers(0, 10**9))
@examples(80)
def test_the_document_is_the_same_however_tickets_are_cut_and_wherever_they_are_judged(seed: int) -> None:
    rng = Random(seed)  # noqa: S311 - a case, no secret
    case = random_case(rng, tickets=8)
    reporting = load_reporting(with_service(case.document))
    period = read_period(case.as_of[:7], reporting.definitions.timezone)

    def begun() -> Reporter:
        return Reporter(reporting, Wanted(period, by=("priority", "team")), period.end)

    tickets = [read_ticket(ticket) for ticket in case.tickets]
    cuts = sorted(rng.choices(range(len(tickets) + 1), k=rng.randint(0, 4)))
    whole, cut = begun(), begun()
    whole.add(tickets)
    for start, end in zip([0, *cuts], [*cuts, len(tickets)], strict=True):
        other = begun()
        other.add_lives(tickets[start:end])
        other.judge(tickets[start:end])
        cut.merge(unpacked(packed(other.part())))
    assert json.dumps(cut.document()) == json.dumps(whole.document())
