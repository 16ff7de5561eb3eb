"""Each template is valid, and its example tickets come to what its comments say."""

import re
import tomllib
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from sla_engine import Engine
from sla_engine.instant import parse_instant
from slabridge.app.asked import Asked
from slabridge.app.report_file import of_file
from slabridge.app.template import NAMES, examples, promised, template
from slabridge.config.agreements.definitions import load_definitions
from slabridge.config.services.reporting import load_reporting
from slabridge.ticket.file import read_batches
from tests.places import CHECKOUT

AS_OF = "2026-03-31T00:00:00Z"
RPO = re.compile(r"^# (\[services\.copies\]\n(?:# .*\n)+)", re.MULTILINE)


def written(folder: Path, name: str) -> Path:
    path = folder / "tickets.jsonl"
    path.write_text(examples(name), "utf-8")
    return path


def test_every_file_is_a_template_that_is_offered() -> None:
    found = {path.stem for path in (CHECKOUT / "slabridge" / "templates").glob("*.toml")}
    assert found == {*NAMES, "common"}
    with pytest.raises(KeyError):
        template("gold")


@pytest.mark.parametrize("name", NAMES)
def test_example_tickets_evaluate_to_what_the_comments_say(name: str, tmp_path: Path) -> None:
    assert f"as of {AS_OF}" in template(name)
    engine = Engine(load_definitions(tomllib.loads(template(name)), name))
    (batch,) = read_batches(written(tmp_path, name))
    results = engine.evaluate(batch.tickets, parse_instant(AS_OF)).results
    said = [*promised(name)]
    assert len(said) >= 4
    for ticket, objective, status in said:
        found = [
            "breached" if one.breached else one.status
            for one in results
            if (one.ticket, f"{one.agreement}.{one.objective}") == (ticket, objective)
        ]
        assert status in found, (ticket, objective, found)


@pytest.mark.parametrize("name", NAMES)
def test_each_has_an_sla_with_a_service_that_olas_and_a_supplier_back(name: str) -> None:
    reporting = load_reporting(tomllib.loads(template(name)))
    assert {one.kind for one in reporting.definitions.agreements} == {"sla", "ola", "uc"}
    backed = {name for one in reporting.definitions.agreements for o in one.objectives for name in o.supports}
    for service in reporting.services:
        assert any(name.startswith(f"{service.name}.") for name in backed)
        assert service.terms is not None
        assert service.terms.target is not None


@pytest.mark.parametrize("name", NAMES)
def test_every_key_is_explained_or_stands_below_what_explains_it(name: str) -> None:
    """No two keys of a service stand without a sentence near them."""
    own = (CHECKOUT / "slabridge" / "templates" / f"{name}.toml").read_text("utf-8")
    assert own.count("#") >= 10
    for one, other in pairwise(template(name).split("\n\n\n")):
        assert one.strip()
        assert other.strip()


@pytest.mark.parametrize("name", NAMES)
def test_a_report_can_be_made_of_each(name: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(template(name), "utf-8")
    found = of_file(path, written(tmp_path, name), Asked("2026-03", now=parse_instant(AS_OF)))
    assert found.document["summary"]
    assert found.lacking == [] or name == "msp"


def test_what_industries_ask_for_is_said_by_their_templates() -> None:
    asked = {"public-sector": "99.5", "manufacturing": "99.9", "finance": "99.99", "health-care": "99.95"}
    for name, percent in asked.items():
        (service,) = load_reporting(tomllib.loads(template(name))).services
        assert service.terms is not None
        assert service.terms.target is not None
        assert service.terms.target.share == Fraction(percent) / 100
    text = template("manufacturing")
    assert 'credit = "5%", per = "1h"' in text


def test_a_recovery_point_is_a_service_that_is_down_while_the_copy_is_too_old() -> None:
    text = RPO.sub(lambda found: found[1].replace("\n# ", "\n"), template("finance"))
    found = load_reporting(tomllib.loads(text))
    assert [one.name for one in found.services] == ["payments", "copies"]
