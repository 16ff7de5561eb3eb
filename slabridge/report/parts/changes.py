"""What a report was worked out by, and what changed in it."""

from collections.abc import Collection, Iterable

from sla_engine.agreement import Agreement
from sla_engine.clause import Clause
from slabridge.report.parts.values import Document
from slabridge.report.period import Period
from slabridge.report.redefined import Redefined


def versions(clauses: Iterable[Clause], told_of: Collection[str]) -> list[Document]:
    """Return each version of the agreements that are reported of, by id, with what identifies it."""
    found: dict[str, Document] = {}
    for clause in clauses:
        agreement = clause.agreement
        if agreement.id in told_of:
            row = found.setdefault(agreement.table, {**_version(agreement), "objectives": {}})
            row["objectives"][clause.objective.name] = clause.definition
    return [*found.values()]


def changes(agreements: Iterable[Agreement], period: Period, redefined: Redefined | None) -> Document:
    """Return the versions that began or ended in a period, and what the file says otherwise than an issued report."""
    return {
        "versions": [
            _version(one)
            for one in agreements
            if any(day is not None and period.first <= day < period.last for day in (one.valid_from, one.valid_to))
        ],
        "since": None if redefined is None else redefined.since,
        "definitions": [
            {"key": one.key, "before": one.before, "now": one.now}
            for one in (() if redefined is None else redefined.changes)
        ],
    }


def _version(agreement: Agreement) -> Document:
    return {
        "agreement": agreement.id,
        "version": agreement.table,
        "name": agreement.name,
        "valid_from": None if agreement.valid_from is None else agreement.valid_from.isoformat(),
        "valid_to": None if agreement.valid_to is None else agreement.valid_to.isoformat(),
    }
