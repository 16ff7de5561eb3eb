"""[fleet]: through what the workers of a folder of customers hear of each other (docs/fleet.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from connectors.tool import Inside, TomlTable
from slabridge.config.connections.secret import Secret, read_secret
from slabridge.config.customers import COMMON, Customers
from slabridge.config.problem import ConfigError, Problem
from slabridge.config.reading import Reading
from slabridge.config.shape import shape

_BROKERS = ("redis", "rediss", "amqp", "amqps")
_LIMITS = ("redis", "rediss")


@dataclass(frozen=True, slots=True)
class Fleet:
    """The addresses, which mostly hold a password: of the `broker`, and of the Redis that keeps the `limits`."""

    broker: SecretStr
    limits: SecretStr


class FleetTable(TomlTable):
    """[fleet]."""

    broker: Annotated[Any, Inside("SecretTable")] = Field(examples=['{ env = "FLEET_BROKER" }'])
    """Where the address of the broker is ([as any secret](configuration.md#secrets)), of a Redis as
    `redis://:PASSWORD@HOST:6379/0` or a RabbitMQ as `amqp://USER:PASSWORD@HOST:5672/VHOST`; with TLS `rediss://` and
    `amqps://`.
    """
    limits: Annotated[Any, Inside("SecretTable")] = None
    """Where the address of the Redis is that keeps the limits of all workers. Default: the broker; needed where that is
    a RabbitMQ.
    """


def read_fleet(document: Mapping[str, Any], folder: Path, reading: Reading) -> tuple[Secret, Secret] | None:
    """Return where the two addresses are; None where the file has no [fleet], or problems."""
    if "fleet" not in document:
        return None
    raw = document["fleet"]
    table = shape(FleetTable, raw, ("fleet",), reading)
    if table is None:
        return None
    broker = read_secret(table.broker, ("fleet", "broker"), folder, reading)
    limits = broker if table.limits is None else read_secret(table.limits, ("fleet", "limits"), folder, reading)
    return None if broker is None or limits is None else (broker, limits)


def fleet_of(customers: Customers) -> Fleet:
    """Return what the folder's `common.toml` says of its fleet, with the secrets, read now.

    Raises:
        ConfigError: it says nothing, or nothing that can be used.
    """
    reading = Reading(str(customers.folder / COMMON))
    if "fleet" not in customers.common:
        reading.problem(("fleet",), 'is missing; write [fleet] and broker = { env = "FLEET_BROKER" } (docs/fleet.md)')
    found = read_fleet(customers.common, customers.folder, reading)
    reading.check()
    if found is None:
        raise AssertionError("what is no fleet is a problem")
    broker, limits = found
    return Fleet(
        _address(broker, _BROKERS, "begins with redis://, rediss://, amqp:// or amqps://"),
        _address(limits, _LIMITS, "begins with redis:// or rediss://; beside a RabbitMQ, [fleet] limits names a Redis"),
    )


def _address(secret: Secret, schemes: tuple[str, ...], wanted: str) -> SecretStr:
    address = secret.read()
    wrong = ""
    try:
        parts = urlsplit(address.get_secret_value())
    except ValueError:
        wrong = f"one that can {wanted}"
    else:
        if parts.scheme not in schemes:
            wrong = f"one that can {wanted}"
        elif "ssl_cert_reqs" in parts.query or "ssl_check_hostname" in parts.query:
            wrong = "certificates are always verified; leave ssl_cert_reqs and ssl_check_hostname out"
    if wrong:
        message = f"the address that it names cannot be used: {wrong}"
        raise ConfigError([Problem(secret.config, secret.path, None, message)])
    return address
