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
    """Return parts below each other, by codes that they share; in the order of the texts, whatever the parts are."""
    texts = sorted({value for _, values in parts for value in values}, key=lambda text: (text is not None, text or ""))
    places = {text: place for place, text in enumerate(texts)}
    shared = [np.array([places[value] for value in values], np.int64)[codes] for codes, values in parts]
    return np.concatenate(shared), tuple(texts)
