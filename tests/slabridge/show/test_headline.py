"""The sentence that stands over a ticket: how its cycle stands, and who has it."""

import pytest

from sla_engine import Result
from slabridge.show.sentences import headline_of
from slabridge.text.language import Language
from tests.slabridge.run.making import at_risk, breached, ended, paused, result

ZONE = "Europe/Stockholm"


@pytest.mark.parametrize(
    ("cycle", "english", "swedish"),
    [
        (
            breached(breach_holder="Mail"),
            "SLA standard.resolution was broken Tue 3 Mar 12:00; Mail had it.",
            "SLA standard.resolution bröts tis 3 mars 12:00; Mail hade ärendet.",
        ),
        (breached(breach_holder=None), "SLA standard.resolution was broken Tue 3 Mar 12:00; nobody had it.", None),
        (at_risk(), "SLA standard.resolution is due Tue 3 Mar 16:00; Network has it.", None),
        (result(kind="ola", objective="fix"), "OLA standard.fix is due Tue 3 Mar 16:00; Network has it.", None),
        (paused(None), "SLA standard.resolution is paused; Network has it.", None),
        (ended(), "SLA standard.resolution: met, 1h used of 4h agreed.", None),
        (
            ended(status="breached", breached=True, breached_at=result().started_at, breach_holder="Mail"),
            "SLA standard.resolution was broken Tue 3 Mar 12:00; Mail had it.",
            None,
        ),
    ],
)
def test_it_says_when_it_was_broken_or_is_due_and_who_has_it(cycle: Result, english: str, swedish: str | None) -> None:
    found = headline_of(cycle, ZONE)
    assert str(found) == english
    if swedish is not None:
        assert Language("sv").tell(found) == swedish
