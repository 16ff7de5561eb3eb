"""What of a picture is too short to be drawn by itself."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from slabridge.show.picture import Bar

LEAST: Final = 2
"""How wide a bar must be to be seen beside others."""


def drawable(bars: Sequence[Bar], dot: float) -> tuple[Bar, ...]:
    """Return bars of which those that are too short, and next to each other, are one; `dot` is how long 1 is, ms."""
    least = LEAST * dot
    found: list[Bar] = []
    for bar in bars:
        if bar.kind == "closed":
            continue
        last = found[-1] if found else None
        if last is None or bar.end - bar.start >= least or bar.start - last.end >= least or not _short(last, least):
            found.append(bar)
        elif (last.kind, last.tint) == (bar.kind, bar.tint):
            found[-1] = replace(last, end=bar.end, labels=last.labels[-1:])
        else:
            found[-1] = Bar(last.start, bar.end, (), "several")
    return (*found, *(bar for bar in bars if bar.kind == "closed" and bar.end - bar.start >= least))


def seen(spans: Sequence[tuple[int, int]], dot: float) -> list[tuple[int, int]]:
    """Return the spans that are long enough to be drawn."""
    return [(start, end) for start, end in spans if end - start >= LEAST * dot]


def _short(bar: Bar, least: float) -> bool:
    return bar.kind == "several" or bar.end - bar.start < least
