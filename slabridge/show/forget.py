"""Who is forgotten, and where they stood, as lines and as JSON."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from slabridge.app.forget import Forgotten


def as_json(found: Forgotten) -> dict[str, Any]:
    """Return what was or would be done as plain values."""
    return asdict(found)


def lines_of(found: Forgotten) -> Iterator[str]:
    """Yield what was or would be done, line by line."""
    if found.names:
        yield f"{found.person} {'stands' if found.done else 'would stand'} in the place of:"
        yield from (f"  {name}" for name in found.names)
    yield "rows in which names were replaced:" if found.done else "rows in which names would be replaced:"
    yield from (f"  {table}: {count:,}" for table, count in sorted(found.rows.items()))
    if not found.rows:
        yield "  none: nobody is called so here; is it spelt as the tools have it? Their ids and accounts count, too"
    if found.places:
        yield "the file names the person, and is yours to change; until then it stands there:"
        yield from (f"  {place}" for place in found.places)
    if found.done and found.left:
        yield f"the database could not be written anew, and may hold what was replaced: {found.left}; run this again"
    yield (
        "not reached: the tools themselves, backups, logs, and reports that were handed out or are shown by "
        "`slabridge serve` (docs/privacy.md)"
        if found.done
        else "nothing was changed; repeat with --apply"
    )
