"""Many instants' texts read at once: what `parse_instant` reads, without a step per text."""

from collections.abc import Iterable
from typing import Final

import numpy as np

from sla_engine.instant import DAY, NULL
from sla_engine.table import Rows

SECONDS: Final = len("2026-03-02T08:00:00Z")
MILLISECONDS: Final = len("2026-03-02T08:00:00.000Z")
_MARKS = {SECONDS: "####-##-##T##:##:##Z", MILLISECONDS: "####-##-##T##:##:##.###Z"}
"""The widths of texts that are read here, and where they have a digit."""
END: Final = "\n"
"""What stands between texts: so each is seen to have its width."""
_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], np.int32)
_BEFORE = np.cumsum(_DAYS, dtype=np.int32) - _DAYS
"""Days of a common year, by month from 1, and those before it."""


def read_instants(texts: Iterable[str], width: int) -> Rows:
    """Return the instants, ms UTC, of texts of this width, several with `END` between them; NULL is no such text."""
    every = END.join([*texts, ""])
    letters = np.frombuffer(every.encode("ascii", "replace"), np.uint8).reshape(-1, width + len(END))
    marks = _MARKS[width] + END
    fits = np.ones(len(letters), np.bool_)
    for place, mark in enumerate(marks):
        if mark != "#":
            fits &= letters[:, place] == ord(mark)
    digits = np.ascontiguousarray(letters.T[[place for place, mark in enumerate(marks) if mark == "#"]]) - np.uint8(
        ord("0")
    )
    fits &= (digits <= 9).all(axis=0)
    year, month, day, hour, minute, second = (
        _number(digits[begin:end]) for begin, end in ((0, 4), (4, 6), (6, 8), (8, 10), (10, 12), (12, 14))
    )
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    fits &= (year >= 1970) & (year < 2200) & (month >= 1) & (month <= 12) & (day >= 1)
    month = np.where(fits, month, 1)
    fits &= (day <= _DAYS[month] + (leap & (month == 2))) & (hour < 24) & (minute < 60) & (second < 60)
    past = year - 1
    days = year * 365 + past // 4 - past // 100 + past // 400 + _BEFORE[month] + (leap & (month > 2)) + day - _ZERO
    ms = ((hour * 60 + minute) * 60 + second) * 1000 + _number(digits[14:])
    return np.where(fits, days.astype(np.int64) * DAY + ms, NULL)


_ZERO = 1970 * 365 + 1969 // 4 - 1969 // 100 + 1969 // 400 + 1


def _number(digits: np.typing.NDArray[np.uint8]) -> np.typing.NDArray[np.int32]:
    number = np.zeros(digits.shape[1], np.int32)
    for digit in digits:
        number = number * 10 + digit
    return number
