"""Issued reports: filed once, read back, and worked out anew to be compared (docs/reports.md, "Issued reports")."""

import time
from dataclasses import dataclass, replace

from sla_engine.instant import parse_instant
from slabridge.app.asked import Asked, Reported
from slabridge.app.filed import filed
from slabridge.app.report import of_state
from slabridge.app.told import note_issued
from slabridge.config import Config
from slabridge.config.services.reporting import load_reporting
from slabridge.report.difference import differences, listed
from slabridge.report.document import PROVISIONAL, Document
from slabridge.report.reporter import NoSuchReport
from slabridge.spread import HERE, Spread
from slabridge.state import ConnectionState, State, reports, tickets
from slabridge.state.reports import Head, Issued, digest_of

__all__ = ["Head", "Issued", "Verified", "heads", "heads_in", "issue", "issued", "verify"]


@dataclass(frozen=True, slots=True)
class Verified:
    """An issued report beside what is worked out today by its definitions.

    `versions` are those of libraries that differ, and connections whose mapping does. `gone` are its tickets that are
    gone from their tools: they count as they were last known. So many are `purged`: it cannot be worked out anew, and
    `damaged` is whether its document is not as it was issued. Since `redacted_at` (ms UTC) somebody is forgotten in it.
    """

    issued: Issued
    differences: list[str]
    versions: dict[str, str]
    gone: int = 0
    purged: int = 0
    damaged: bool = False

    @property
    def redacted_at(self) -> int | None:
        """When somebody was last forgotten in it, ms UTC: its digest is that of the document as it was issued."""
        return self.issued.redacted_at


def heads(config: Config) -> list[Head]:
    """Return all reports that were issued, without what they say, what was issued last first.

    Raises:
        StateError: the state cannot be read.
    """
    state = State.of(config.state, create=False, migrate=False)
    try:
        return heads_in(state)
    finally:
        state.close()


def heads_in(state: State) -> list[Head]:
    """Do the same over an open state."""
    with state.reading() as sql:
        return reports.heads(sql)


def issued(config: Config, asked: Asked, number: int | None = None) -> Issued | None:
    """Return a report as it was issued last, or under a number; None where it never was.

    Raises:
        StateError: the state cannot be read, or what it holds of it is damaged.
    """
    state = State.of(config.state, create=False, migrate=False)
    try:
        with state.reading() as sql:
            if number is None:
                return reports.latest(sql, asked.period, asked.about)
            return reports.numbered(sql, asked.period, asked.about, number)
    finally:
        state.close()


def issue(config: Config, asked: Asked, spread: Spread = HERE) -> tuple[Reported, list[str]]:
    """Work out a report and file it; return it, and how it differs from the one that was issued before.

    Where it does not differ, nothing is filed.

    Raises:
        NoSuchReport: the period, or the time in which late facts are waited for, is not over; or it is issued, and not
            all of its tickets are kept.
        StateError: the state cannot be written.
    """
    found = of_state(config, asked, spread=spread)
    cover = found.document["cover"]
    as_of = parse_instant(cover["as_of"])
    if as_of < parse_instant(cover["closes_at"]):
        raise NoSuchReport(f"{asked.period} cannot be issued yet: it is waited for until {cover['closes_at']}")
    before = issued(config, asked)
    if before is not None and (purged := _counted(config, before.document)[1]):
        raise NoSuchReport(
            f"{asked.period} is issued, and {purged} of its tickets are kept no longer ([privacy] keep): "
            "it stands as it is"
        )
    changed = [] if before is None else differences(before.document, found.document)
    if before is not None and not changed:
        return replace(found, document=before.document), []
    number = 1 if before is None else before.number + 1
    state_of_it = "issued" if before is None else "restated"
    notes = [note for note in found.document["notes"] if note != PROVISIONAL.as_json()]
    head = {**cover, "state": state_of_it, "number": number}
    document = {**found.document, "cover": head, "notes": notes, "restated": changed}
    at = time.time_ns() // 1_000_000
    new = Issued(asked.period, asked.about, number, at, as_of, digest_of(document), filed(config), document)
    state = State.of(config.state, create=False)
    try:
        with state.begin() as sql:
            reports.file(sql, new)
            note_issued(sql, config, new)
    finally:
        state.close()
    return replace(found, document=document), changed


def verify(config: Config, asked: Asked, spread: Spread = HERE) -> Verified:
    """Work an issued report out anew, by the definitions that were filed with it and from the histories of today.

    Raises:
        NoSuchReport: it was never issued.
        StateError: the state cannot be read.
    """
    before = issued(config, asked)
    if before is None:
        raise NoSuchReport(f"{asked.period} ({asked.about}) was never issued")
    file = before.definitions["file"]
    assert config.reporting is not None  # noqa: S101 - a file that was read has it
    reporting = replace(load_reporting(file), dimensions=config.reporting.dimensions)
    then = replace(config, reporting=reporting, definitions=reporting.definitions)
    again = of_state(then, replace(asked, now=before.as_of), file, spread)
    was, today = before.definitions["versions"], filed(config)
    versions = {
        name: f"{was.get(name)} then, {now} now" for name, now in today["versions"].items() if was.get(name) != now
    }
    versions |= {
        f"connections.{name}": "its tickets were mapped otherwise then"
        for name, digest in before.definitions.get("mappings", {}).items()
        if today["mappings"].get(name) != digest
    }
    gone, purged = _counted(config, before.document)
    damaged = before.redacted_at is None and digest_of(before.document) != before.digest
    found = [] if purged else differences(before.document, again.document)
    return Verified(before, found, versions, gone, purged, damaged)


def _counted(config: Config, document: Document) -> tuple[int, int]:
    """Count the tickets of a report's cases that are gone from their tools, and those that are kept no longer."""
    named: dict[str, set[str]] = {}
    for case in listed(document):
        named.setdefault(case["source"], set()).add(case["id"])
    state = State.of(config.state, create=False, migrate=False)
    try:
        gone = purged = 0
        for connection, ids in named.items():
            with ConnectionState(state, connection).reading() as transaction:
                found = tickets.stored(transaction, ids)
            gone += sum(one.gone for one in found.values())
            purged += len(ids) - len(found)
        return gone, purged
    finally:
        state.close()
