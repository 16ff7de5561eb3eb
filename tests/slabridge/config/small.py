"""A small configuration without problems, and what is wrong with it after a change."""

import tomllib
from pathlib import Path
from typing import Any

from sla_engine.agreement import Definitions
from slabridge.config import Config, ConfigError, Problem, load_definitions
from slabridge.config.config import config_of

DEFINITIONS = """
[calendars.office]
timezone = "Europe/Stockholm"
hours = { mon-fri = ["08:00-17:00"] }
[calendars.days]
timezone = "UTC"
hours = "24x7"
day = "8h"
[clocks.resolution]
start = { status = "new" }
stop = { status = "closed" }
[agreements.standard]
kind = "sla"
calendar = "office"
[agreements.standard.objectives.resolution]
clock = "resolution"
targets = "4h"
"""

CONNECTIONS = """
[connections.snow]
type = "servicenow"
url = "https://acme.service-now.com"
auth = { kind = "basic", user = "bridge", password = { env = "SNOW_PASSWORD" } }
fields = { status = "state", priority = "priority", team = "assignment_group" }
[connections.snow.values.status]
new = ["1"]
closed = ["7"]
[connections.help]
type = "jira"
url = "https://acme.atlassian.net"
auth = { kind = "basic", user = "bridge@example.com", password = { env = "JIRA_TOKEN" } }
fields = { status = "status", priority = "priority" }
"""

GONE = "(gone)"
"""As a value in a change: the key is taken away."""


def definitions(change: str) -> Definitions:
    """Return what the small file judges by after a change."""
    return load_definitions(_changed(tomllib.loads(DEFINITIONS), tomllib.loads(change)))


def config(change: str) -> Config:
    """Return the small file with its connections after a change."""
    return config_of(_changed(tomllib.loads(DEFINITIONS + CONNECTIONS), tomllib.loads(change)), Path("config.toml"))


def definition_problems(change: str) -> tuple[Problem, ...]:
    """Return what is wrong with the judging part after a change."""
    try:
        definitions(change)
    except ConfigError as error:
        return error.problems
    return ()


def config_problems(change: str) -> tuple[Problem, ...]:
    """Return what is wrong with the whole file after a change."""
    try:
        config(change)
    except ConfigError as error:
        return error.problems
    return ()


def _changed(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in change.items():
        if value == GONE:
            del result[key]
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = _changed(result[key], value)
        else:
            result[key] = value
    return result
