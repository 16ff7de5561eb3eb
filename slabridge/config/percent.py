"""Percentages and amounts of money, exact."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from slabridge.config.shape import text_as

_PERCENT = re.compile(r"(\d{1,3})(?:\.(\d{1,8}))? ?%")
_AMOUNT = re.compile(r"\d{1,15}(?:\.\d{1,4})?")

MINOR: Final = {"BHD": 3, "CLP": 0, "ISK": 0, "JPY": 0, "JOD": 3, "KRW": 0, "KWD": 3, "OMR": 3, "TND": 3, "VND": 0}
"""Decimals of currencies that have not two (ISO 4217)."""


@dataclass(frozen=True, slots=True)
class Percent:
    """A percentage as a share of one, and the decimals that it was written with."""

    share: Fraction
    decimals: int = 0


def read_percent(text: str) -> Percent:
    """Return a percentage.

    Raises:
        ValueError: it is none, or more than 100 %.
    """
    found = _PERCENT.fullmatch(text)
    if found is None:
        raise ValueError('is no percentage; write one from 0 to 100 as text, as in "99.9%"')
    decimals = found[2] or ""
    share = Fraction(int(found[1] + decimals), 100 * 10 ** len(decimals))
    if share > 1:
        raise ValueError("is more than 100 %")
    return Percent(share, len(decimals))


def read_amount(text: str) -> Fraction:
    """Return an amount of money.

    Raises:
        ValueError: it is none.
    """
    if _AMOUNT.fullmatch(text) is None:
        raise ValueError('is no amount; write it as text, as in "500.00"')
    return Fraction(text)


def read_currency(text: str) -> str:
    """Return a currency by its three letters.

    Raises:
        ValueError: it is none.
    """
    if re.fullmatch("[A-Z]{3}", text) is None:
        raise ValueError("is no currency; write its three letters, as in SEK")
    return text


PercentText = text_as(read_percent)
AmountText = text_as(read_amount)
CurrencyText = text_as(read_currency)
