"""From a configured connection to a connector."""

from collections.abc import Iterator
from contextlib import contextmanager

from connectors.interface import Connector
from connectors.jira import Jira
from connectors.servicenow import ServiceNow
from connectors.settings import ServiceNowSettings
from slabridge.config import Config, Connection


@contextmanager
def connected(config: Config) -> Iterator[list[tuple[Connection, Connector]]]:
    """Give a connector for every connection, and close them at the end. Nothing is called yet.

    Raises:
        ConfigError: secrets cannot be had.
    """
    pairs: list[tuple[Connection, Connector]] = []
    try:
        for connection, settings in zip(config.connections, config.settings(), strict=True):
            pairs.append(
                (connection, ServiceNow(settings) if isinstance(settings, ServiceNowSettings) else Jira(settings))
            )
        yield pairs
    finally:
        for _, connector in pairs:
            connector.close()
