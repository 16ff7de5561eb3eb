"""The form in which metrics and calendars come, as far as it is read; nobody promises it, so it is checked."""

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from slabridge.importing.finding import Untranslatable


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True, hide_input_in_errors=True)


class Condition(_Form):
    """A condition; its name is for people."""

    factory: str = Field("", alias="factoryKey")
    id: str = Field(alias="conditionId")
    name: str = ""


class Definition(_Form):
    """When a metric starts, pauses and stops."""

    start: tuple[Condition, ...] = ()
    pause: tuple[Condition, ...] = ()
    stop: tuple[Condition, ...] = ()


class Goal(_Form):
    """A goal: JQL ("" for all that remain), a duration in ms (None: it has no time), a calendar ("" for none)."""

    jql: str = Field("", alias="jqlQuery")
    duration: int | None = None
    calendar: str = Field("", alias="calendarId")
    default: bool = Field(default=False, alias="defaultGoal")


class Config(_Form):
    """What a metric is made of."""

    definition: Definition
    goals: tuple[Goal, ...] = ()


class Metric(_Form):
    """A metric of a service project ("" where an export does not say of which)."""

    name: str
    project: str = ""
    config: Config


class WorkingTime(_Form):
    """Hours of a weekday, in ms since its midnight."""

    weekday: str
    start: int
    end: int


class Holiday(_Form):
    """A closed date, of every year where it recurs."""

    day: str = Field(alias="iso8601Date")
    recurring: bool = False


class CalendarForm(_Form):
    """A calendar of a service project."""

    id: str
    name: str
    timezone: str
    hours: tuple[WorkingTime, ...] = Field(alias="workingTimes")
    holidays: tuple[Holiday, ...] = ()


Form = TypeVar("Form", bound=_Form)


def read_form(form: type[Form], raw: Any) -> Form:  # noqa: ANN401 - JSON
    """Return what came as its form.

    Raises:
        Untranslatable: it has another one; with the place.
    """
    try:
        return form.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise Untranslatable(place, "", f"has another form than is known: {first['msg']}") from None
