"""The ticket tools as a report asks them: opened when the first is asked for, and each asked once who we are."""

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from connectors.errors import ConnectorError
from connectors.interface import Connector
from slabridge.app.connect import connected
from slabridge.config import Config


class Tools:
    """The tools of a configuration, to be closed at the end."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._opened = ExitStack()
        self._tools: dict[str, Connector] | None = None
        self._refused: dict[str, ConnectorError | None] = {}

    def __enter__(self) -> Self:
        """Open nothing yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close what was opened."""
        self._opened.close()

    def named(self, connection: str) -> Connector:
        """Return the tool of a connection.

        Raises:
            ConnectorError: it cannot be asked.
            ConfigError: secrets or certificates cannot be had.
        """
        if self._tools is None:
            found = self._opened.enter_context(connected(self._config))
            self._tools = {one.name: connector for one, connector in found}
        connector = self._tools[connection]
        if connection not in self._refused:
            self._refused[connection] = _refusal(connector)
        refusal = self._refused[connection]
        if refusal is not None:
            raise refusal
        return connector


def _refusal(connector: Connector) -> ConnectorError | None:
    try:
        connector.check()
    except ConnectorError as error:
        return error
    return None
