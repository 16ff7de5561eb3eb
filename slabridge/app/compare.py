"""The tools' own SLA clocks beside ours, tool by tool and batch by batch; nothing is kept (docs/compare.md)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from connectors.errors import ConnectorError, Refused
from connectors.interface import Connector, NativeClock, NativeTicket
from slabridge.app.connect import connected
from slabridge.compare.comparer import Comparer
from slabridge.compare.comparison import Comparison, Summary
from slabridge.config import Config, Connection
from slabridge.exit import Exit
from slabridge.run.bug import kind_of, places_of
from slabridge.state import Busy, ConnectionState, State, StateError, open_tickets, tickets
from slabridge.ticket.known import Known
from slabridge.ticket.mapping import Mapper
from slabridge.ticket.observed import observed

BATCH = 200
_GRAVITY = (Exit.COMPLETE, Exit.DEFERRED, Exit.PARTIAL, Exit.USAGE, Exit.BUG)


@dataclass(slots=True)
class Comparing:
    """A comparison under way: `batches` yields what it finds, and the rest grows with it.

    `trouble` is called with what is missing. That something is missing for good outweighs that it comes later, and a
    bug outweighs both.
    """

    config: Config
    trouble: Callable[[str], None]
    on_connection: Callable[[str], None]
    summary: Summary = field(default_factory=Summary)
    exit_code: Exit = Exit.COMPLETE

    def batches(self, keys: Sequence[str], names: Sequence[str]) -> Iterator[list[Comparison]]:
        """Compare tickets by key or id, on the connections named; without keys all with an open cycle.

        Raises:
            ConfigError, StateError, Busy: it cannot begin.
        """
        state = State.of(self.config.state, create=False, migrate=False)
        try:
            ids = self._ids(state, keys, names)
            if keys and not any(ids.values()):
                self.exit_code = Exit.USAGE
                return
            with connected(self.config) as pairs:
                for connection, connector in pairs:
                    if ids.get(connection.name):
                        self.on_connection(f"{connection.name}: {len(ids[connection.name])} tickets")
                        own = ConnectionState(state, connection.name)
                        yield from self._of(connection, connector, own, ids[connection.name])
        finally:
            state.close()

    def without_state(self, name: str, most: int) -> Iterator[list[Comparison]]:
        """Compare the tickets of a connection on which the tool's clocks ended last, by today's definitions alone.

        Raises:
            ConfigError: secrets or certificates cannot be had.
        """
        with connected(self.config) as pairs:
            for connection, connector in pairs:
                if connection.name == name:
                    try:
                        connector.check()
                        ids = connector.ended(most)
                    except ConnectorError as error:
                        self._missing(str(error), Exit.PARTIAL if isinstance(error, Refused) else Exit.DEFERRED)
                        return
                    self.on_connection(f"{connection.name}: {len(ids)} tickets")
                    yield from self._of(connection, connector, None, ids)

    def _missing(self, text: str, code: Exit) -> None:
        self.trouble(text)
        self.exit_code = max(self.exit_code, code, key=_GRAVITY.index)

    def _ids(self, state: State, keys: Sequence[str], names: Sequence[str]) -> dict[str, list[str]]:
        """Return the ids to compare, by connection."""
        if not keys:
            found = {}
            for name in names:
                with ConnectionState(state, name).begin() as transaction:
                    found[name] = open_tickets.ids(transaction)
            return found
        found = {name: [] for name in names}
        with state.begin() as sql:
            for key in keys:
                known = [(name, one.id) for name, one in tickets.find(sql, key) if name in found]
                if not known:
                    self._missing(f"no ticket {key!r} in the state; has `slabridge run` pulled it?", Exit.PARTIAL)
                for name, identity in known:
                    if identity not in found[name]:
                        found[name].append(identity)
        return found

    def _of(
        self, connection: Connection, connector: Connector, own: ConnectionState | None, ids: Sequence[str]
    ) -> Iterator[list[Comparison]]:
        """Compare on one connection; a tool that fails does not stop the other."""
        comparer = Comparer(self.config.definitions, connection.native)
        try:
            as_of = connector.check().now
            for start in range(0, len(ids), BATCH):
                fresh = self._read(connector, own, ids[start : start + BATCH], as_of)
                clocks: dict[str, list[NativeClock]] = {}
                for clock in connector.clocks([known.id for known in fresh]):
                    clocks.setdefault(clock.ticket, []).append(clock)
                found = list(comparer.compare(fresh, Mapper(connection), clocks, as_of))
                for comparison in found:
                    self.summary.add(comparison)
                yield found
        except Refused as error:
            self._missing(str(error), Exit.PARTIAL)
        except ConnectorError as error:
            self._missing(str(error), Exit.DEFERRED)
        except (StateError, Busy):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the other connections are compared
            bug = f"{kind_of(error)} at {places_of(error)}"
            self._missing(f"{connection.name}: a bug of slabridge ended its part; please report it: {bug}", Exit.BUG)

    def _read(self, connector: Connector, own: ConnectionState | None, ids: Sequence[str], as_of: int) -> list[Known]:
        """Return these tickets as the tool has them now, with what the state, if any, knows of them besides."""
        known: dict[str, Known] = {}
        if own is not None:
            with own.begin() as transaction:
                known = {one.id: one for one in tickets.load(transaction, ids)}
        fresh: list[Known] = []
        for page in connector.reread(ids):
            fresh += [_as_now(native, known, as_of) for native in page.tickets]
            for skipped in page.skipped:
                self._missing(f"{skipped.key}: cannot be read: {skipped.reason}", Exit.PARTIAL)
            for gone in page.gone:
                key = known[gone].native.key if gone in known else gone
                text = f"{key}: {connector.name} does not have it any more, or hides it from us"
                self._missing(text, Exit.PARTIAL)
        return fresh


def _as_now(native: NativeTicket, known: Mapping[str, Known], as_of: int) -> Known:
    """Return a ticket as it is now, with the changes that the tool has no history of and that our pulls saw."""
    if native.id not in known:
        return Known(native, {}, 0)
    before = known[native.id]
    return replace(before, native=observed(before.native, native, before.read_at, as_of))
