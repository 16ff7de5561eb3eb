"""What of a customer's report the customer itself is shown (docs/web.md, "Reports and services")."""

from collections.abc import Collection
from typing import Any

from slabridge.report.document import Document, summary
from slabridge.report.parts.cycles import counts_of_changed, counts_of_open
from slabridge.report.parts.values import rows_of


def outside(document: Document, services: Collection[str]) -> Document:
    """Return a customer's report with its SLAs and these services alone, and without whose time lies beneath.

    What is open and what changed is counted anew. Issued reports are read so, too, whatever stood in them.
    """
    objectives = [_without_beneath(one) for one in document["objectives"] if one["kind"] == "sla"]
    ids = {one["agreement"] for one in objectives}
    available = [one for one in document["availability"] if one["service"] in services]
    billed = [one for one in document["consequences"] if one["service"] in services]
    promises = {row["promise"] for row in summary(objectives, available)}
    late = [one for one in document["open_and_breached"]["cycles"] if one["agreement"] in ids]
    changed = [one for one in document["changed_under_way"]["cycles"] if one["agreement"] in ids]
    cover, trend, changes = document["cover"], document["trend"], document["changes"]
    mine = {one["title"] for one in (*available, *billed)}
    definitions = [one for one in cover["definitions"] if one["agreement"] in ids]
    titles = [title for title in cover["services"] if title in mine]
    return {
        **document,
        "cover": {**cover, "definitions": definitions, "services": titles},
        "summary": [*summary(objectives, available)],
        "trend": {**trend, "promises": [one for one in trend["promises"] if one["promise"] in promises]},
        "objectives": objectives,
        "availability": available,
        "time_used": [],
        "time_by_ticket": {**document["time_by_ticket"], "rows": []},
        "open_and_breached": {**counts_of_open(late), "cycles": late},
        "undecided": _of(document["undecided"], ids),
        "changed_under_way": {**counts_of_changed(changed), "cycles": changed},
        "consequences": billed,
        "changes": {
            "versions": [one for one in changes["versions"] if one["agreement"] in ids],
            "since": None,
            "definitions": [],
        },
        "notes": [one for one in document["notes"] if _service_in(one) in {None, *mine}],
        **({"restated": []} if "restated" in document else {}),
    }


def _without_beneath(objective: Document) -> Document:
    """Return an objective whose breaches name no promise beneath, nor the ticket on which it was overrun."""
    return {**objective, "breaches": [{**one, "overruns": []} for one in objective["breaches"]]}


def _of(found: Document, agreements: Collection[str]) -> Document:
    rows = (row for row, one in zip(found["rows"], rows_of(found), strict=True) if one["agreement"] in agreements)
    return {**found, "rows": [*rows]}


def _service_in(note: Document) -> str | None:
    """Return the service that a note names."""
    said: Any = note["said"]
    return None if isinstance(said, str) else said[1].get("service")
