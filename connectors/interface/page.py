"""What reading gives: tickets page by page, each page with the cursor to commit together with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.interface.ticket import NativeTicket

Cursor = Mapping[str, Any]
"""Where reading goes on: JSON that only its connector understands."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A ticket that the tool gave and that cannot be read; `reason` is for people."""

    id: str
    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some tickets, and the cursor to commit together with them. `gone` are ids asked for that are not there."""

    tickets: tuple[NativeTicket, ...]
    cursor: Cursor
    skipped: tuple[Skipped, ...] = ()
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Touched:
    """Ids that changed whatever the filter says, and the cursor to commit once they were dealt with."""

    ids: tuple[str, ...]
    cursor: Cursor
