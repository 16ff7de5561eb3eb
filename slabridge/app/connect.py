"""From a configured connection to a connector."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

import connectors
from connectors.http.limits import Limits
from connectors.interface import Connector
from connectors.settings import Settings
from slabridge.config import Config, Connection


def host_of(url: str) -> str:
    """Return the host and port that a connection's limits are those of."""
    return urlsplit(url).netloc.lower()


@contextmanager
def connected(
    config: Config,
    *,
    spent: Mapping[str, int] | None = None,
    left: Callable[[], float] | None = None,
    stopping: Callable[[], bool] | None = None,
) -> Iterator[list[tuple[Connection, Connector]]]:
    """Give a connector for every connection, and close them at the end. Nothing is called yet.

    `spent` is, by host, how many calls earlier runs made within the last hour; `left` says how many seconds this run
    still has, `stopping` whether it was asked to end.

    Raises:
        ConfigError: secrets or certificates cannot be had.
    """
    pairs: list[tuple[Connection, Connector]] = []
    try:
        found = config.settings()
        limits = _limits(found, spent or {})
        for connection, settings in zip(config.connections, found, strict=True):
            host = limits[host_of(settings.url)]
            pairs.append((connection, connectors.open(settings, limits=host, left=left, stopping=stopping)))
        yield pairs
    finally:
        for _, connector in pairs:
            connector.close()


def _limits(found: Sequence[Settings], spent: Mapping[str, int]) -> dict[str, Limits]:
    """Return the limits of each host: where connections name different ones, the smallest counts."""
    hosts: dict[str, list[Settings]] = {}
    for settings in found:
        hosts.setdefault(host_of(settings.url), []).append(settings)
    return {
        host: Limits(
            min(settings.concurrency for settings in sharing),
            min((settings.calls_per_hour for settings in sharing if settings.calls_per_hour is not None), default=None),
            spent.get(host, 0),
        )
        for host, sharing in hosts.items()
    }
