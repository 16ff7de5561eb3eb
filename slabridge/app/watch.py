"""What is kept from run to run: the metrics, whether each state can be used, and when time alone changes something."""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from time import monotonic

import structlog

from slabridge.app.failure import exit_of
from slabridge.app.metrics import Sample, measured
from slabridge.config import Config, ConfigError
from slabridge.exit import Exit
from slabridge.run.counting import outcome
from slabridge.run.tally import Report
from slabridge.state import Busy, State, StateError, Transaction, counters, lease, waking
from slabridge.state.counters import Count

log = structlog.get_logger("slabridge")

_GRAIN = 1.0
"""Seconds: a tool tells its time cut to them, so that what is due at an instant is due in a run one later."""


owner = lease.daemon
"""Gives the name under which a daemon takes its leases, while a block lasts."""


@dataclass(slots=True)
class Watch:
    """Looks on as runs begin and end, of one configuration or of many customers (by their names; "" is the one).

    With `measuring`, `samples` are the metrics after the last run. A daemon goes by an `owner` of leases, and runs
    `every` so many seconds. `unready` says why a state cannot be used, or "".
    """

    measuring: bool = False
    owner: str | None = None
    every: float = 0.0
    clock: Callable[[], float] = monotonic
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    unready: dict[str, str] = field(default_factory=dict)
    _began: float = 0.0
    _read: dict[tuple[str, str], tuple[int, float]] = field(default_factory=dict)
    """What a tool's clock said last, ms UTC, and when that was by ours, by customer and connection."""
    _due: dict[str, float | None] = field(default_factory=dict)
    _uncounted: defaultdict[str, defaultdict[Count, float]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(float))
    )
    """Runs that ended without a state to count them in."""

    def due(self) -> float | None:
        """Return when time alone changes something next that the last runs could not have seen, by our clock."""
        return min((at for at in self._due.values() if at is not None), default=None)

    def expect(self, customers: Collection[str]) -> None:
        """Note whose states there are, of which nothing is known yet."""
        for customer in customers:
            self.unready.setdefault(customer, "its first run has not begun")

    def why_not(self) -> dict[str, str]:
        """Return why states cannot be used, by customer."""
        return {customer or "run": why for customer, why in list(self.unready.items()) if why}

    def all_samples(self, valid: bool | None) -> list[Sample]:
        """Return the metrics of all states, and whether the configuration that was read last is `valid` (None: -)."""
        found = [] if valid is None else [Sample("slabridge_configuration_valid", {}, float(valid))]
        return [*found, *(sample for samples in list(self.samples.values()) for sample in samples)]

    def begin(self, config: Config, state: State) -> None:
        """Note that the state can be used, and by us.

        Raises:
            Busy: another daemon works on it.
            StateError: it cannot be used after all.
        """
        self._began = self.clock()
        if self.owner is not None:
            with state.begin() as transaction:
                lease.stand(transaction, self.owner, round(self.every * 1000))
        self.unready[config.customer] = ""

    def ended(self, config: Config, state: State, report: Report) -> None:
        """Note what a run came to; where the state cannot be used any more, what is due waits for the interval."""
        for tally in report.tallies:
            if tally.as_of is not None and tally.read_at is not None:
                self._read[config.customer, tally.connection] = (tally.as_of, tally.read_at)
        self._due[config.customer] = None
        try:
            if self.owner is not None:
                due = [self._next(config, state), self._next_message(config, report)]
                self._due[config.customer] = min((at for at in due if at is not None), default=None)
            self._measure(config, state)
        except (StateError, Busy) as error:
            log.info("not measured", reason=str(error))

    def failed(self, config: Config, error: Exception, state: State | None = None) -> None:
        """Note that a run could not begin, or not be recorded; what is due waits for the interval."""
        self._due[config.customer] = None
        self.unready[config.customer] = _reason(error)
        code = exit_of(error) or Exit.BUG
        for one, value in outcome(code).items():
            self._uncounted[config.customer][one] += value
        if state is not None:
            try:
                self._measure(config, state)
            except (StateError, Busy) as again:
                log.info("not measured", reason=str(again))

    def forget(self, config: Config) -> None:
        """Give a daemon's lease on a state back, and keep nothing more of it."""
        for kept in (self.samples, self.unready, self._due, self._uncounted):
            kept.pop(config.customer, None)
        self._read = {key: read for key, read in self._read.items() if key[0] != config.customer}
        if self.owner is None:
            return
        try:
            state = State.of(config.state, create=False, migrate=False)
            try:
                with state.begin() as transaction:
                    lease.leave(transaction, self.owner)
            finally:
                state.close()
        except (StateError, Busy) as error:
            log.warning("lease not given back", reason=str(error))

    def _measure(self, config: Config, state: State) -> None:
        uncounted = self._uncounted[config.customer]
        if uncounted:
            with state.begin() as transaction:
                counters.add(transaction, uncounted)
            uncounted.clear()
        if self.measuring:
            with state.reading() as transaction:
                self.samples[config.customer] = measured(config, transaction)

    def _next_message(self, config: Config, report: Report) -> float | None:
        """Return when a message that waits may be sent, by our clock: it goes by the tool whose clock is ahead."""
        at = report.messages.next_at
        read = [one for (customer, _), one in self._read.items() if customer == config.customer]
        if at is None or not read:
            return None
        as_of, read_at = max(read)
        return read_at + (at - as_of) / 1000 + _GRAIN

    def _next(self, config: Config, state: State) -> float | None:
        """Return when the next ticket wakes, by our clock.

        What was due when this run asked its tool, or would have, is done, or waits for the interval.
        """
        found = []
        with state.reading() as sql:
            for connection in config.connections:
                as_of, read_at = self._read.get((config.customer, connection.name), (None, 0.0))
                if as_of is None:
                    continue
                asked = as_of + max(0, round((self._began - read_at) * 1000))
                wake = waking.next_wake(Transaction(sql, connection.name), asked)
                if wake is not None:
                    found.append(read_at + (wake - as_of) / 1000 + _GRAIN)
        return min(found, default=None)


def _reason(error: Exception) -> str:
    """Return why a state is not ready, for whoever asks: the log says more."""
    match error:
        case Busy():
            return "another run or daemon has the state"
        case StateError():
            return "the state cannot be used"
        case ConfigError():
            return "the configuration, or a secret, cannot be used"
    return "a bug ended the run"
