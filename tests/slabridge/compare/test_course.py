"""The figures that a comparison works out by itself are those of the engine."""

from random import Random

from hypothesis import given

from sla_engine import Engine, read_ticket
from sla_engine.instant import parse_instant
from slabridge.compare.course import Course, Figures
from slabridge.config import load_definitions
from tests.reference.random_cases import examples, random_case, seeds


@examples(40)
@given(seeds())
def test_a_course_comes_to_what_the_engine_says(rng: Random) -> None:
    case = random_case(rng)
    engine, at = Engine(load_definitions(case.document)), parse_instant(case.as_of)
    for result in engine.evaluate([read_ticket(ticket) for ticket in case.tickets], at, segments=True).results:
        clause = next(
            c for c in engine.clauses if (c.agreement.table, c.objective.name) == (result.table, result.objective)
        )
        if result.deadline is not None or clause.objective.rule.on_retarget == "carry":
            continue
        course = Course.of(result, at, engine.calendars[result.calendar])
        assert course.figures() == Figures.here(result), case
