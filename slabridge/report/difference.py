"""What changed between two reports of one period, each with its ticket."""

from collections.abc import Iterator, Mapping
from typing import Any

from slabridge.report.document import Document
from slabridge.report.parts.values import rows_of


def differences(before: Document, after: Document) -> list[str]:
    """Return in words how a report differs from one that was issued; of the same figures nothing."""
    return [*_promises(before, after), *_cases(before, after), *_bills(before, after)]


def _promises(before: Document, after: Document) -> Iterator[str]:
    rows = [{(row["promise"], row["measure"]): row for row in one["summary"]} for one in (before, after)]
    for name in {**rows[0], **rows[1]}:
        was, now = (_said(one.get(name)) for one in rows)
        if was != now:
            yield f"{name[0]} ({name[1]}): {now}, was {was}"


def _said(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return "not there"
    verdict = {True: "kept", False: "missed", None: _text(row["why_no_verdict"]) or "no verdict"}[row["kept"]]
    return f"{row['percent'] or 'no'} % of {row['cases']} cases, {verdict}"


def _text(why: Document | None) -> str:
    return why["text"] if why else ""


def _cases(before: Document, after: Document) -> Iterator[str]:
    cases = [{_name(case): (kind, case) for kind, case in _listed(one)} for one in (before, after)]
    for name in sorted({**cases[0], **cases[1]}):
        was, now = (one.get(name) for one in cases)
        cycle = f"{name[0]} {name[1]}.{name[2]}#{name[3]}"
        if was is None and now is not None:
            yield f"{cycle}: {now[0]} now"
        elif now is None and was is not None:
            yield f"{cycle}: not {was[0]} any more"
        elif was is not None and now is not None and was != now:
            changed = [key for key in now[1] if now[1][key] != was[1].get(key)]
            yield f"{cycle}: {', '.join(changed) or now[0]} changed"


def listed(document: Document) -> Iterator[Document]:
    """Yield the cases of a report."""
    yield from (case for _, case in _listed(document))


def _listed(document: Document) -> Iterator[tuple[str, Document]]:
    for one in document["objectives"]:
        yield from (("met", case) for case in rows_of(one["met"]))
        yield from (("breached", case) for case in one["breaches"])
        yield from (("excluded", case) for case in one["excluded"])


def _name(case: Document) -> tuple[str, str, str, int]:
    return case["ticket"], case["agreement"], case["objective"], case["cycle"]


def _bills(before: Document, after: Document) -> Iterator[str]:
    bills = [
        {(part["service"], bill["period"]): bill for part in one["consequences"] for bill in part["bills"]}
        for one in (before, after)
    ]
    for name in {**bills[0], **bills[1]}:
        was, now = (one.get(name, {"total": "0.00", "currency": ""}) for one in bills)
        if was["total"] != now["total"]:
            yield f"credits of {name[0]} in {name[1]}: {now['total']} {now['currency']}, was {was['total']}"
