"""Whether a run could do its work: each connection asked for all that a run reads and writes (docs/doctor.md).

Nothing is written.
"""

import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

import connectors
from connectors.errors import ConnectorError, Refused
from connectors.http.limits import host_of
from connectors.interface import Connector, Finding, Inspector, NativeTicket
from sla_engine import Engine
from sla_engine.instant import HOUR, MINUTE
from slabridge.app.write_test import samples, write_of
from slabridge.config import Config, ConfigError, Connection, FieldMap
from slabridge.state import State, StateError, runs
from slabridge.text.spoken import spoken
from slabridge.ticket.mapping import Mapper

NEWEST = 50
"""How many of the newest tickets are looked at."""
_ASKED = 10
"""Of how many of them the tool's own clocks and edit screens are asked for."""
_FEW = 5
"""How many of several are named."""
_NO_SCREEN = "it is not on the edit screen, or nobody may edit issues in that status"

Findings = Iterator[Finding]
Found = tuple[str, Finding]
"""A connection's name, "" for what is about the state, and what was found."""


def diagnose(config: Config) -> Iterator[Found]:
    """Yield findings in file order, what is about the state first."""
    spent, of_state = _state(config)
    yield "", of_state
    deciding = Engine(config.definitions, config.dimensions).fields
    for connection in config.connections:
        for finding in _connection(connection, deciding, spent):
            yield connection.name, finding


def _state(config: Config) -> tuple[dict[str, int], Finding]:
    """Return how many calls each host had from us within the last hour, and what is to be said of the state."""
    try:
        with closing(State.of(config.state, create=False, migrate=False)) as state:
            place = state.shown
            with state.begin() as transaction:
                calls = runs.calls_within(transaction, HOUR)
    except StateError as error:
        return {}, Finding("state", "failure", str(error), "see docs/operations.md, The state")
    spent: dict[str, int] = {}
    for connection in config.connections:
        host = host_of(connection.url)
        spent[host] = spent.get(host, 0) + calls.get(connection.name, 0)
    said = f"{place} can be used" if place else f"the first run makes {config.state}"
    return spent, Finding("state", "ok", said)


def _connection(connection: Connection, deciding: frozenset[str], spent: dict[str, int]) -> Findings:
    try:
        settings = connection.settings()
    except ConfigError as error:
        for problem in error.problems:
            yield Finding("secret", "failure", f"{problem.path}: {problem.message}", "set it, or name another place")
        return
    try:
        with closing(connectors.inspect(settings)) as inspector:
            lacking = inspector.lacking()
            for field in lacking:
                what = f"{field} is not there, or hidden from the account"
                yield Finding(f"write.{field}", "failure", what, "`slabridge provision` makes it, or says how")
            rest = tuple(field for field in settings.written if field not in lacking)
            with closing(connectors.open(replace(settings, written=rest))) as connector:
                yield from _asked(connection, connector, inspector, deciding, rest)
    except ConnectorError as error:
        check = "refused" if isinstance(error, Refused) else "reach"
        yield Finding(check, "failure", str(error), "mend it, then ask doctor again: what follows it was not asked")
        return
    yield _limits(connection, spent.get(host_of(connection.url), 0))


def _limits(connection: Connection, used: int) -> Finding:
    """Say how many calls are left, where there is a limit of ours: of the tool's own it tells when it is met."""
    most = connection.calls_per_hour
    said = f"runs made {used} calls within the last hour"
    if most is None:
        return Finding("limits", "ok", f"{said}, and calls_per_hour sets no limit")
    if used >= most:
        remedy = f"runs go on later; raise connections.{connection.name}.calls_per_hour if that is too late"
        return Finding("limits", "warning", f"{said}, and calls_per_hour allows {most}: none is left", remedy)
    return Finding("limits", "ok", f"{said} of {most} that calls_per_hour allows")


def _asked(
    connection: Connection,
    connector: Connector,
    inspector: Inspector,
    deciding: frozenset[str],
    written: Collection[str],
) -> Findings:
    asked_at = time.time() * 1000
    identity = connector.check()
    title, host = inspector.title(), host_of(connection.url)
    trusted = ", with a certificate that is trusted" if connection.url.startswith("https:") else ""
    yield Finding("reach", "ok", f"{title} answers at {host}{trusted}")
    yield Finding("account", "ok", f"signed in as {identity.account}")
    yield _clock(identity.now - asked_at)
    ids = inspector.newest(NEWEST)
    if not ids:
        remedy = f"look at connections.{connection.name}.filter"
        yield Finding("read.tickets", "warning", "the filter takes up no ticket", remedy)
    pages = list(connector.reread(ids)) if ids else []
    tickets = [ticket for page in pages for ticket in page.tickets]
    for one in [one for page in pages for one in page.skipped][:_FEW]:
        what = f"{one.key} cannot be read: {one.reason}"
        yield Finding("read.tickets", "failure", what, "a run puts such tickets into quarantine and goes on")
    if tickets:
        yield Finding("read.tickets", "ok", f"{len(tickets)} of the {len(ids)} newest tickets were read, whole")
    yield from inspector.rights(ids)
    yield from _history(connection, connector, deciding)
    yield from _values(connection, tickets, deciding)
    yield from _writable([rule for rule in connection.writeback.fields if rule.field in written], connector, tickets)
    yield from _native(connection, connector, ids[:_ASKED])


def _clock(ahead: float) -> Finding:
    """Judge by how many ms the tool's clock is ahead of this machine's."""
    if abs(ahead) < MINUTE:
        return Finding("clock", "ok", "its clock and this machine's agree within a minute")
    said = f"its clock is {spoken(int(abs(ahead)))} {'ahead of' if ahead > 0 else 'behind'} this machine's"
    remedy = "results go by the tool's clock, logs and schedules by this machine's: set it by NTP"
    return Finding("clock", "warning", said, remedy)


def _history(connection: Connection, connector: Connector, deciding: frozenset[str]) -> Findings:
    canonical = {native: name for name, native in connection.fields.items()}
    gaps = {canonical.get(native, native): (native, why) for native, why in connector.gaps().items()}
    for name, (native, why) in sorted(gaps.items()):
        if name in deciding or name == "comments":
            remedy = "changes of it are seen from run to run alone (docs/promises.md, Reading)"
            yield Finding(f"history.{name}", "warning", f"{native} has no history there: {why}", remedy)
    if not gaps:
        yield Finding("history", "ok", "every field that is read has its history there")


def _values(connection: Connection, tickets: Sequence[NativeTicket], deciding: frozenset[str]) -> Findings:
    mapper = Mapper(connection)
    mapper.count(map(mapper.mapped, tickets))
    found: dict[str, list[tuple[int, str]]] = {}
    for (field, value), count in mapper.unmapped.items():
        found.setdefault(field, []).append((count, value))
    for field, values in sorted(found.items()):
        named = ", ".join(f'"{value}" ({count})' for count, value in sorted(values, reverse=True)[:_FEW])
        what = f"of {len(tickets)} tickets, some hold or held values that values.{field} does not name: {named}"
        refused = field in deciding and connection.unmapped == "refuse"
        remedy = f"name them under connections.{connection.name}.values.{field}"
        yield Finding(f"values.{field}", "failure" if refused else "warning", what, remedy)
    for field in sorted(connection.values.keys() - found.keys()):
        yield Finding(f"values.{field}", "ok", f"every value of {field} is mapped, of {len(tickets)} tickets")


def _writable(rules: Sequence[FieldMap], connector: Connector, tickets: Sequence[NativeTicket]) -> Findings:
    """Ask what the tool says of each value that could be written on some of the tickets."""
    refused: dict[str, str] = {}
    for rule in rules:
        for fact in samples(rule):
            writes = [write_of(ticket, connector, {rule.field: fact}) for ticket in tickets[:_ASKED]]
            for left in connector.left_out(writes):
                for field, reason in left.items():
                    refused.setdefault(field, reason or _NO_SCREEN)
    for field, reason in sorted(refused.items()):
        remedy = "make it, and put it there: `slabridge provision` does, or says how"
        yield Finding(f"write.{field}", "failure", f"{field} cannot be written: {reason}", remedy)
    fine = [rule.field for rule in rules if rule.field not in refused]
    if fine and tickets:
        said = f"nothing is known against writing {', '.join(fine)}; doctor --write-test KEY proves it on a ticket"
        yield Finding("write.fields", "ok", said)


def _native(connection: Connection, connector: Connector, ids: Sequence[str]) -> Findings:
    try:
        there = {clock.name for clock in connector.clocks(ids)} if ids else set()
    except Refused as error:
        what = f"the tool's own SLAs cannot be read: {error}"
        yield Finding("native", "warning", what, "compare needs them, runs do not")
        return
    left = sorted(there - {name for names in connection.native.values() for name in names})
    if left:
        remedy = f"name them under connections.{connection.name}.native, beside the objective that promises the same"
        yield Finding("native", "warning", f"SLAs of the tool that compare does not look at: {', '.join(left)}", remedy)
    elif there:
        yield Finding("native", "ok", "compare looks at every SLA of the tool that these tickets have")
