"""A state of made tickets, as a run leaves one."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import sqlalchemy as sa

from connectors.interface import NativeEntry, NativeTicket, Value, Values
from sla_engine import Engine
from sla_engine.instant import HOUR
from slabridge.config import Config, load_config
from slabridge.state import State, codec
from slabridge.state.schema import connection, ticket
from slabridge.ticket.mapping import Mapper

FILE = """
state = "slabridge.db"
timezone = "Europe/Stockholm"
[calendars.office]
timezone = "Europe/Stockholm"
hours = { mon-fri = ["08:00-17:00"] }
day = "9h"
[calendars.always]
timezone = "UTC"
hours = "24x7"
[clocks.resolution]
start = { status = ["new", "active", "waiting"] }
pause = { status = "waiting" }
stop = { status = "resolved" }
[clocks.handling]
while = { team = { set = true }, status = ["new", "active", "waiting"] }
pause = { status = "waiting" }
reset = { event = "change", field = "team" }
on_reset = "complete"
[agreements.standard]
kind = "sla"
calendar = "always"
[agreements.standard.objectives.resolution]
clock = "resolution"
targets = "20h"
compliance = "90%"
[agreements.teams]
kind = "ola"
calendar = "office"
[agreements.teams.objectives.handling]
clock = "handling"
targets = "2h"
[connections.snow]
type = "servicenow"
url = "https://acme.service-now.com"
auth = { kind = "basic", user = "slabridge", password = { env = "SNOW_PASSWORD" } }
fields = { status = "state", priority = "priority", team = "assignment_group" }
"""
Fields = Mapping[str, str | None]
_NATIVE = {"status": "state", "priority": "priority", "team": "assignment_group"}


def config_in(folder: Path, text: str = FILE) -> Config:
    """Return the configuration of a folder."""
    path = folder / "config.toml"
    path.write_text(text, "utf-8")
    return load_config(path)


def made(key: str, created: int, fields: Fields, *steps: tuple[int, Fields]) -> NativeTicket:
    """Return a ticket: the fields that it was created with, and what they were set to at later instants, ms UTC."""
    now, history = dict(fields), list[NativeEntry]()
    for at, changes in steps:
        history.append(
            NativeEntry(at, "ada", {_NATIVE[f]: (_held(now.get(f)), _held(to)) for f, to in changes.items()})
        )
        now |= changes
    held = {_NATIVE[name]: _held(value) for name, value in now.items()}
    return NativeTicket(key, key, created, max([created, *(at for at, _ in steps)]), held, tuple(history))


def _held(value: str | None) -> Values:
    return () if value is None else (Value(value, value),)


def fill(config: Config, natives: Iterable[NativeTicket], as_of: int) -> None:
    """Keep tickets as a complete run would at an instant, ms UTC."""
    state = State.of(config.state)
    try:
        [one] = config.connections
        with state.begin() as sql:
            sql.execute(sa.insert(connection).values(name=one.name, as_of=as_of))
            for row in _rows(config, [*natives], as_of):
                sql.execute(sa.insert(ticket), row)
    finally:
        state.close()


def _rows(config: Config, natives: Sequence[NativeTicket], as_of: int) -> list[dict[str, object]]:
    mapper = Mapper(config.connections[0].mapping)
    results = Engine(config.definitions).evaluate([mapper.ticket(native) for native in natives], as_of).results
    open_ones = {result.position for result in results if result.stopped_at is None}
    return [
        {
            "connection": config.connections[0].name,
            "id": native.id,
            "key": native.key,
            "payload": codec.encode(native).payload,
            "digest": "",
            "pulled_in": 1,
            "pending": False,
            "as_of": as_of,
            "is_open": place in open_ones,
            "quiet_since": None if place in open_ones else native.updated,
        }
        for place, native in enumerate(natives)
    ]


def at(day: int, hour: float = 0) -> int:
    """Return an instant, ms UTC: days after Monday 2026-01-05 and hours of Stockholm's winter time."""
    return 1_767_567_600_000 + round((24 * day + hour) * HOUR)
