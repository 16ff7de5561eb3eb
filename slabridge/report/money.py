"""Amounts of money: exact until they are rounded, half up, to the currency's smallest unit."""

from decimal import Decimal
from fractions import Fraction
from math import floor

from slabridge.config.percent import MINOR


def rounded(amount: Fraction, currency: str) -> Decimal:
    """Return an amount in the currency's smallest unit, half a unit up."""
    decimals = MINOR.get(currency, 2)
    units = floor(abs(amount) * 10**decimals + Fraction(1, 2))
    return Decimal(units if amount >= 0 else -units).scaleb(-decimals)
