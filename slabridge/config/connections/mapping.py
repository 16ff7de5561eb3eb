"""What the fields of a connection's tickets mean: all that judging takes of a connection."""

from collections.abc import Mapping
from dataclasses import dataclass

from slabridge.config.connections.links import LinkRule


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketMapping:
    """`fields` is canonical -> native, `values` canonical field -> native code or name -> canonical value.

    `unmapped` is what becomes of a ticket with a value that decides and that no entry of its field's `values` names:
    "refuse" (it is not judged) or "keep" (it is judged with the value as it is).
    """

    name: str
    fields: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    unmapped: str = "refuse"
    links: tuple[LinkRule, ...] = ()
