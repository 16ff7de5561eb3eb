"""Fields as codes, whose values are put together from many tables."""

from collections.abc import Sequence

import numpy as np

from sla_engine.attribution import holder_text
from sla_engine.table import Column, Rows


def taken(column: Column, rows: Rows) -> tuple[Rows, tuple[str | None, ...]]:
    """Return what a field held at rows: codes, and the text of each code (None: unset)."""
    used, codes = np.unique(column.codes[rows], return_inverse=True)
    return codes.astype(np.int64), tuple(holder_text(column.values[code]) for code in used.tolist())


def joined(parts: Sequence[tuple[Rows, Sequence[str | None]]]) -> tuple[Rows, tuple[str | None, ...]]:
    """Return parts below each other, by codes that they share."""
    places: dict[str | None, int] = {}
    found = [np.zeros(0, np.int64)]
    for codes, values in parts:
        new = np.array([places.setdefault(value, len(places)) for value in values], np.int64)
        found.append(new[codes] if len(values) else codes)
    return np.concatenate(found), tuple(places)
