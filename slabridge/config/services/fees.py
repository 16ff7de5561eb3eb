"""What customers pay for a service."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from connectors.tool import TomlTable
from slabridge.config.percent import AmountText, CurrencyText
from slabridge.config.problem import ConfigError, KeyPath
from slabridge.config.reading import Reading
from slabridge.config.shape import DateValue, one_of, shape
from slabridge.config.source import read_document

Span = Literal["month", "quarter", "year"]
MONTHS: Mapping[Span, int] = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Fee:
    """What a customer (None: all) pays per month, quarter or year, from a local date on (None: always)."""

    amount: Fraction
    currency: str
    per: Span = "month"
    customer: str | None = None
    start: date | None = None

    def of(self, span: Span) -> Fraction:
        """Return what is paid for a month, quarter or year."""
        return self.amount * MONTHS[span] / MONTHS[self.per]


class FeeTable(TomlTable):
    """One of `fees`."""

    customer: str | None = None
    """Who pays it. Default: all."""
    amount: Annotated[Fraction, AmountText] = Field(examples=['"12000.00"'])
    """The money, as `"12000.00"`."""
    currency: Annotated[str, CurrencyText] = Field(examples=['"SEK"'])
    """Its three letters."""
    per: Annotated[Span, one_of(*get_args(Span))] = "month"
    """For a `"month"`, `"quarter"` or `"year"`. Default: `"month"`."""
    start: Annotated[date | None, DateValue] = Field(None, alias="from")
    """The local date from which on it is paid. Default: always."""


def read_fees(raw: object, path: KeyPath, folder: Path, reading: Reading) -> tuple[Fee, ...]:
    """Return the fees that have no problem: a list of them, or { file = "fees.toml" } with a list `fees`."""
    if isinstance(raw, Mapping):
        return _of_file(raw, path, folder, reading)
    if not isinstance(raw, list):
        reading.problem(path, 'must be a list, as in [{ amount = "12000.00", currency = "SEK" }]', raw)
        return ()
    found = [_fee(item, (*path, n), reading) for n, item in enumerate(raw)]
    fees = tuple(fee for fee in found if fee is not None)
    currencies: dict[str | None, str] = {}
    for n, fee in enumerate(fees):
        if currencies.setdefault(fee.customer, fee.currency) != fee.currency:
            remedy = f"write {currencies[fee.customer]}"
            reading.problem((*path, n, "currency"), f"a customer pays in one currency; {remedy}", fee.currency)
    return fees


def _fee(raw: object, path: KeyPath, reading: Reading) -> Fee | None:
    table = shape(FeeTable, raw, path, reading, secret=True)
    return None if table is None else Fee(table.amount, table.currency, table.per, table.customer, table.start)


def _of_file(raw: Mapping[str, Any], path: KeyPath, folder: Path, reading: Reading) -> tuple[Fee, ...]:
    name = raw.get("file")
    if not isinstance(name, str) or len(raw) != 1:
        reading.problem(path, 'must be a list, or { file = "fees.toml" }')
        return ()
    inner = Reading(str(folder / name))
    try:
        fees = read_fees(read_document(folder / name).get("fees", []), ("fees",), folder, inner)
        inner.check()
    except ConfigError as error:
        for problem in error.problems:
            reading.problem((*path, "file"), f"{problem.path}: {problem.message}" if problem.path else problem.message)
        return ()
    return fees
