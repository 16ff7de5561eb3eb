"""What a customer reads of an agreement, wherever a condition brings in others."""

import json
from typing import Any

import pytest

from sla_engine import Engine
from slabridge.show.agreements import as_json
from slabridge.text.language import Language
from slabridge.web.narrowed import may_have, narrowed
from slabridge.wording.agreement import agreement_said
from tests.slabridge.config.small import definitions
from tests.slabridge.run.making import NOW

ENGLISH = Language("en")
TARGETS = "agreements.standard.objectives.resolution.targets"
ELSE = '{ within = "8h" }'
OTHERS = {
    "target": f'{TARGETS} = [{{ when = {{ customer = "Globex" }}, within = "5m" }}, {ELSE}]',
    "one of several": f'{TARGETS} = [{{ when = {{ customer = ["Acme", "Globex"] }}, within = "5m" }}, {ELSE}]',
    "all but one": f'{TARGETS} = [{{ when = {{ customer = {{ not = "Globex" }} }}, within = "5m" }}, {ELSE}]',
    "all but us": f'{TARGETS} = [{{ when = {{ not = {{ customer = "Acme" }} }}, within = "5m" }}, {ELSE}]',
    "either": f'{TARGETS} = [{{ when = [{{ customer = "Acme" }}, {{ team = "Globex" }}], within = "5m" }}, {ELSE}]',
    "within": f'{TARGETS} = [{{ when = {{ customer = "Acme", not = {{ customer = "Globex" }} }}, within = "5m" }}, {ELSE}]',
    "values of others' fields": f"""{TARGETS} = [
        {{ when = {{ customer = "Initech", team = "Globex" }}, within = "5m" }},
        {{ when = {{ team = {{ set = true }} }}, within = "4h" }},
        {ELSE},
    ]""",
    "calendar": f"""
        calendars.globex = {{ timezone = "UTC", hours = {{ mon-fri = ["05:00-06:00"] }} }}
        {TARGETS} = "8h"
        agreements.standard.calendar = {{ field = "customer", values = {{ Globex = "globex" }}, else = "office" }}
        agreements.standard.objectives.response = {{ clock = "resolution", targets = "8h", calendar = "office" }}""",
    "start": """
        clocks.urgent = { start = { status = "new", customer = "Globex" }, stop = { status = "closed" } }
        agreements.standard.objectives.urgent = { clock = "urgent", targets = "5m" }""",
    **{
        key: f'clocks.resolution.{key} = {{ status = "Globex", customer = {{ not = "Acme" }} }}'
        for key in ("stop", "pause", "cancel", "reset")
    },
    "exclude": 'agreements.standard.exclude = { customer = "Globex" }',
    "scope": 'agreements.standard.scope = { customer = ["Globex", "Acme"] }',
}


def read_by(customer: str | None, change: str) -> list[dict[str, Any]]:
    """Return the agreements as a customer reads them, None: as they are."""
    found = definitions(change)
    engine = Engine(found)
    told = as_json([agreement_said(engine, one, {}, NOW) for one in found.agreements], found, ENGLISH)
    if customer is None:
        return told
    both = zip(found.agreements, told, strict=True)
    return [narrowed(one, text, customer, ENGLISH) for one, text in both if may_have(one, customer)]


@pytest.mark.parametrize("change", OTHERS.values(), ids=OTHERS)
def test_a_customer_reads_nothing_that_a_condition_on_customers_brings_about_for_others(change: str) -> None:
    whole, theirs = (json.dumps(read_by(customer, change)).casefold() for customer in (None, "Acme"))
    assert any(text in whole for text in ("globex", "5 min"))
    for text in ("globex", "initech", "acme", "5 min"):
        assert text not in theirs
    assert '"within 8 h' in theirs or '"within 4 h' in theirs


def test_what_asks_for_a_customer_alone_is_read_by_that_customer_with_its_examples() -> None:
    change = f'{TARGETS} = [{{ when = {{ customer = "Acme", team = "Mail" }}, within = "5m" }}, {ELSE}]'
    (whole,), (theirs,) = read_by(None, change), read_by("Acme", change)
    assert theirs["objectives"][0]["targets"] == whole["objectives"][0]["targets"]
    assert theirs["objectives"][0]["examples"] == whole["objectives"][0]["examples"] != []
    (others,) = read_by("Globex", change)
    assert [one["text"] for one in others["objectives"][0]["targets"]] == ["within 8 h, by the calendar office"]


def test_a_version_whose_scope_has_no_room_for_a_customer_is_not_read_by_it() -> None:
    change = 'agreements.standard.scope = { customer = "Globex" }'
    assert (len(read_by("Globex", change)), read_by("Acme", change)) == (1, [])


def test_an_agreement_that_asks_for_no_customer_is_read_as_it_is_but_for_what_lies_beneath() -> None:
    (whole,), (theirs,) = read_by(None, f"{TARGETS} = '4h'"), read_by("Acme", f"{TARGETS} = '4h'")
    assert {**theirs["objectives"][0], "sentences": []} == {**whole["objectives"][0], "sentences": []}
