from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from slabridge.config import Config, load_config
from slabridge.state import State, Transaction, tickets
from slabridge.state.schema import connection
from slabridge.ticket.known import Evaluated
from slabridge.web.door import Auth
from tests.places import CHECKOUT
from tests.slabridge.run.making import NOW, at_risk, breached, ended, paused, result
from tests.slabridge.state.making import save, ticket
from tests.slabridge.web.asking import Pages

Open = Callable[..., Pages]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A configuration whose state has an open cycle of each status, and one that is over."""
    path = tmp_path / "config.toml"
    path.write_text((CHECKOUT / "config.example.toml").read_text("utf-8"), "utf-8")
    config = load_config(path)
    state = State.of(config.state)
    came_to = {
        "1": [result(dimensions={"customer": ("Acme",), "team": ("Mail",)}), breached(kind="ola", agreement="teams")],
        "2": [at_risk(holder=None, dimensions={"customer": ("Globex",), "priority": ("P1",)})],
        "3": [paused(None, holder="Mail", dimensions={"customer": ("Acme", "Globex")})],
        "4": [ended()],
    }
    save(state, *(ticket(identity) for identity in came_to))
    with state.begin() as sql:
        sql.execute(sa.insert(connection).values(name="snow", as_of=NOW))
        for identity, results in came_to.items():
            tickets.evaluated(Transaction(sql, "snow"), 100, [Evaluated(identity, results)])
    state.close()
    return config


@pytest.fixture
def opened() -> Iterator[Open]:
    """Give what opens pages, and closes them at the end."""
    every: list[Pages] = []

    def open_(*configs: Config, auth: Auth = "none") -> Pages:
        every.append(Pages(*configs, auth=auth))
        return every[-1]

    yield open_
    for pages in every:
        pages.close()


@pytest.fixture
def pages(config: Config, opened: Open) -> Pages:
    return opened(config)
