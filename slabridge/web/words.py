"""Words that the pages show for what results have as they are."""

from collections.abc import Mapping
from typing import Final

from slabridge.exit import Exit
from slabridge.text.said import word

KINDS: Final[Mapping[str, str]] = {
    "sla": word("SLA: to the customer"),
    "ola": word("OLA: between teams"),
    "uc": word("UC: of a supplier"),
}
FIELDS: Final[Mapping[str, str]] = {
    "status": word("status"),
    "kind": word("kind"),
    "connection": word("tool"),
    "agreement": word("agreement"),
    "objective": word("objective"),
    "holder": word("held by"),
    "priority": word("priority"),
    "customer": word("customer"),
    "team": word("team"),
    "service": word("service"),
    "type": word("type"),
}
EXITS: Final[Mapping[Exit, str]] = {
    Exit.COMPLETE: word("complete"),
    Exit.BUG: word("a bug"),
    Exit.USAGE: word("wrong configuration"),
    Exit.PARTIAL: word("partial: somebody must look"),
    Exit.DEFERRED: word("deferred to the next run"),
    Exit.BUSY: word("another run was under way"),
}
FIGURES: Final[Mapping[str, str]] = {
    "known": word("Tickets that are known"),
    "open": word("Tickets with an open cycle"),
    "pending": word("Tickets that are to be judged"),
    "gone": word("Tickets that are gone from their tool"),
    "unclear": word("Tickets with a comment that may have arrived or not"),
}
SIGNS: Final[Mapping[str, str]] = {
    "breached": "✗",
    "at_risk": "▲",
    "on_track": "●",
    "paused": "Ⅱ",
    "met": "✓",
    "cancelled": "\N{EN DASH}",
}
"""What stands for a status where there is no room for its word, and beside it where there is."""
TOLD: Final = ("cause", "outcome", "by_end", "step", "effect")
"""Columns that hold words of ours, which are said in the reader's language."""
