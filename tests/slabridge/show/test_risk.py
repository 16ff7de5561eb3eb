"""How likely a cycle is to break, and where tickets end, in words."""

import pytest

from slabridge.app.board import OpenCycle
from slabridge.app.foreseer import Ends
from slabridge.foresight.forecast import Forecast
from slabridge.foresight.survival import Like
from slabridge.show.risk import ended, forecast_of, hint, likely, why
from slabridge.text.language import Language
from tests.slabridge.app.test_board import PAUSED

OBJECTIVE = "standard.resolution"


def row(**given: object) -> OpenCycle:
    values = {name: getattr(PAUSED, name) for name in OpenCycle.__slots__}
    return OpenCycle(**{**values, **given})


@pytest.mark.parametrize(
    ("like", "text"),
    [
        (Like(OBJECTIVE, "P2", "Network"), " of P2 held by Network"),
        (Like(OBJECTIVE, "P2"), " of P2"),
        (Like(OBJECTIVE, None, "Network"), " held by Network"),
        (Like(OBJECTIVE, "", ""), " of no priority held by nobody"),
        (Like(OBJECTIVE), ""),
    ],
)
def test_a_forecast_says_of_which_cycles_it_is_known(like: Like, text: str) -> None:
    forecast = Forecast(0.589, 431, like)
    assert str(why(forecast)) == f"of 100 cycles{text} that had used as much, 58 broke (431 cycles)"
    assert str(likely(forecast)) == f"58 % likely to break: {why(forecast)}"


@pytest.mark.parametrize(
    ("basis", "priority", "holder", "like"),
    [
        ("priority, holder", "P2", "Network", Like(OBJECTIVE, "P2", "Network")),
        ("priority, holder", None, None, Like(OBJECTIVE, "", "")),
        ("priority", "P2", "Network", Like(OBJECTIVE, "P2")),
        ("holder", "P2", "Network", Like(OBJECTIVE, None, "Network")),
        ("", "P2", "Network", Like(OBJECTIVE)),
        ("model", "P2", "Network", None),
    ],
)
def test_what_a_list_says_is_the_forecast_that_the_run_made(
    basis: str, priority: str | None, holder: str | None, like: Like | None
) -> None:
    cycle = row(risk=0.5, alike=40, basis=basis, priority=priority, holder=holder)
    assert forecast_of(cycle) == Forecast(0.5, 40, like)
    assert forecast_of(row()) is None


def test_what_a_model_says_is_said_so() -> None:
    assert str(likely(Forecast(1.0, 0, None))) == "100 % likely to break: by the model, which looks at more"


def test_a_list_names_where_tickets_mostly_end_unless_they_are_there() -> None:
    ends = Ends([("Mail", 0.62), ("Network", 0.3)], 120)
    assert str(hint(ends, "Network")) == "mostly ends at Mail, 62 %"
    assert hint(ends, "Mail") is None
    assert hint(Ends([("Mail", 0.49)], 120), "Network") is None
    assert str(ended(ends)) == "Where tickets like this one ended: Mail 62 %, Network 30 % (of 120 tickets)"


def test_it_is_said_in_swedish() -> None:
    swedish = Language("sv")
    assert swedish.tell(likely(Forecast(0.58, 431, Like(OBJECTIVE, "P2", "Network")))) == (
        "58 % risk att brytas: av 100 mätningar med P2 hos Network som hade förbrukat lika mycket bröts 58 (431 mätningar)"
    )
    assert swedish.tell(ended(Ends([("Mail", 0.62)], 9))) == "Där ärenden som detta slutade: Mail 62 % (av 9 ärenden)"
