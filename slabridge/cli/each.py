"""A command over one configuration, or over each customer of a folder (docs/customers.md)."""

import gc
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from slabridge.cli.options import given, loaded, logged, noted
from slabridge.exit import Exit, gravest

if TYPE_CHECKING:
    from slabridge.config import Config, ConfigError

Step = Callable[["Config"], int]
"""What a command does with a configuration; it returns the exit code."""


def each(config: Path | None, only: str | None, step: Step, stopping: Callable[[], bool] = lambda: False) -> int:
    """Do a step with the one configuration that is meant, or with each customer's; return the gravest exit code.

    What goes wrong with one customer is said, and the others follow, until somebody asks to stop.

    Raises:
        BadParameter, ConfigError: there is nothing to begin with.
    """
    path = given(config)
    if only is not None or not path.is_dir():
        return step(loaded(config, only))
    from slabridge.config.config import read_config
    from slabridge.config.customers import Customers

    customers = Customers.of(path)
    said: set[str] = set()
    codes: list[int] = []

    def configured(name: str) -> int:
        return step(noted(read_config(customers.source(name))))

    for done, name in enumerate(customers.names):
        if stopping():
            left = len(customers.names) - done
            sys.stderr.write(f"the run ends here; {left} customers, from {name} on, are left to the next\n")
            codes.append(Exit.DEFERRED)
            break
        codes.append(contained(name, partial(configured, name), said))
        gc.collect()  # of many customers no more than one is in memory
    return gravest(codes)


def say(texts: Iterable[str], config: "Config") -> None:
    """Print messages on stderr, each with the customer whose it is."""
    sys.stderr.writelines(f"{_whose(config.customer)}{text}\n" for text in texts)


def contained(
    name: str, step: Callable[[], int], said: set[str], passing: tuple[type[Exception], ...] = (BrokenPipeError,)
) -> int:
    """Do a step for one customer, or ("") the one that there is; what fails in it ends it alone, but what is `passing`.

    Problems that were `said` before are not repeated.
    """
    from slabridge.config import ConfigError
    from slabridge.text.printed import lines

    logged(name)
    try:
        return step()
    except ConfigError as error:
        complain(name, error, said)
        return Exit.USAGE
    except passing:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the other customers follow
        from slabridge.app.failure import exit_of

        code = exit_of(error)
        if code is None:
            report_bug(name, error)
            return Exit.BUG
        sys.stderr.write(f"{_whose(name)}{lines(str(error))}\n")
        return code


def complain(name: str, error: "ConfigError", said: set[str], so: str = "nothing is done for this customer") -> None:
    """Say what is wrong with a customer's configuration, but for what was `said` before: it stands in common.toml."""
    from slabridge.text.printed import lines

    found = [text for text in map(str, error.problems) if text not in said]
    said.update(found)
    sys.stderr.writelines(f"{lines(text)}\n" for text in found)
    count = len(error.problems)
    sys.stderr.write(f"{_whose(name)}{so}; problems in its configuration: {count}\n")


def report_bug(name: str, error: BaseException) -> None:
    """Log what is to be reported of a bug, without a word of its own, and say so."""
    from slabridge import __version__
    from slabridge.run.bug import kind_of, places_of
    from slabridge.show import logs

    logs.log.error("bug", error=kind_of(error), version=__version__, places=places_of(error))
    text = f"a bug of slabridge ended its part ({kind_of(error)}). Please report it, with the line `bug` of the log"
    sys.stderr.write(f"{_whose(name)}{text}\n")


def _whose(name: str) -> str:
    return f"{name}: " if name else ""
