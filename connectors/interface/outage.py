"""Outages as a tool keeps them."""

from dataclasses import dataclass
from typing import Literal

OutageKind = Literal["down", "degraded", "planned"]


@dataclass(frozen=True, slots=True)
class NativeOutage:
    """An outage of a configuration item in [start, end), ms UTC; `end` is None while it lasts.

    `version` grows with each change of the record, `recorded` is when it was made, ms UTC.
    """

    id: str
    key: str
    kind: OutageKind
    start: int
    end: int | None
    cause: str
    version: int
    recorded: int
