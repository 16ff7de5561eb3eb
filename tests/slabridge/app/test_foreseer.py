"""What a state has learned, as whoever asks has it: with whom tickets end, and anew where something else was learned."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from sla_engine import Engine, Position, Ticket
from sla_engine.chain.outcome import TicketRef
from slabridge.app.explain import Explained
from slabridge.app.foreseer import Ends, Foreseer
from slabridge.config import Config, load_config
from slabridge.foresight.forecast import Forecast
from slabridge.foresight.learned import Learned, packed
from slabridge.foresight.routes import Routes
from slabridge.foresight.survival import Survival
from slabridge.state import State, forecasts
from slabridge.ticket.viewer import Viewer
from tests.places import CHECKOUT
from tests.slabridge.run.making import NOW, result

ROUTES = Routes(
    ("team", "category"),
    {(): {"Mail": 6, "Network": 4}, ("Desk",): {"Mail": 5}, ("Desk", "Software"): {"Mail": 2, "Storage": 1}},
)
LEARNED = Learned(0, NOW, (), ("team",), "team", Survival({}), ROUTES)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    path = tmp_path / "config.toml"
    path.write_text((CHECKOUT / "config.example.toml").read_text("utf-8") + "\n[foresight]\n", "utf-8")
    return load_config(path)


@pytest.fixture
def sql(config: Config) -> Iterator[sa.Connection]:
    state = State.of(config.state)
    with state.begin() as found:
        yield found
    state.close()


@pytest.mark.parametrize(
    ("held", "key", "count"),
    [
        ({"team": ("Desk",), "category": ("Software",)}, ("Desk", "Software"), 3),
        ({"team": ("Desk",), "category": ("Hardware",)}, ("Desk", "Hardware"), 5),
        ({"team": ("Desk",)}, ("Desk", ""), 5),
        ({"team": ("Desk", "Mail")}, ("Desk, Mail", ""), 10),
        ({}, ("", ""), 10),
    ],
)
def test_ends_are_of_the_smallest_group_that_is_known(
    held: Mapping[str, tuple[str, ...]], key: tuple[str, ...], count: int
) -> None:
    assert Ends.of(ROUTES, held) == Ends(ROUTES.last(key), count)


def test_where_a_person_has_tickets_nothing_is_known_of_teams() -> None:
    assert Ends.of(Routes((), {}), {"team": ("Desk",)}) is None


def test_what_was_learned_is_read_once_and_anew_where_something_else_was(config: Config, sql: sa.Connection) -> None:
    foreseer = Foreseer(config, Engine(config.definitions))
    assert foreseer.forecaster(sql) is None
    forecasts.keep(sql, NOW, packed(LEARNED))
    first = foreseer.forecaster(sql)
    assert first is not None
    assert first.learned.routes == ROUTES
    assert foreseer.forecaster(sql) is first
    forecasts.keep(sql, NOW, packed(replace(LEARNED, routes=Routes((), {}))))  # as of the same instant
    second = foreseer.forecaster(sql)
    assert second is not None
    assert second.learned.routes.ended == {}
    forecasts.keep(sql, NOW + 1, packed(LEARNED))
    assert foreseer.forecaster(sql) not in (first, second)
    forecasts.unlearn(sql)
    assert foreseer.forecaster(sql) is None


def test_what_no_file_asks_for_is_not_given(config: Config, sql: sa.Connection) -> None:
    forecasts.keep(sql, NOW, packed(LEARNED))
    without = replace(config, foresight=replace(config.foresight, in_runs=False))
    assert Foreseer(without, Engine(config.definitions)).forecaster(sql) is None


def test_of_a_ticket_a_customer_sees_neither_risk_nor_whose_others_were() -> None:
    mine = result(dimensions={"customer": ("Acme",), "team": ("Mail",)}, holder="Mail")
    other = result(cycle=2, dimensions={"customer": ("Globex",)}, holder="Network")
    risks = [Forecast(0.25, 40, None), Forecast(0.75, 40, None)]
    ref = TicketRef("snow", "1", "INC1")
    ticket = Ticket("snow", "1", "INC1", NOW, {})
    found = Explained(ticket, Position(ref, ref, None), [other, mine], (), NOW, risks[::-1], Ends([("Mail", 1.0)], 3))
    assert found.seen_by(Viewer()) == found
    team, customer = found.seen_by(Viewer(team="Mail")), found.seen_by(Viewer(customer="Acme"))
    assert team is not None
    assert (team.results, team.forecasts, team.ends) == ([mine], risks[:1], found.ends)
    assert customer is not None
    assert (customer.results, customer.forecasts, customer.ends) == ([mine], [None], None)
