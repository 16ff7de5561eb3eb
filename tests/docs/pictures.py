"""The pictures of docs/clocks.md and docs/chain.md, as the engine computes them and `slabridge explain --svg` draws them."""

from sla_engine import Engine
from sla_engine.instant import parse_instant
from slabridge.config import read_definitions
from slabridge.show.drawing import drawn
from slabridge.show.picture import picture_of
from slabridge.ticket.file import read_batches
from tests.places import CHECKOUT

EXAMPLES = CHECKOUT / "docs" / "examples"
CHAIN_AS_OF = "2026-03-02T20:00:00Z"
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
    cycles = _cycles("clocks", AS_OF)
    return {name: cycles[cycle] for name, cycle in SHOWN.items()}


def picture_of_the_chain() -> str:
    """Return the picture of docs/chain.md."""
    return next(iter(_cycles("chain", CHAIN_AS_OF).values()))


def _cycles(example: str, as_of: str) -> dict[tuple[str, int], str]:
    """Return the cycles of an example drawn, by agreement and number."""
    definitions = read_definitions(EXAMPLES / f"{example}.toml")
    engine, at = Engine(definitions), parse_instant(as_of)
    [batch] = read_batches(EXAMPLES / f"{example}.jsonl")
    found = engine.evaluate(batch.tickets, at, segments=True, chain=True).results
    pictures = ((one, picture_of(one, definitions, engine.calendars, at)) for one in found)
    return {(one.agreement, one.cycle): drawn(picture) for one, picture in pictures}
