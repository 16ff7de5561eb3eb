"""From configured connections to connectors."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import cast

import connectors
from connectors.http.limits import Limits, host_of
from connectors.interface import Connector
from connectors.settings import Settings
from connectors.unopened import Unopened
from sla_engine.instant import HOUR
from slabridge.config import Config, Connection
from slabridge.run.halt import Halt
from slabridge.state import State, runs

HostLimits = Callable[[str, int, int | None, int], Limits]
"""Gives the limits of a host, by its name, its concurrency, its calls per hour, and how many of them are spent."""


def of_this_process(_host: str, concurrency: int, per_hour: int | None, spent: int) -> Limits:
    """Return limits that no other process knows of."""
    return Limits(concurrency, per_hour, spent)


@contextmanager
def connected(
    config: Config,
    *,
    spent: Mapping[str, int] | None = None,
    left: Callable[[], float] | None = None,
    stopping: Callable[[], bool] | None = None,
    of_host: HostLimits = of_this_process,
) -> Iterator[list[tuple[Connection, Connector]]]:
    """Give a connector for every connection, and close them at the end. Nothing is called yet.

    One that cannot be opened says why when it is asked, and stands in no other's way.

    `spent` is, by host, how many calls earlier runs made within the last hour; `left` says how many seconds this run
    still has, `stopping` whether it was asked to end. `of_host` gives the limits of each host.

    Raises:
        ConfigError: secrets or certificates cannot be had.
    """
    pairs: list[tuple[Connection, Connector]] = []
    with ExitStack() as opened:
        found = config.settings()
        limits = _limits(found, spent or {}, of_host)
        for connection, settings in zip(config.connections, found, strict=True):
            host = limits[host_of(settings.url)]
            try:
                connector = connectors.open(settings, limits=host, left=left, stopping=stopping)
            except Exception as error:  # noqa: BLE001 - raised again where this connection's part is contained
                connector = cast("Connector", Unopened(connection.name, error))
            opened.callback(connector.close)
            pairs.append((connection, connector))
        yield pairs


def _limits(found: Sequence[Settings], spent: Mapping[str, int], of_host: HostLimits) -> dict[str, Limits]:
    """Return the limits of each host: where connections name different ones, the smallest counts."""
    hosts: dict[str, list[Settings]] = {}
    for settings in found:
        hosts.setdefault(host_of(settings.url), []).append(settings)
    return {
        host: of_host(
            host,
            min(settings.concurrency for settings in sharing),
            min((settings.calls_per_hour for settings in sharing if settings.calls_per_hour is not None), default=None),
            spent.get(host, 0),
        )
        for host, sharing in hosts.items()
    }


@contextmanager
def connected_within_budget(
    config: Config, state: State, halt: Halt, of_host: HostLimits = of_this_process
) -> Iterator[list[tuple[Connection, Connector]]]:
    """Connect with what this hour's runs have left of the hosts' budgets, and with the end of this one in mind."""
    with state.begin() as transaction:
        calls = runs.calls_within(transaction, HOUR)
    spent: Counter[str] = Counter()
    for connection in config.connections:
        spent[host_of(connection.url)] += calls.get(connection.name, 0)
    with connected(config, spent=spent, left=halt.left, stopping=halt.stopping, of_host=of_host) as connectors:
        yield connectors
