"""Agreements in words as people and programs get them."""

import json
import tomllib
from pathlib import Path
from typing import Any

import orjson
import pytest
from rich.console import Console

from sla_engine import Engine
from sla_engine.instant import parse_instant
from slabridge.app.agreements import agreements
from slabridge.config import load_config
from slabridge.config.config import config_of
from slabridge.show.agreements import as_json, print_agreements
from slabridge.text.language import Language
from tests.hostile.texts import TEXTS, steering
from tests.places import CHECKOUT
from tests.slabridge.cli.conftest import Call
from tests.slabridge.cli.conftest import call as called

call = called
EXAMPLE = CHECKOUT / "config.example.toml"
AT = parse_instant("2026-11-10T00:00:00Z")


def told(config: Path = EXAMPLE, language: str = "en") -> list[dict[str, Any]]:
    configured = load_config(config)
    found = agreements(configured, Engine(configured.definitions), AT)
    return as_json(found, configured.definitions, Language(language))


def test_all_versions_and_objectives_are_told_in_the_order_of_the_file() -> None:
    document = tomllib.loads(EXAMPLE.read_text("utf-8"))["agreements"]
    assert [(one["table"], [objective["name"] for objective in one["objectives"]]) for one in told()] == [
        (table, [*agreement["objectives"]]) for table, agreement in document.items()
    ]


def test_an_example_has_the_same_in_steps_and_in_values() -> None:
    example = told()[0]["objectives"][1]["examples"][2]
    assert example == {
        "target": 1,
        "scene": "friday",
        "title": "A ticket with priority P2 and status new comes on a Friday evening.",
        "fields": {"priority": "P2", "status": "new"},
        "calendar": "always",
        "timezone": "Europe/Stockholm",
        "begins_at": "2026-11-13T21:00:00Z",
        "due_at": "2026-11-14T05:00:00Z",
        "counted_seconds": 28_800,
        "steps": [
            "It begins Fri 13 Nov 22:00.",
            "Fri 13 Nov 22:00 to Sat 14 Nov 06:00 counts: 8 h.",
            "It is due Sat 14 Nov 06:00.",
        ],
        "parts": [{"from": "2026-11-13T21:00:00Z", "to": "2026-11-14T05:00:00Z", "mode": "counted", "seconds": 28_800}],
    }


def test_the_same_date_gives_the_same_text() -> None:
    assert orjson.dumps(told()) == orjson.dumps(told())


def test_the_command_prints_every_sentence_and_its_json_is_the_same(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "1000")
    arguments = ("--config", EXAMPLE, "--at", "2026-11-10", "--language", "sv")
    code, out, _ = call("agreements", *arguments, "--json")
    values = json.loads(out)
    assert code == 0
    assert len(values) == 4
    code, printed, _ = call("agreements", *arguments)
    lines = {line.strip() for line in printed.splitlines()}
    for agreement in values:
        for text in _texts(agreement):
            assert text in lines, text
    code, alone, _ = call("agreements", "teams", *arguments, "--json")
    assert json.loads(alone) == [one for one in values if one["id"] == "teams"]


def _texts(agreement: dict[str, Any]) -> list[str]:
    found = [one["text"] for one in agreement["sentences"]]
    for objective in agreement["objectives"]:
        found += [one["text"] for one in (*objective["sentences"], *objective["targets"])]
        for example in objective["examples"]:
            found += [example["title"], *example["steps"]]
    return found


def test_what_is_no_agreement_or_no_date_is_refused_with_what_there_is(call: Call) -> None:
    code, _, err = call("agreements", "standrad", "--config", EXAMPLE)
    assert code == 2
    assert '"standard"' in err
    assert call("agreements", "--at", "soon", "--config", EXAMPLE)[0] == 2


def test_it_fits_a_narrow_screen() -> None:
    console = Console(width=60, record=True)
    print_agreements(console, told(), Language("en"))
    assert max(len(line) for line in console.export_text().splitlines()) <= 60


def test_in_swedish_no_word_of_ours_is_english() -> None:
    """Names and values are of the file; all else is translated, weekdays and months too."""
    text = " ".join(text for one in told(language="sv") for text in _texts(one))
    english = (" is ", " the ", " of ", " and ", " when ", "Fri ", "Mon ", "Thu ", " counts", "ticket")
    assert [word for word in english if word in text] == []
    assert "fre 13 nov 22:00" in text


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_hostile_name_is_one_line_of_bounded_length(text: str, tmp_path: Path) -> None:
    document = tomllib.loads(EXAMPLE.read_text("utf-8"))
    del document["connections"], document["chain"]
    agreement = document["agreements"]["teams"]
    agreement["name"] = text
    agreement["scope"] = {"team": {"not": text}}
    configured = config_of(document, tmp_path / "config.toml")
    found = as_json(
        agreements(configured, Engine(configured.definitions), AT, "teams"), configured.definitions, Language("en")
    )
    console = Console(width=100, record=True)
    print_agreements(console, found, Language("en"))
    assert steering(console.export_text()) == set()
    for one in (found[0]["name"], *_texts(found[0])):
        assert "\n" not in one
        assert steering(one) == set()
        assert len(one) < 2_500
