"""What a sandbox is asked to be, and where it then is."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxOptions:
    """What the sandbox holds and where it listens.

    Tickets come from `log`, or are generated: `size` of them by `seed`. `share` of them are Jira's. The clock starts at
    `start` (ms UTC; default: inside the busiest week) and stands still, or runs `rate` seconds to a real one. Port 0 is
    any free one. Jira is a Cloud site or a Data Center (Server), below the path `jira_context`, as `/jira`. The
    databases are made anew in `directory`, or in a temporary one. With `pairs` some incidents wait for issues in the
    hours after the start.
    """

    log: Path | None = None
    size: int = 3_000
    seed: int = 1
    share: float = 0.4
    start: int | None = None
    rate: float = 0.0
    servicenow_port: int = 0
    jira_port: int = 0
    jira_deployment: Literal["Cloud", "Server"] = "Cloud"
    jira_context: str = ""
    directory: Path | None = None
    pairs: bool = False


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a tool listens and which account slabridge has there."""

    url: str
    user: str
    secret: str


Endpoints = dict[str, Endpoint]
"""By tool: servicenow and jira."""
