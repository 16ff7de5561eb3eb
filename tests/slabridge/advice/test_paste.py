"""What is proposed can be pasted: it is TOML, it is read as the file is, and what is pasted unchanged changes nothing."""

import tomllib
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import given

from sla_engine.agreement import Definitions
from sla_engine.condition import needs_event
from sla_engine.duration import Duration
from sla_engine.instant import HOUR, MINUTE
from slabridge.advice.headers import headers_of
from slabridge.advice.paste import Paste, paste_of, pasted
from slabridge.advice.present import Present
from slabridge.advice.table import condition_table, duration_text, objective_keys, rounded_up
from slabridge.config import load_definitions
from slabridge.config.agreements.classes import SHIPPED
from slabridge.report.period import read_period
from slabridge.text.toml import key, value
from tests.reference.random_agreements import DURATIONS, random_document
from tests.reference.random_cases import examples, random_case, seeds
from tests.slabridge.report.small import BASE

QUARTER = read_period("2026-Q1", "UTC")


def read(document: dict[str, Any]) -> Definitions:
    return load_definitions(document)


def present(document: dict[str, Any]) -> Present:
    return Present(read(document), {}, document, QUARTER)


def random_file(rng: Random) -> dict[str, Any]:
    calendars = random_case(rng, tickets=1).document["calendars"]
    return random_document(rng, calendars, calendars["c0"]["timezone"], date(2026, 3, 2))


@examples(150)
@given(seeds())
def test_targets_that_are_pasted_unchanged_change_nothing(rng: Random) -> None:
    document = random_file(rng)
    now = present(document)
    for agreement in now.definitions.agreements:
        for objective in agreement.objectives:
            paste = now.paste(agreement, objective, objective_keys(objective.targets))
            assert now.tried(paste) == now.definitions


@examples(150)
@given(seeds())
def test_whoever_pastes_by_hand_gets_what_was_judged(rng: Random) -> None:
    document = random_file(rng)
    for text in (as_tables(document), as_values(document)):
        now = replace(present(document), headers=headers_of(text))
        for agreement in now.definitions.agreements:
            for objective in agreement.objectives:
                paste = now.paste(agreement, objective, {"targets": "7h", "calendar": "c0"})
                again = tomllib.loads(by_hand(text, paste))
                assert again == pasted(document, paste)
                assert read(again) == now.tried(paste)


def as_tables(document: dict[str, Any]) -> str:
    """Return a file in which each objective has a header of its own."""
    return "\n".join(
        [*others(document), *(str(Paste(("agreements", n), one)) for n, one in document["agreements"].items())]
    )


def as_values(document: dict[str, Any]) -> str:
    """Return a file in which each objective is a value of its agreement, on one line."""
    lines = others(document)
    for name, agreement in document["agreements"].items():
        lines.append(str(Paste(("agreements", name), {k: v for k, v in agreement.items() if k != "objectives"})))
        lines += [f"objectives.{key(n)} = {value(one)}" for n, one in agreement.get("objectives", {}).items()]
    return "\n".join(lines)


def others(document: dict[str, Any]) -> list[str]:
    return [f"{key(n)} = {value(one)}".replace("\n", "") for n, one in document.items() if n != "agreements"]


def by_hand(text: str, paste: Paste) -> str:
    """Return a text with what is shown in the place that is named: by its lines, as a person does it."""
    lines, shown = text.split("\n"), str(paste)
    if paste.new:
        return f"{text}\n{shown}"
    head, first = shown.partition("\n")[0], str(paste.holder and f"[{'.'.join(paste.holder)}]")
    if paste.holder is None:
        start = lines.index(head)
        beneath = head[:-1] + "."
        heads = (n for n, one in enumerate(lines) if n > start and one.startswith("[") and beneath not in one)
        end = next(heads, len(lines))
    else:
        start = lines.index(first)
        start += next(n for n, one in enumerate(lines[start:]) if one.startswith(head.partition(" = ")[0] + " = "))
        end = start + 1
    return "\n".join([*lines[:start], shown, *lines[end:]])


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (
            "[agreements.a.objectives.fix]\nclock = 'c'",
            "in place of [agreements.a.objectives.fix] and all tables beneath it",
        ),
        (
            "[[agreements.a.objectives.fix.targets]]\nwithin = '4h'",
            "in place of [agreements.a.objectives.fix] and all tables beneath it",
        ),
        ("[agreements.a.objectives]\nfix.clock = 'c'", "in place of fix of [agreements.a.objectives]"),
        ("[agreements.a]\nobjectives.fix = { clock = 'c' }", "in place of objectives.fix of [agreements.a]"),
        ("[ agreements . 'a' ] # it\nobjectives.fix.clock = 'c'", "in place of objectives.fix of [agreements.a]"),
        ("agreements.a.objectives.fix.clock = 'c'", "in place of agreements.a.objectives.fix, above the first table"),
    ],
)
def test_it_is_said_what_is_replaced_however_the_file_has_it(text: str, where: str) -> None:
    paste = paste_of(tomllib.loads(text), "a", "fix", {"targets": "6h"}, headers_of(text))
    assert str(paste.where) == where
    assert 'targets = "6h"' in str(paste)


def test_a_line_of_a_value_is_no_header() -> None:
    assert headers_of("[a]\nb = [\n[1, 2],\n]\n[[c.'d.e']]") == {("a",), ("c", "d.e")}


@examples(150)
@given(seeds())
def test_conditions_are_written_as_they_are_read(rng: Random) -> None:
    document = random_file(rng)
    clock = {"while": {"status": "new"}}
    for agreement in read(document).agreements:
        conditions = [target.when for one in agreement.objectives for target in one.targets]
        conditions += [one.rule.pause for one in agreement.objectives]
        conditions += [one.rule.stop for one in agreement.objectives if not needs_event(one.rule.stop)]
        for condition in conditions:
            if condition is None or needs_event(condition):
                continue
            try:
                table = condition_table(condition)
            except ValueError:
                continue  # an event beside values
            one = {"kind": "sla", "calendar": "c0", "objectives": {"o": {**clock, "pause": table, "targets": "1h"}}}
            again = read({"calendars": document["calendars"], "agreements": {"a": one}}).agreements[0]
            assert condition_table(again.objectives[0].rule.pause or condition) == table


def test_what_ends_at_a_comment_cannot_be_written_as_a_state() -> None:
    document = tomllib.loads(
        BASE + '[agreements.a]\nkind = "sla"\ncalendar = "always"\n'
        'objectives.o = { start = { status = "new" }, stop = { event = "comment", role = "agent" }, targets = "1h" }'
    )
    stop = read(document).agreements[1].objectives[0].rule.stop
    assert stop is not None
    with pytest.raises(ValueError, match="is no condition of values"):
        condition_table(stop)


@pytest.mark.parametrize("text", DURATIONS)
def test_durations_are_written_as_they_are_read(text: str) -> None:
    document = tomllib.loads(
        BASE.replace('"24x7"', '"24x7"\nday = "8h"').replace('targets = "4h"', f'targets = "{text}"')
    )
    limit = read(document).agreements[0].objectives[0].targets[0].limit
    assert isinstance(limit, Duration)
    assert duration_text(limit) == text


@pytest.mark.parametrize(
    ("ms", "minutes"),
    [(0, 5), (1, 5), (5 * MINUTE, 5), (56 * MINUTE, 60), (HOUR + 1, 75), (8 * HOUR + 1, 540), (48 * HOUR + 1, 52 * 60)],
)
def test_times_are_rounded_up_to_what_people_agree_on(ms: int, minutes: int) -> None:
    assert rounded_up(ms) == minutes * MINUTE


CLASS = 'calendar = "always"\nobjectives.fix = { clock = "resolution", targets = "4h" }\n'


@pytest.mark.parametrize(
    ("text", "table", "place"),
    [
        (f"[agreements.a]\nkind = 'sla'\n{CLASS}", "a", "agreements.a.objectives.fix"),
        (
            f"[agreements.b]\nkind = 'sla'\n{CLASS}[agreements.a]\nlike = 'b'\nid = 'x'",
            "a",
            "agreements.b.objectives.fix",
        ),
        (f"[services.a]\n{CLASS}", "a", "services.a.objectives.fix"),
        (f"[classes.gold]\n{CLASS}[services.a]\nclass = 'gold'", "a", "classes.gold.objectives.fix"),
        (f"[classes.gold]\n{CLASS}[services.a]\nclass = 'gold'\n{CLASS}", "a", "services.a.objectives.fix"),
    ],
)
def test_keys_are_pasted_where_the_file_has_them(text: str, table: str, place: str) -> None:
    document = tomllib.loads(BASE + text)
    paste = paste_of(document, table, "fix", {"targets": "6h"}, headers_of(text))
    assert ".".join(paste.path) == place
    found = [one for one in present(document).tried(paste).agreements if one.table == table]
    assert found[0].objectives[0].targets[0].limit == Duration(6 * HOUR)


def test_a_class_that_is_shipped_gets_a_table_of_its_own() -> None:
    document = tomllib.loads(BASE + "[services.a]\nclass = 'premium'\n")
    paste = paste_of(document, "a", "resolution", {"targets": "3h"}, set())
    assert paste.path == ("classes", "premium")
    (found,) = [one for one in present(document).tried(paste).agreements if one.table == "a"]
    (before,) = [one for one in read(document).agreements if one.table == "a"]
    limits = {one.name: one.targets[0].limit for one in found.objectives}
    assert limits == {"response": before.objectives[0].targets[0].limit, "resolution": Duration(3 * HOUR)}
    assert tomllib.loads(str(paste))["classes"]["premium"]["name"] == SHIPPED["premium"]["name"]


def test_a_document_that_was_pasted_into_stays_as_it_was() -> None:
    document = {"agreements": {"a": {"objectives": {"fix": {"targets": "4h"}}}}}
    paste = Paste(("agreements", "a", "objectives", "fix"), {"targets": "6h"})
    assert pasted(document, paste)["agreements"]["a"]["objectives"]["fix"] == {"targets": "6h"}
    assert document["agreements"]["a"]["objectives"]["fix"] == {"targets": "4h"}
