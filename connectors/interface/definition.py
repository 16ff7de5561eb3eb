"""What a tool's own SLAs are defined by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class NativeDefinitions:
    """Rows by the name of the tool's table, raw, and the names of codes that stand in them, by (native field, code)."""

    tables: Mapping[str, Sequence[Mapping[str, Any]]]
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)
