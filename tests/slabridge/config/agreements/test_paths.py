"""[[paths]]: what they mean, what means nothing, and how they fit."""

import pytest

from sla_engine import Engine
from sla_engine.chain.fit import Fit, fits_of
from sla_engine.chain.rule import WorkPath
from sla_engine.instant import DAY, HOUR, parse_instant
from tests.slabridge.config.small import definition_problems, definitions

TEAM = """
[agreements.team]
kind = "ola"
calendar = "days"
objectives.handling = { clock = "resolution", targets = { priority = { P1 = "1h" }, else = "8h" } }
objectives.answer = { clock = "resolution", targets = [{ by = { days = 1 } }] }
objectives.urgent = { clock = "resolution", targets = { priority = { P1 = "1h" } } }
"""
KIND = 'kind = "ola"\n'
PATH = 'objective = "standard.resolution"'

REFUSED = {
    "no list": ("paths = 1", "paths", "as in [[paths]]"),
    "no steps": (f"[[paths]]\n{PATH}\nsteps = []", "paths[0].steps", "must not be empty"),
    "an unknown objective": (
        '[[paths]]\nobjective = "standard.resolutoin"\nsteps = ["standard.resolution"]',
        "paths[0].objective",
        'the nearest is "standard.resolution"',
    ),
    "an unknown step": (f'[[paths]]\n{PATH}\nsteps = ["team.handling"]', "paths[0].steps[0]", "no such objective"),
    "a condition": (
        f'[[paths]]\n{PATH}\nsteps = ["standard.resolution"]\nwhen = {{ status = {{ not = "a" }} }}',
        "paths[0].when.status",
        "takes a value or a list of values",
    ),
}


@pytest.mark.parametrize(("change", "path", "words"), REFUSED.values(), ids=REFUSED)
def test_what_means_nothing_is_refused_with_its_place_and_remedy(change: str, path: str, words: str) -> None:
    (problem,) = definition_problems(change)
    assert problem.path == path
    assert words in problem.message


def test_a_path_says_what_the_table_says() -> None:
    change = f'[[paths]]\n{PATH}\nsteps = ["standard.resolution"]\nwhen = {{ priority = ["P2", "P1"], level = 1 }}'
    assert definitions(change).paths == (
        WorkPath("standard.resolution", ("standard.resolution",), (("priority", ("P1", "P2")), ("level", ("1",)))),
    )


def fit(steps: str, more: str = "") -> Fit:
    found = definitions(f"{TEAM.replace(KIND, KIND + more)}\n[[paths]]\n{PATH}\nsteps = {steps}")
    first = parse_instant("2026-03-02T00:00:00Z")
    (one,) = fits_of(found, Engine(found).calendars, first, first + 7 * DAY)
    return one


def test_targets_are_chosen_by_the_values_of_the_path() -> None:
    usual = fit('["team.handling"]')
    urgent = fit('["team.handling"]\nwhen = { priority = "P1" }')
    assert (usual.steps[0].target, urgent.steps[0].target) == (8 * HOUR, HOUR)
    assert (usual.fits, urgent.fits) == (False, True)


@pytest.mark.parametrize(
    ("steps", "more", "problem"),
    [
        ('["team.answer"]', "", "a deadline, and no amount of working time"),
        ('["team.urgent"]', "", "team.urgent has no target for such a ticket"),
        (
            '["team.handling"]',
            "valid_from = 2027-01-01\n",
            "no version of team.handling is in force then",
        ),
    ],
)
def test_what_cannot_be_computed_says_why(steps: str, more: str, problem: str) -> None:
    found = fit(steps, more)
    assert found.fits is None
    assert problem in found.problem
