"""A first configuration: what there is in a tool, as a file that validates (docs/first-hour.md). The tool is read."""

import json
import shutil
import tomllib
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import connectors
from connectors import TOOLS
from connectors.settings import Settings
from sla_engine import Engine
from sla_engine.condition import OWN_FIELDS
from sla_engine.instant import DAY, moment_of
from slabridge.app.template import template
from slabridge.config import ConfigError
from slabridge.config.agreements.definitions import load_definitions
from slabridge.config.config import config_of
from slabridge.config.connections.address import check_url
from slabridge.config.connections.auth import read_auth
from slabridge.config.customers import COMMON
from slabridge.config.problem import Problem
from slabridge.config.reading import Reading
from slabridge.config.schema import json_schema
from slabridge.config.shape import check_name
from slabridge.config.source import read_document
from slabridge.proposal.connection import CHECK, Where, connection_text
from slabridge.text.printed import line
from slabridge.text.toml import value

SCHEMA = "slabridge.schema.json"
SINCE = 90 * DAY
"""How far back tickets are looked at."""
_ALL = f"{CHECK}the last 90 days have no ticket; is the filter to take up all that there are?"
_ZONE, _HOLIDAYS = '"Europe/Stockholm"', '["SE:public+de_facto"]'
"""What the templates have, to be changed to the administrator's."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the administrator says of a tool. `auth` is the table that comes to stand in the file."""

    name: str
    type: str
    url: str
    auth: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the file, how many things to look at are marked in it, and how many tickets were looked at."""

    file: Path
    checks: int
    sampled: int


class Desk:
    """A tool that is looked at to write its part of the file; to be closed."""

    def __init__(self, asked: Asked, folder: Path) -> None:
        """Sign in.

        Raises:
            ConfigError: the address, or a secret, cannot be used.
            ConnectorError: the tool cannot be asked, or refuses.
        """
        self.asked = asked
        settings = _settings(asked, folder)
        with closing(connectors.open(settings)) as connector:
            self.now = connector.check().now
        self.since = self.now - SINCE
        self._inspector = connectors.inspect(settings)

    def places(self) -> dict[str, str]:
        """Return where its tickets are, the busiest first, by name, and in words: of 90 days, where there are any."""
        found = self._inspector.places(self.since)
        if not any(one.tickets for one in found):
            self.since = 0
            found = self._inspector.places(self.since)
        return {one.name: f"{line(one.label)}, {one.tickets} tickets" for one in found}

    def text(self, place: str, agreements: str) -> tuple[str, int]:
        """Return the TOML of the connection for these agreements, and how many tickets it goes by."""
        found = self._inspector.look(place, self.since)
        if not found.sampled and self.since:
            self.since = 0
            found = self._inspector.look(place, self.since)
        servicenow = TOOLS[self.asked.type].result_table
        where = Where(self.asked.name, self.asked.type, _head(self.asked, place, self.since), servicenow)
        definitions = load_definitions(tomllib.loads(agreements))
        promises = [
            f"{one.id}.{objective.name}"
            for one in definitions.agreements
            if one.kind == "sla"
            for objective in one.objectives
        ]
        asked = sorted(Engine(definitions).fields - set(OWN_FIELDS) - {"status", "priority", "team"})
        return connection_text(where, found, list(dict.fromkeys(promises)), asked), found.sampled

    def close(self) -> None:
        """Give connections back."""
        self._inspector.close()


def agreements_text(name: str, timezone: str, holidays: str) -> str:
    """Return a template's calendars, clocks and agreements in a time zone, with the holidays of a code ("": none)."""
    own = value([holidays]) if holidays else f"[]   {CHECK}whose holidays?"
    return template(name).replace(_ZONE, value(timezone)).replace(_HOLIDAYS, own)


def check_target(path: Path, name: str) -> None:
    """Look at what is to be written into, before anything is asked: a file that a connection is added to, or none yet.

    Raises:
        ConfigError: the file has problems, or a connection of this name; or it is a customer's.
    """
    reading = Reading(str(path))
    check_name(name, ("connections", name), reading)
    reading.check()
    remedy = "look with init at another file, and take its connection over"
    if path.with_name(COMMON).is_file():
        raise _problem(path, f"is a customer's, beside {COMMON}; {remedy}")
    if not path.exists():
        if not path.absolute().parent.is_dir():
            raise _problem(path, f"cannot be written: there is no folder {path.absolute().parent}; make it first")
    elif name in {connection.name for connection in config_of(read_document(path), path).connections}:
        raise _problem(path, "is there already; give the new one another name with --name", f"connections.{name}")


def write_first(path: Path, agreements: str, timezone: str, desk: Desk, place: str) -> Written:
    """Write a new file, and the schema that editors follow beside it.

    Raises:
        ConfigError: it cannot be written.
    """
    head = f"#:schema ./{SCHEMA}\n# What stands behind `check:` was guessed. Every key: docs/configuration.md\n"
    top = f'\ntimezone = {value(timezone)}\nstate = "slabridge.db"\n\n\n'
    connection, sampled = desk.text(place, agreements)
    text = f"{head}{top}{agreements}\n\n# Where the tickets are.\n\n{connection}"
    _write(path, text)
    path.with_name(SCHEMA).write_text(f"{json.dumps(json_schema(), ensure_ascii=False)}\n", "utf-8")
    return Written(path, text.count(CHECK), sampled)


def write_second(path: Path, desk: Desk, place: str) -> Written:
    """Add a connection to a file that is there.

    Raises:
        ConfigError: it cannot be written.
    """
    before = path.read_text("utf-8")
    connection, sampled = desk.text(place, before)
    _write(path, f"{before.rstrip()}\n\n\n{connection}")
    return Written(path, connection.count(CHECK), sampled)


def _write(path: Path, text: str) -> None:
    """Write a file that is valid, whole or not at all; a text with problems is never written."""
    config_of(tomllib.loads(text), path)
    new = path.with_name(f"{path.name}.new")
    try:
        new.write_text(text, "utf-8")
        if path.exists():
            shutil.copymode(path, new)
        new.replace(path)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise _problem(path, f"cannot be written: {error.strerror}; name a file that can with --config") from error


def _problem(path: Path, message: str, key: str = "") -> ConfigError:
    return ConfigError([Problem(str(path), key, None, message)])


def _settings(asked: Asked, folder: Path) -> Settings:
    reading = Reading("init")
    check_url(asked.url, ("url",), reading)
    account = read_auth({"type": asked.type, "url": asked.url, "auth": asked.auth}, ("auth",), folder, reading)
    reading.check()
    assert account is not None  # noqa: S101 - else there was a problem
    return TOOLS[asked.type].settings(name=asked.name, url=asked.url.rstrip("/"), auth=account.read(), fields=())


def _head(asked: Asked, place: str, since: int) -> list[str]:
    """Return what a connection's table begins with; `since` is from when on tickets are taken up, 0 where all are."""
    day, why = f"{moment_of(since):%Y-%m-%d}", "which tickets are taken up"
    head = [f"type = {value(asked.type)}", f"url = {value(asked.url)}", f"auth = {value(asked.auth)}"]
    if asked.type == "servicenow":
        head += [f"table = {value(place)}", 'created = "opened_at"   # when a ticket began']
        return [*head, f'filter = "sys_created_on>={day} 00:00:00"   # {why}'] if since else [*head, _ALL]
    if since:
        return [*head, f"filter = 'project = {place} AND created >= \"{day}\"'   # JQL: {why}"]
    return [*head, _ALL, f'filter = "project = {place}"   # JQL: {why}']
