"""The configurations of a daemon: read when it begins, and when it is told to."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from slabridge.cli.each import complain
from slabridge.cli.options import given, logged, noted, path_of

if TYPE_CHECKING:
    from slabridge.config import Config, ConfigError


class Kept:
    """Configurations by customer ("" is the one that is of none), in order; `valid` says whether all read last were.

    Raises:
        BadParameter, ConfigError: there is nothing to begin with.
    """

    def __init__(self, config: Path | None, only: str | None) -> None:
        from slabridge.config import load_config

        self._path = given(config)
        self._is_folder = only is None and self._path.is_dir()
        self.valid = True
        self.configs: dict[str, Config] = {}
        logged()
        if self._is_folder:
            self.read()
            return
        self._path = path_of(config, only)
        one = noted(load_config(self._path))
        self.configs[one.customer] = one

    def read(self) -> list["Config"]:
        """Read all anew; what does not validate is said, and stays as it was. Return those whose state nobody has."""
        from slabridge.config import ConfigError

        said: set[str] = set()
        self.valid = True
        found: dict[str, Config] = {}
        try:
            for name, config in self._read():
                if isinstance(config, ConfigError):
                    self._keep(found, name, config, said)
                else:
                    found[name] = noted(config)
        except ConfigError as error:
            if not self.configs:
                raise
            self._keep(found, "", error, said)
            found = dict(self.configs)
        left = [config for name, config in self.configs.items() if name not in found or _moved(config, found[name])]
        self.configs = found
        return left

    def _keep(self, found: dict[str, "Config"], name: str, error: "ConfigError", said: set[str]) -> None:
        self.valid = False
        if name in self.configs:
            found[name] = self.configs[name]
        so = "it goes on by the one that was read before" if self.configs else "nothing is done for this customer"
        complain(name, error, said, so)

    def _read(self) -> Iterator[tuple[str, "Config | ConfigError"]]:
        from slabridge.config import ConfigError, load_config
        from slabridge.config.config import read_config
        from slabridge.config.customers import Customers

        if not self._is_folder:
            one = load_config(self._path)
            yield one.customer, one
            return
        customers = Customers.of(self._path)
        for name in customers.names:
            try:
                logged(name)
                yield name, read_config(customers.source(name))
            except ConfigError as error:
                yield name, error
        logged()


def _moved(before: "Config", now: "Config") -> bool:
    return before.state != now.state
