"""`slabridge compare` (docs/compare.md)."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from connectors.errors import ConnectorError, Refused
from connectors.interface import Connector, NativeClock, NativeTicket
from slabridge.app.connect import connected
from slabridge.cli.options import AsJson, ConfigPath, prepared
from slabridge.cli.progress import progress
from slabridge.compare.comparer import Comparer
from slabridge.compare.comparison import Comparison, Summary, Verdict
from slabridge.compare.course import Figures
from slabridge.config import Config, Connection, load_config
from slabridge.run.message import spoken, zoned
from slabridge.run.tally import Exit
from slabridge.show.printed import json_line, line
from slabridge.state import State, tickets
from slabridge.state.tickets import Known
from slabridge.ticket.mapping import Mapper
from slabridge.ticket.observed import observed

_BATCH = 200
_STYLES = {
    Verdict.AGREE: "green",
    Verdict.EXPLAINED: "cyan",
    Verdict.UNEXPLAINED: "bold red",
    Verdict.ONLY_THERE: "yellow",
    Verdict.ONLY_HERE: "yellow",
}


@dataclass(slots=True)
class _Asked:
    """What one call of the command works with, and what became of it."""

    config: Config
    state: State
    as_json: bool
    summary: Summary = field(default_factory=Summary)
    exit_code: Exit = Exit.COMPLETE

    def trouble(self, text: str, code: Exit) -> None:
        """Say what is missing. That something is missing for good outweighs that it comes later."""
        sys.stderr.write(f"{line(text)}\n")
        if self.exit_code is not Exit.PARTIAL:
            self.exit_code = code


def compare(
    *,
    keys: Annotated[list[str] | None, typer.Argument(help="Keys or ids of tickets.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All tickets with an open cycle.")] = False,
    connection: Annotated[str | None, typer.Option(help="Only this connection.")] = None,
    config: ConfigPath = None,
    json: AsJson = False,
) -> None:
    """Show the tool's own SLA clocks beside ours, the difference, and its reason where that can be shown."""
    if bool(keys) == every:
        raise typer.BadParameter("name tickets, or write --all", param_hint="KEY...")
    loaded = load_config(prepared(config))
    names = [each.name for each in loaded.connections]
    if connection is not None and connection not in names:
        raise typer.BadParameter(f"{connection!r} is none of {', '.join(names)}", param_hint="--connection")
    state = State.of(loaded.state, create=False, migrate=False)
    asked = _Asked(loaded, state, json)
    try:
        ids = _ids(asked, keys, [connection] if connection else names)
        if keys and not any(ids.values()):
            raise typer.Exit(Exit.USAGE)
        with connected(loaded) as pairs, progress() as show:
            for each, connector in pairs:
                if ids.get(each.name):
                    show(f"{each.name}: {len(ids[each.name])} tickets")
                    _compare_all(asked, each, connector, ids[each.name])
    finally:
        state.close()
    _print_summary(asked.summary, as_json=json)
    raise typer.Exit(asked.exit_code)


def _ids(asked: _Asked, keys: Sequence[str] | None, names: Sequence[str]) -> dict[str, list[str]]:
    """Return the ids to compare, by connection; without keys those of all tickets with an open cycle."""
    found: dict[str, list[str]] = {name: [] for name in names}
    with asked.state.begin() as transaction:
        if not keys:
            return {name: tickets.open_ids(transaction, name) for name in names}
        for key in keys:
            known = [(name, one.native.id) for name, one in tickets.find(transaction, key) if name in found]
            if not known:
                asked.trouble(f"no ticket {key!r} in the state; has `slabridge run` pulled it?", Exit.PARTIAL)
            for name, identity in known:
                if identity not in found[name]:
                    found[name].append(identity)
    return found


def _compare_all(asked: _Asked, connection: Connection, connector: Connector, ids: Sequence[str]) -> None:
    """Compare and print batch by batch; a tool that fails does not stop the other."""
    comparer = Comparer(asked.config.definitions, connection.native)
    try:
        as_of = connector.check().now
        for start in range(0, len(ids), _BATCH):
            known, fresh = _read(asked, connection, connector, ids[start : start + _BATCH])
            clocks: dict[str, list[NativeClock]] = {}
            for clock in connector.clocks([native.id for native in fresh]):
                clocks.setdefault(clock.ticket, []).append(clock)
            mapper = Mapper(connection)
            canonical = [mapper.ticket(_with_what_we_saw(native, known, as_of)) for native in fresh]
            stored = {identity: one.results for identity, one in known.items()}
            found = list(comparer.compare(canonical, clocks, as_of, stored))
            for comparison in found:
                asked.summary.add(comparison)
            _print(found, asked.config, as_json=asked.as_json)
    except Refused as error:
        asked.trouble(str(error), Exit.PARTIAL)
    except ConnectorError as error:
        asked.trouble(str(error), Exit.DEFERRED)


def _read(
    asked: _Asked, connection: Connection, connector: Connector, ids: Sequence[str]
) -> tuple[dict[str, Known], list[NativeTicket]]:
    """Return these tickets as the state knows them, and as the tool has them now; nothing is kept."""
    with asked.state.begin() as transaction:
        known = {one.native.id: one for one in tickets.load(transaction, connection.name, ids)}
    fresh: list[NativeTicket] = []
    for page in connector.reread(ids):
        fresh += page.tickets
        for skipped in page.skipped:
            asked.trouble(f"{skipped.key}: cannot be read: {skipped.reason}", Exit.PARTIAL)
        for gone in page.gone:
            key = known[gone].native.key if gone in known else gone
            asked.trouble(f"{key}: {connection.name} does not have it any more, or hides it from us", Exit.PARTIAL)
    return known, fresh


def _with_what_we_saw(native: NativeTicket, known: Mapping[str, Known], as_of: int) -> NativeTicket:
    """Return a ticket with the changes that the tool has no history of and that our pulls saw."""
    if native.id not in known:
        return native
    before = known[native.id]
    return observed(before.native, native, before.read_at, as_of)


def _print(found: Iterable[Comparison], config: Config, *, as_json: bool) -> None:
    if as_json:
        for comparison in found:
            sys.stdout.buffer.write(json_line(comparison.as_json()))
        return
    table = Table(show_lines=True)
    table.add_column("ticket", overflow="fold")
    table.add_column("objective / clock", overflow="fold")
    table.add_column("there")
    table.add_column("here")
    table.add_column("difference")
    for each in found:
        zone = config.definitions.timezone
        there = _figures(Figures.there(each.theirs), zone) if each.theirs else ""
        here = _figures(Figures.here(each.ours), zone) if each.ours else ""
        table.add_row(Text(line(each.ticket.key)), Text(_names(each)), there, here, _difference(each))
    if table.row_count:
        Console(highlight=False).print(table)


def _names(comparison: Comparison) -> str:
    ours, theirs = comparison.ours, comparison.theirs
    cycle = f" #{ours.cycle}" if ours and ours.cycle > 1 else ""
    return f"{comparison.objective or '-'}{cycle}\n{line(theirs.name) if theirs else '-'}"


def _figures(figures: Figures, zone: str) -> str:
    """Return a clock in a few short lines."""
    stage = figures.stage + (", late" if figures.breached else "")
    used = spoken(figures.elapsed) or "0s"
    target = "" if figures.target is None else f" of {spoken(figures.target)}"
    due = "" if figures.due_at is None else f"\ndue {zoned(figures.due_at, zone):%m-%d %H:%M}"
    return f"{stage}\nfrom {zoned(figures.started_at, zone):%m-%d %H:%M}{due}\n{used}{target}"


def _difference(comparison: Comparison) -> Text:
    text = Text()
    words = ", ".join(comparison.reasons) or comparison.verdict.replace("_", " ")
    text.append(words.replace("_", " "), _STYLES[comparison.verdict])
    if comparison.elapsed_apart:
        apart = comparison.elapsed_apart
        text.append(f"\nused {'+' if apart > 0 else '-'}{spoken(abs(apart)) or '0s'} there")
    if comparison.differences and comparison.verdict is Verdict.UNEXPLAINED:
        text.append(f"\n{', '.join(comparison.differences)}")
    if comparison.note:
        text.append(f"\n{line(comparison.note)}")
    return text


def _print_summary(summary: Summary, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.buffer.write(json_line({"summary": summary.as_json()}))
        return
    parts = [f"{summary.verdicts[verdict]} {verdict.replace('_', ' ')}" for verdict in Verdict]
    reasons = ", ".join(f"{count} {reason.replace('_', ' ')}" for reason, count in sorted(summary.reasons.items()))
    sys.stdout.write(", ".join(parts) + (f"; reasons: {reasons}" if reasons else "") + "\n")
