"""The top-level `state`: where slabridge keeps what it knows."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import Field

from connectors.tool import TomlTable
from slabridge.config.reading import Reading
from slabridge.config.shape import shape

_DATABASES = ("sqlite", "postgresql")


class StateTable(TomlTable):
    """The top-level `state`."""

    state: str = Field(default="slabridge.db", min_length=1)
    """Where slabridge keeps what it knows: a SQLite file, relative to the configuration file's folder, or a database
    URL. Of a folder of customers [each has its own](customers.md#states). Default: `"slabridge.db"`.
    """


def read_state(document: Mapping[str, Any], folder: Path, reading: Reading) -> str:
    """Return a database's URL, or the absolute path of a SQLite file."""
    given = {key: document[key] for key in ("state",) if key in document}
    state = (shape(StateTable, given, (), reading, secret=True) or StateTable()).state
    if "://" not in state:
        return str(folder / state)
    scheme = state.partition("://")[0]
    if scheme.partition("+")[0] not in _DATABASES:
        reading.problem(
            ("state",), "is no database that can be used; name a file, or write postgresql://user@host/database"
        )
    try:
        password = urlsplit(state).password
    except ValueError as error:
        reading.problem(("state",), f"is no database address: {error}")
        return state
    if password is not None:
        remedy = "leave it out and set PGPASSWORD, or use a ~/.pgpass file"
        reading.problem(("state",), f"holds a password, and no secret stands in this file; {remedy}")
    return state


def state_of(customer: str, common: Mapping[str, Any], own: Mapping[str, Any], reading: Reading) -> object:
    """Return the `state` of a customer: its own, or what is its own of the folder or PostgreSQL that all name."""
    given = own.get("state", common.get("state", "."))
    if "state" in own or not isinstance(given, str) or not given:
        return given
    if "://" not in given:
        return str(Path(given) / f"{customer}.db")
    if not given.startswith("postgresql") or "schema=" in given:
        remedy = "name a folder, or a PostgreSQL without schema"
        reading.problem(("state",), f"can be none that all customers have a part of; {remedy}")
    return f"{given}{'&' if '?' in given else '?'}schema={customer}"


def identity_of(folder: Path, state: str) -> str:
    """Return what tells one database from another, whatever it is called."""
    if "://" not in state:
        return str((folder / state).resolve())
    try:
        url = urlsplit(state)
        place = (url.hostname, url.port or 5432, url.path, parse_qs(url.query).get("schema", ["public"]))
    except ValueError:  # shown where that customer is read
        return state
    return repr(place)
