"""Whether the tool takes what a run would write: asked beforehand, and tried on a ticket that somebody names."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing

import connectors
from connectors.errors import ConnectorError, Refused
from connectors.interface import Connector, Fact, FieldsWrite, Finding, Instant, NativeTicket
from slabridge.app.wanted import NUMBERS, options_of
from slabridge.config import Config, Connection, FieldMap
from slabridge.config.agreements.result import INSTANTS, TIMELINE

_AN_INSTANT = Instant(1_772_452_800_000)  # 2026-03-02T12:00:00Z
_AN_ADDRESS = "https://example.com/"


def samples(rule: FieldMap) -> Iterator[Fact]:
    """Yield facts that could come to stand in a field: every word of a result of few words, else one."""
    options = options_of(rule)
    if rule.value.result in INSTANTS:
        yield _AN_INSTANT
    elif options:
        yield from options
    elif rule.value.result == TIMELINE:
        yield _AN_ADDRESS
    else:
        yield 1 if rule.value.result in NUMBERS else "slabridge"


def write_of(ticket: NativeTicket, connector: Connector, facts: Mapping[str, Fact]) -> FieldsWrite:
    """Return the write of facts into native fields of a ticket."""
    return FieldsWrite(ticket.id, ticket.key, {name: connector.encode(name, fact) for name, fact in facts.items()})


def write_test(config: Config, key: str) -> Iterator[tuple[str, Finding]]:
    """Write into every written field of a ticket, read it back, and put back what stood there.

    Yields (connection, finding). It is one write there and one back: rules and mails of the tool may follow both.

    Raises:
        Refused: no connection has such a ticket.
        ConnectorError: a tool cannot be asked.
    """
    for connection in config.connections:
        with closing(connectors.open(connection.settings())) as connector:
            connector.check()
            tickets = _read(connector, list(connector.ids_of([key]).values()))
            if tickets:
                for finding in _tried(connection, connector, tickets[0]):
                    yield connection.name, finding
                return
    named = ", ".join(connection.name for connection in config.connections)
    raise Refused(f"no connection ({named}) has a ticket {key}, or it is hidden from the account")


def _tried(connection: Connection, connector: Connector, ticket: NativeTicket) -> Iterator[Finding]:
    write = write_of(ticket, connector, {rule.field: next(samples(rule)) for rule in connection.writeback.fields})
    before = {name: ticket.written.get(name) for name in write.fields}
    try:
        (receipt,) = connector.write([write])
        there = _again(connector, ticket)
    except ConnectorError:  # who knows what stands there now
        yield _put_back(connector, ticket, before)
        raise
    for name, value in write.fields.items():
        if there.get(name) == value:
            yield Finding(f"write.{name}", "ok", f"{name} of {ticket.key} takes what is written")
        else:
            what = f"{name} of {ticket.key} does not take what is written: {receipt.reason or 'it is ignored'}"
            yield Finding(f"write.{name}", "failure", what, "give the account the right to write it")
    changed = {name: text for name, text in before.items() if there.get(name) != text}
    if changed:
        yield _put_back(connector, ticket, changed)


def _put_back(connector: Connector, ticket: NativeTicket, before: Mapping[str, str | None]) -> Finding:
    try:
        (receipt,) = connector.write([FieldsWrite(ticket.id, ticket.key, before)])
        there = _again(connector, ticket)
    except ConnectorError as error:
        return _left(ticket, before, str(error))
    left = {name: text for name, text in before.items() if there.get(name) != text}
    if left:
        return _left(ticket, left, receipt.reason or "it is ignored")
    return Finding("write.back", "ok", f"what stood on {ticket.key} stands there again")


def _left(ticket: NativeTicket, before: Mapping[str, str | None], why: str) -> Finding:
    what = f"{', '.join(before)} of {ticket.key} could not be put back: {why}"
    return Finding("write.back", "failure", what, f"set by hand what stood there: {dict(before)}")


def _again(connector: Connector, ticket: NativeTicket) -> Mapping[str, str | None]:
    """Return what stands in the written fields of a ticket now.

    Raises:
        Refused: it cannot be read any more.
    """
    found = _read(connector, [ticket.id])
    if not found:
        raise Refused(f"{ticket.key} cannot be read any more")
    return found[0].written


def _read(connector: Connector, ids: Sequence[str]) -> list[NativeTicket]:
    return [ticket for page in connector.reread(ids) for ticket in page.tickets] if ids else []
