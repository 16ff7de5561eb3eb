"""Texts by number, in the order in which they were first seen."""

import numpy as np

from sla_engine.attribution import holder_text
from sla_engine.table import Column, Rows


class Numbers:
    """What a field of many tables holds, as numbers that all tables share; "" where it is unset."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._known: dict[str, int] = {}

    def of(self, column: Column) -> Rows:
        """Return the number of what each row holds."""
        numbers = [self._number(holder_text(values) or "") for values in column.values]
        return np.array(numbers or [self._number("")], np.int64)[column.codes]

    def _number(self, text: str) -> int:
        if text not in self._known:
            self._known[text] = len(self.texts)
            self.texts.append(text)
        return self._known[text]

    def sorted(self) -> Rows:
        """Return the place of each number in the order of the texts, the unset one last."""
        order = sorted(range(len(self.texts)), key=lambda number: (not self.texts[number], self.texts[number]))
        found = np.zeros(len(order), np.int64)
        found[order] = np.arange(len(order))
        return found
