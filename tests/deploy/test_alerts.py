"""The rules of Prometheus: each fires when it should, over metrics that there are, and leads to a section that says what to do."""

import re
from typing import Any

import pytest
import yaml

from tests.deploy.files import DEPLOY, ended, program
from tests.deploy.metrics import selectors, unknown
from tests.docs.pages import anchors
from tests.places import CHECKOUT

FOLDER = DEPLOY / "prometheus"
RULES: list[dict[str, Any]] = yaml.safe_load((FOLDER / "rules.yml").read_text("utf-8"))["groups"][0]["rules"]
CASES: list[dict[str, Any]] = yaml.safe_load((FOLDER / "rules.test.yml").read_text("utf-8"))["tests"]
NAMES = [rule["alert"] for rule in RULES]


def test_promtool_takes_the_rules() -> None:
    done = ended(program("promtool"), "check", "rules", FOLDER / "rules.yml")
    assert done.returncode == 0, done.stderr


def test_each_alert_fires_when_it_should_and_not_when_it_should_not() -> None:
    done = ended(program("promtool"), "test", "rules", "rules.test.yml", cwd=FOLDER)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_each_alert_has_a_case_in_which_it_fires_and_one_in_which_it_does_not(name: str) -> None:
    checks = [check for case in CASES for check in case["alert_rule_test"] if check["alertname"] == name]
    assert any(check.get("exp_alerts") for check in checks)
    assert any(not check.get("exp_alerts") for check in checks)


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_a_rule_is_over_metrics_that_there_are_and_says_what_to_do(rule: dict[str, Any]) -> None:
    assert selectors(rule["expr"])
    assert unknown(rule["expr"]) == []
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert {"summary", "description", "runbook"} == set(rule["annotations"])
    page, _, anchor = rule["annotations"]["runbook"].partition("#")
    assert anchor == rule["alert"].lower()
    assert anchor in anchors(CHECKOUT / page)


def test_every_section_of_the_page_is_of_an_alert_that_there_is() -> None:
    page = (CHECKOUT / "docs" / "alerts.md").read_text("utf-8")
    assert sorted(re.findall(r"^### (\w+)$", page, re.MULTILINE)) == sorted(NAMES)


def test_the_metrics_of_the_cases_are_those_that_there_are() -> None:
    named = " ".join(series["series"] for case in CASES for series in case["input_series"])
    assert unknown(named) == []
