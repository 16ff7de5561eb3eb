"""What somebody asks a report of, and what is made of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from slabridge.config.services.reporting import Reporting
from slabridge.report.document import Document
from slabridge.report.period import read_period
from slabridge.report.reporter import NoSuchReport, Reporter, Wanted
from slabridge.report.selection import FIXED
from slabridge.text.said import Said

DEFAULT_BY = ("priority",)
_ABOUT = re.compile(
    "(?:all|services=(?P<services>[^;]+))(?:; customer=(?P<customer>.*?))?(?:; by=(?P<by>[^;]+))?", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see; `now` is ms UTC (None: this machine's clock, or that of the last run).

    With `evidence` it is no document, but what this would be made of.
    """

    period: str
    services: tuple[str, ...] = ()
    customer: str | None = None
    by: tuple[str, ...] = DEFAULT_BY
    now: int | None = None
    outages: tuple[Path, ...] = ()
    evidence: bool = False

    @classmethod
    def of(cls, period: str, about: str) -> Self:
        """Return what was asked for when a report was issued: its period, and what it is `about`."""
        found = _ABOUT.fullmatch(about)
        if found is None:
            raise ValueError(f"{about!r} is not what a report is about")
        services = tuple(found["services"].split(",")) if found["services"] else ()
        by = tuple(found["by"].split(",")) if found["by"] else DEFAULT_BY
        return cls(period, services, found["customer"], by)

    @property
    def fields(self) -> list[str]:
        """The fields that are asked for by name."""
        by = () if self.by == DEFAULT_BY else self.by
        return [*(name for name in by if name not in FIXED), *(["customer"] if self.customer is not None else [])]

    @property
    def about(self) -> str:
        """In words of what a report is, apart from its period."""
        parts = [f"services={','.join(self.services)}" if self.services else "all"]
        parts += [f"customer={self.customer}"] if self.customer is not None else []
        parts += [f"by={','.join(self.by)}"] if self.by != DEFAULT_BY else []
        return "; ".join(parts)


@dataclass(frozen=True, slots=True)
class Reported:
    """A report; `lacking` says of what there is no data, `invalid` are lines of the file that are no tickets."""

    document: Document
    lacking: Sequence[str | Said]
    invalid: Sequence[tuple[int, str]] = ()


def reporter_of(reporting: Reporting, asked: Asked, now: int) -> Reporter:
    """Begin a report at an instant (ms UTC).

    Raises:
        NoSuchReport: what is asked for is none.
    """
    try:
        period = read_period(asked.period, _zone(reporting, asked.services))
    except ValueError as error:
        raise NoSuchReport(str(error)) from None
    return Reporter(reporting, Wanted(period, asked.services, asked.customer, asked.by, asked.evidence), now)


def _zone(reporting: Reporting, services: Sequence[str]) -> str:
    """Return the zone of a report: that of its one service, where this has its own."""
    own = [service.timezone for service in reporting.services if (service.name,) == tuple(services)]
    return own[0] if own and own[0] else reporting.definitions.timezone
