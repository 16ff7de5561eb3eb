"""The issued reports, as lines and as JSON: which there are, and nothing of what they say."""

from collections.abc import Iterable, Iterator
from typing import Any

from sla_engine.instant import format_instant
from slabridge.state.reports import Head


def as_json(head: Head) -> dict[str, Any]:
    """Return one as plain values: instants as texts."""
    return {
        "period": head.period,
        "about": head.about,
        "number": head.number,
        "state": head.state,
        "issued_at": format_instant(head.issued_at),
        "as_of": format_instant(head.as_of),
        "digest": head.digest,
        "redacted_at": None if head.redacted_at is None else format_instant(head.redacted_at),
    }


def lines_of(heads: Iterable[Head]) -> Iterator[str]:
    """Yield them line by line."""
    for one in heads:
        redacted = "" if one.redacted_at is None else ", people replaced by pseudonyms since"
        issued = f"{format_instant(one.issued_at)[:16].replace('T', ' ')} UTC"
        yield f"{one.period} ({one.about}), number {one.number}: {one.state} {issued}{redacted}"
