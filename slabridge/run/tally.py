"""What a run did: counts per connection, and the exit code they make."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from connectors.interface import Traffic
from slabridge.exit import Exit, gravest

_BESIDE = {"beside": True}
"""Marks what stands in no summary of the run: what is counted for metrics, and for the cap of writes."""


@dataclass(slots=True)
class Tally:
    """What a run did with one connection; it grows as the run goes on. `as_of` is ms UTC by the tool's clock."""

    connection: str
    as_of: int | None = None
    pulled: int = 0
    changed: int = 0
    gone: int = 0
    """tickets that the tool has no more, or hides from us"""
    purged: int = 0
    """tickets that are kept no longer"""
    evaluated: int = 0
    fields_written: int = 0
    comments_written: int = 0
    links_written: int = 0
    refused: int = 0
    sent: int = 0
    """writes handed to the tool, or in a rehearsal planned"""
    comments_sent: int = 0
    waiting: int = 0
    """writes that `writes_per_run` leaves to the next run"""
    deferred: int = 0
    newly_quarantined: int = 0
    quarantined: int = 0
    """tickets in quarantine at the end, by this run or an earlier one"""
    unmapped: int = 0
    """tickets that were not judged, because nothing maps a value of theirs that decides"""
    unwritable: int = 0
    """tickets with a value that the tool, by what it says of the field, would not take"""
    census: bool = False
    """whether all followed tickets were compared with what is there"""
    held: int = 0
    """tickets on which too much would change: nothing was written, and a person must accept it"""
    reverted: int = 0
    """the run that was taken back and by whose configuration this one went: nothing was written"""
    linked_missing: int = 0
    """tickets that others name and that cannot be found"""
    warnings: int = 0
    calls: int = 0
    refusal: str = ""
    """why the tool refused us: a person must act"""
    outage: str = ""
    """why the tool could not be used now: the next run goes on"""
    unreached: int = 0
    """ms for which no run has reached the tool"""
    too_long: bool = False
    """whether that is longer than `outage` of the configuration: a person must look"""
    halted: str = ""
    """why the run ended before it was done: the next one goes on"""
    bug: str = ""
    """what nobody foresaw and ended this part: the log says where"""
    links_sent: int = field(default=0, metadata=_BESIDE)
    """those of the writes handed to the tool that are links"""
    read_at: float | None = field(default=None, metadata=_BESIDE)
    """when the tool's clock said `as_of`, by `time.monotonic`"""
    writes: Counter[tuple[str, str]] = field(default_factory=Counter, metadata=_BESIDE)
    """fields, comments and links that the tool took, by kind (field, comment or link) and reason"""
    traffic: Traffic = field(default_factory=Traffic, metadata=_BESIDE)
    """calls and waits by host"""

    @property
    def exit_code(self) -> Exit:
        """Return what the counts mean."""
        if self.bug:
            return Exit.BUG
        if self.held or self.reverted:
            return Exit.USAGE
        mine = (
            self.refusal
            or self.refused
            or self.newly_quarantined
            or self.quarantined
            or self.unmapped
            or self.unwritable
        )
        if mine or self.too_long:
            return Exit.PARTIAL
        return Exit.DEFERRED if self.outage or self.halted or self.deferred or self.waiting else Exit.COMPLETE


@dataclass(slots=True)
class Messages:
    """What a run sent: messages and, in all others, the steps in them."""

    sent: int = 0
    steps: int = 0
    deferred: int = 0
    """steps that could not be sent now; the next run tries again"""
    unclear: int = 0
    """steps of which nobody knows whether they arrived; they are not sent again"""
    lost: int = 0
    """steps that could not be sent for so long that they are given up"""
    bug: str = ""
    next_at: int | None = field(default=None, metadata=_BESIDE)
    """when something that waits may be sent, ms UTC by the tools' clock"""

    @property
    def exit_code(self) -> Exit:
        """Return what the counts mean."""
        if self.bug:
            return Exit.BUG
        if self.unclear or self.lost:
            return Exit.PARTIAL
        return Exit.DEFERRED if self.deferred else Exit.COMPLETE

    def as_json(self) -> dict[str, Any]:
        """Return the counts as plain values."""
        return _plain(self)


@dataclass(slots=True)
class Report:
    """What a run did.

    `actions` are what was planned, and `told` the messages (address, title, text); both are kept only in a rehearsal.
    """

    tallies: list[Tally] = field(default_factory=list)
    actions: list[tuple[str, Any]] = field(default_factory=list)
    messages: Messages = field(default_factory=Messages)
    told: list[tuple[str, str, str]] = field(default_factory=list)

    def begin(self, connection: str) -> Tally:
        """Return the tally of one more connection."""
        tally = Tally(connection)
        self.tallies.append(tally)
        return tally

    @property
    def exit_code(self) -> Exit:
        """Return the gravest of the connections, and of the messages."""
        return gravest([*(tally.exit_code for tally in self.tallies), self.messages.exit_code])

    def as_json(self) -> Sequence[dict[str, Any]]:
        """Return the counts as plain values."""
        return [_plain(tally) for tally in self.tallies]


def _plain(one: Tally | Messages) -> dict[str, Any]:
    return {field.name: getattr(one, field.name) for field in fields(one) if not field.metadata.get("beside")}
