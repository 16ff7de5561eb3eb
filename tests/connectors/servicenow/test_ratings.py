"""Answers to surveys, as the instance keeps them."""

import pytest

from connectors.errors import Refused
from connectors.interface import NativeRating, Skipped, Survey
from sla_engine.instant import parse_instant
from tests.connectors.servicenow.conftest import Connect, People
from tests.connectors.servicenow.scripted import Scripted

SURVEY = Survey("Service desk satisfaction", "How satisfied are you?")
FIRST, LAST = parse_instant("2026-03-01T00:00:00Z"), parse_instant("2026-04-01T00:00:00Z")


def made(people: People, table: str, **body: str) -> str:
    return str(people.ask("POST", table, body=body)["sys_id"])


class Surveyed:
    """A survey with one question, sent about the incidents of the log."""

    def __init__(self, people: People) -> None:
        self._people = people
        self.survey = made(people, "asmt_metric_type", name=SURVEY.name)
        self.question = made(people, "asmt_metric", name=SURVEY.question, metric_type=self.survey)
        self.task = str(people.ask("GET", "incident", sysparm_query="number=INC0000001")[0]["sys_id"])

    def sent(self, number: str, taken_on: str, grade: str | None, **more: str) -> str:
        """Send it; with a grade it is answered."""
        state = "ready" if grade is None else "complete"
        body = {"number": number, "metric_type": self.survey, "task_id": self.task, "state": state} | more
        instance = made(self._people, "asmt_assessment_instance", **body, taken_on=taken_on)
        if grade is not None:
            made(
                self._people, "asmt_assessment_instance_question", instance=instance, metric=self.question, value=grade
            )
        return instance


@pytest.fixture
def surveyed(people: People) -> Surveyed:
    """See `Surveyed`."""
    return Surveyed(people)


def test_answers_of_the_period_are_read_with_their_grade_ticket_and_instant(surveyed: Surveyed, snow: Connect) -> None:
    surveyed.sent("AINST1", "2026-03-31 23:59:59", "4")
    surveyed.sent("AINST2", "2026-04-01 00:00:00", "1")
    surveyed.sent("AINST3", "2026-02-28 23:59:59", "2")
    found = [*snow().ratings(SURVEY, FIRST, LAST)]
    given = [one for one in found if isinstance(one, NativeRating) and one.at and FIRST <= one.at < LAST]
    assert [(one.ticket, one.grade, one.at) for one in given] == [
        (surveyed.task, "4", parse_instant("2026-03-31T23:59:59Z"))
    ]


def test_what_was_asked_and_not_answered_is_told_and_what_was_called_off_is_not(
    surveyed: Surveyed, snow: Connect
) -> None:
    surveyed.sent("AINST1", "", None)
    surveyed.sent("AINST2", "", None, state="canceled")
    surveyed.sent("AINST3", "", None, task_id="")
    now = snow().check().now
    (found,) = snow().ratings(SURVEY, now - 86_400_000, now + 86_400_000)
    assert isinstance(found, NativeRating)
    assert (found.grade, found.at) == (None, None)
    assert found.asked is not None


def test_an_answer_without_a_readable_date_says_why(surveyed: Surveyed, people: People, snow: Connect) -> None:
    instance = surveyed.sent("AINST1", "2026-03-02 10:00:00", "4")
    surveyed.sent("AINST2", "2026-03-02 11:00:00", "5")
    people.ask("PATCH", f"asmt_assessment_instance/{instance}", body={"taken_on": ""})
    now = snow().check().now
    found = [*snow().ratings(SURVEY, now - 86_400_000, now + 86_400_000)]
    assert [one.reason for one in found if isinstance(one, Skipped)] == ["taken_on is '', which is no date and time"]
    assert [one.grade for one in found if isinstance(one, NativeRating)] == ["5"]


def test_another_survey_and_another_question_are_left_alone(surveyed: Surveyed, people: People, snow: Connect) -> None:
    instance = surveyed.sent("AINST1", "2026-03-02 10:00:00", "4")
    other = made(people, "asmt_metric", name="Was it fast?", metric_type=surveyed.survey)
    made(people, "asmt_assessment_instance_question", instance=instance, metric=other, value="1")
    foreign = made(people, "asmt_metric_type", name="Vendors")
    surveyed.sent("AINST2", "2026-03-02 10:00:00", "1", metric_type=foreign)
    assert [one.grade for one in snow().ratings(SURVEY, FIRST, LAST) if isinstance(one, NativeRating)] == ["4"]


def test_a_survey_or_question_that_is_not_there_is_named(surveyed: Surveyed, snow: Connect) -> None:
    assert surveyed.survey
    with pytest.raises(Refused, match=r"asmt_metric_type has none .* named 'Fax'"):
        list(snow().ratings(Survey("Fax", "x"), FIRST, LAST))
    with pytest.raises(Refused, match=r"asmt_metric has none .* named 'Why\?'"):
        list(snow().ratings(Survey(SURVEY.name, "Why?"), FIRST, LAST))
    with pytest.raises(Refused, match="several surveys, and none is named"):
        snow().ratings(None, FIRST, LAST)


@pytest.mark.parametrize("name", ["Mail^ORname!=x", "javascript:gs.getUserID()", "a\nb"])
def test_a_name_that_would_steer_the_query_is_not_asked_for(tool: Scripted, connect: Connect, name: str) -> None:
    connector = connect(tool.url)
    with pytest.raises(Refused, match="is no name that can be asked for"):
        list(connector.ratings(Survey(name, "x"), FIRST, LAST))
    assert connector.calls == 0
