"""The report of a whole real log beside the figures of the slow script, which shares no code with it.

    python -m tests.reference.log tickets.jsonl.gz [2016-03 ...]

By docs/examples/log.toml: compliance by priority, times, measures of tickets, and the bill. Prints what is equal, and ends
with an error at the first figure that is not.
"""

import gzip
import json
import sys
import tomllib
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from bench.month import CONFIGURATION, MONTHS
from sla_engine.instant import HOUR
from slabridge.app.asked import Asked
from slabridge.app.report_file import of_file
from slabridge.config.agreements.classes import with_services
from slabridge.config.reading import Reading
from slabridge.report.document import Document
from tests.reference.report import Reference

RESOLVED = {"status": ["Resolved", "Closed"]}
FEE = Decimal(250_000)


def of_document(found: Document) -> dict[str, Any]:
    """Return the figures of a report in the order of the script's."""
    kpis, restore = found["kpis"], found["kpis"]["restore"]
    (bill,) = found["consequences"][0]["bills"]
    return {
        "by priority": {
            (one["agreement"], one["objective"], row["value"]): [row[key] for key in ("met", "breached", "excluded")]
            for one in found["objectives"]
            for row in one["by"]["priority"]
        },
        "elapsed": {
            (one["agreement"], one["objective"]): [one["elapsed"]["count"], round(one["elapsed"]["sum_seconds"] * 1000)]
            for one in found["objectives"]
        },
        "open and breached": found["open_and_breached"]["count"],
        "restore": [
            [
                restore[kind]["count"],
                *(round(restore[kind][f"{key}_seconds"] * 1000) for key in ("sum", "median", "p90")),
            ]
            for kind in ("wall", "working")
        ],
        "apart": [restore["created_resolved"], restore["open_again"]],
        "incidents": kpis["incidents"]["count"],
        "handovers": [kpis["handovers"][key] for key in ("sum", "tickets", "without", "three_and_more")],
        "re-openings": [kpis["reopenings"][key] for key in ("sum", "tickets", "without")],
        "backlog": [kpis["backlog"][key] for key in ("before", "after")],
        "faults": [
            (-one["tickets"], tuple(one["values"]), one["in_period"]) for one in kpis["recurring_faults"]["found"]
        ],
        "credits": [bill["before_caps"], bill["total"]],
    }


def of_script(tickets: list[dict[str, Any]], first: str, last: str) -> dict[str, Any]:
    """Return the same, worked out slowly."""
    document = dict(with_services(tomllib.loads(CONFIGURATION.read_text("utf-8")), Reading("log.toml")))
    del document["services"], document["classes"], document["reports"]
    script = Reference(document, tickets, first, last)
    expected = script.kpis(RESOLVED, 4 * HOUR, "always", ["category", "team"])
    ended = script.ended()
    met, breached, _ = script.compliance()["desk", "resolution", ""]
    parts = [500 * Decimal(script.breaches("desk", "resolution", "priority", "1 - Critical"))]
    share = Decimal("0.05") if met < Decimal("0.7") * (met + breached) else Decimal("0.02")
    parts.append(FEE * share if met < Decimal("0.9") * (met + breached) else Decimal(0))
    parts.append(FEE * Decimal("0.00001") * script.overruns("desk", "response", HOUR))
    before_caps = sum(parts, Decimal(0)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return {
        "by priority": script.compliance("priority"),
        "elapsed": {name: [len(values), sum(values)] for name, values in ended.items()},
        "open and breached": script.open_and_breached(),
        "restore": [[int(value) for value in expected[kind]] for kind in ("wall", "working")],
        "apart": [expected["created_resolved"], expected["open_again"]],
        "incidents": expected["incidents"],
        "handovers": expected["handovers"],
        "re-openings": expected["reopenings"],
        "backlog": script.backlog(RESOLVED),
        "faults": expected["faults"],
        "credits": [str(before_caps), str(min(before_caps, FEE * Decimal("0.15")).quantize(Decimal("0.01")))],
    }


def compared(log: Path, month: str) -> dict[str, tuple[Any, Any]]:
    """Return each figure of a month twice: of the report, and of the script."""
    report = of_file(CONFIGURATION, log, Asked(month)).document
    with gzip.open(log, "rt", encoding="utf-8") as lines:
        tickets = [json.loads(line) for line in lines]
    year, number = map(int, month.split("-"))
    start, end = f"{month}-01", f"{year + number // 12}-{number % 12 + 1:02}-01"
    ours, theirs = of_document(report), of_script(tickets, start, end)
    return {name: (ours[name], theirs[name]) for name in theirs}


if __name__ == "__main__":
    for month in sys.argv[2:] or MONTHS:
        for name, (ours, theirs) in compared(Path(sys.argv[1]), month).items():
            if ours != theirs:
                sys.exit(f"{month}, {name}: the report has {ours!r}, the script {theirs!r}")
            print(f"{month}, {name}: equal", flush=True)  # noqa: T201 - a script
