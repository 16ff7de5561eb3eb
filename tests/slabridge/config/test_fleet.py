"""[fleet] in what all customers of a folder have in common."""

from pathlib import Path

import pytest

from slabridge.config import ConfigError, load_config
from slabridge.config.customers import Customers
from slabridge.config.fleet import fleet_of
from tests.slabridge.config.test_customers import ACME, COMMON, folder, write

__all__ = ["folder"]
FLEET = '[fleet]\nbroker = { env = "FLEET_BROKER" }\n'
LIMITS = 'limits = { env = "FLEET_LIMITS" }\n'


def problem(of: Path, common: str) -> str:
    write(of, common=COMMON + common)
    with pytest.raises(ConfigError) as refused:
        fleet_of(Customers.of(of))
    return str(refused.value)


def test_the_addresses_are_read_when_they_are_asked_for_and_stand_in_no_text(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLEET_BROKER", "amqps://slabridge:hunter2@mq.acme.com/sla")
    monkeypatch.setenv("FLEET_LIMITS", "rediss://:hunter2@redis.acme.com:6379/0")
    write(folder, common=COMMON + FLEET + LIMITS)
    found = fleet_of(Customers.of(folder))
    assert found.broker.get_secret_value() == "amqps://slabridge:hunter2@mq.acme.com/sla"
    assert "hunter2" not in repr(found)
    assert load_config(folder / "acme.toml").customer == "acme"


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("https://hunter2", "begins with redis://, rediss://, amqp:// or amqps://"),
        ("amqp://u:hunter2@mq/v", "beside a RabbitMQ, [fleet] limits names a Redis"),
        ("rediss://:hunter2@h/0?ssl_cert_reqs=none", "certificates are always verified"),
        ("redis://[hunter2", "begins with redis://"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_and_not_shown(
    folder: Path, monkeypatch: pytest.MonkeyPatch, address: str, text: str
) -> None:
    monkeypatch.setenv("FLEET_BROKER", address)
    said = problem(folder, FLEET)
    assert "common.toml: fleet.broker: " in said
    assert text in said
    assert "hunter2" not in said


def test_what_is_missing_or_stands_elsewhere_is_said(folder: Path) -> None:
    assert "fleet: is missing; write [fleet]" in problem(folder, "")
    assert "no secret stands in this file" in problem(folder, '[fleet]\nbroker = "redis://h"\n')
    write(folder, common=COMMON, acme=ACME + FLEET)
    with pytest.raises(ConfigError, match=r"fleet: is of all customers of a folder; it stands in their common\.toml"):
        load_config(folder / "acme.toml")
