"""The pictures of docs/clocks.md, as the engine computes them and `slabridge explain --svg` draws them."""

from sla_engine import Engine
from sla_engine.instant import parse_instant
from slabridge.config import read_definitions
from slabridge.show.drawing import drawn
from slabridge.show.picture import picture_of
from slabridge.ticket.file import read_batches
from tests.places import CHECKOUT

EXAMPLES = CHECKOUT / "docs" / "examples"
AS_OF = "2026-03-04T00:00:00Z"
SHOWN = {
    "pause": ("pause", 1),
    "new-cycle": ("again", 2),
    "resume": ("resumed", 1),
    "handover": ("customer", 1),
    "visit": ("teams", 2),
    "keep": ("kept", 1),
    "carry": ("carried", 1),
}
"""Name of a picture -> the agreement and the number of its cycle."""


def pictures() -> dict[str, str]:
    """Return the pictures by their names."""
    definitions = read_definitions(EXAMPLES / "clocks.toml")
    engine, at = Engine(definitions), parse_instant(AS_OF)
    [batch] = read_batches(EXAMPLES / "clocks.jsonl")
    found = engine.evaluate(batch.tickets, at, segments=True, chain=True).results
    cycles = {(one.agreement, one.cycle): one for one in found}
    return {name: drawn(picture_of(cycles[cycle], definitions, engine.calendars, at)) for name, cycle in SHOWN.items()}
