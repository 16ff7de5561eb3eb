import pytest

from connectors.errors import Refused
from connectors.servicenow import query
from connectors.servicenow.query import Position
from connectors.servicenow.stamp import instant_of, stamp_of

ID = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    "text",
    [
        "NQactive=true",
        "active=true^NQ",
        "active=true^NQ^NQpriority=1",
        "active=true^NQORpriority=1",
        "RLQUERYtask_sla.task,>0^stage=paused^NQstage=x^ENDRLQUERY",
        "active=true^ORDERBYnumber",
        "ORDERBYDESCnumber",
        "active=true^EQ",
        "active=true^GROUPBYstate",
        "ORactive=true",
        "^active=true",
        "active=true^",
        "active=true^^state=1",
        "active=true\n^state=1",
    ],
)
def test_a_filter_that_cannot_be_narrowed_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="filter"):
        query.filter_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "state=1^ORstate=2^active=true",
        "active=true^NQpriority=1",
        "orders=1",
        "short_descriptionLIKENQ",
        "sys_created_on>=2026-01-01",
    ],
)
def test_other_filters_stand_as_they_are(text: str) -> None:
    assert query.filter_of(text) == text


def test_conditions_are_added_to_every_branch_of_a_filter() -> None:
    assert query.narrowed("a=1^ORa=2^NQb=1", "sys_id>x", "c=1") == "a=1^ORa=2^sys_id>x^c=1^NQb=1^sys_id>x^c=1"
    assert query.narrowed("", "c=1") == "c=1"


def test_the_fields_of_a_filter_are_found() -> None:
    text = (
        "active=true^ORcaller_id.vip=true^stateIN1,2^short_descriptionLIKEa=b^u_xISNOTEMPTY^sys_created_on>=2026-01-01^state!=7"
        "^123TEXTQUERY321=mail^variables.abc=1^NQu_y=1^RLQUERYtask_sla.task,>0^stage=paused^ENDRLQUERY^numberSTARTSWITHINC"
    )
    assert query.fields_of(text) == (
        *("active", "caller_id.vip", "state", "short_description", "u_x", "sys_created_on", "u_y", "number"),
    )


@pytest.mark.parametrize(
    "value", ["a^ORsys_idISNOTEMPTY", "a,b", "javascript:gs.getUserID()", "", "a b", "a\n", "ü", "a=b"]
)
def test_nothing_but_words_goes_into_a_condition(value: str) -> None:
    with pytest.raises(Refused):
        query.among("state", [value])
    with pytest.raises(Refused):
        query.among(value, ["1"])


@pytest.mark.parametrize(
    "position",
    [
        Position("2026-03-02 08:00:00^NQ", ""),
        Position("javascript:gs.now()", ""),
        Position("2026-03-02 08:00:00\n", ""),
        Position("2026-03-02 08:00:00", "x y"),
        Position("2026-03-02 08:00:00", ID + "^NQactive=true"),
    ],
)
def test_nothing_but_a_position_goes_into_the_window(position: Position) -> None:
    with pytest.raises(Refused):
        query.behind(position)


def test_stamps_are_whole_seconds_utc() -> None:
    assert stamp_of(1_772_438_400_999) == "2026-03-02 08:00:00"
    assert instant_of("2026-03-02 08:00:00", "opened_at") == 1_772_438_400_000


@pytest.mark.parametrize(
    "text", ["", "2026-03-02", "2026-03-02T08:00:00", "2026-13-02 08:00:00", "02.03.2026 08:00:00"]
)
def test_what_is_no_stamp_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"opened_at is '.*', which is no date and time"):
        instant_of(text, "opened_at")
