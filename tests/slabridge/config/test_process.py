from pathlib import Path

import pytest

from slabridge.config import ConfigError
from slabridge.config.process import read_process_settings


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SLABRIDGE_CONFIG", "SLABRIDGE_LOG_LEVEL", "SLABRIDGE_LOG_FORMAT"):
        monkeypatch.delenv(name, raising=False)


def test_defaults() -> None:
    settings = read_process_settings()
    assert (settings.config, settings.log_level, settings.log_format) == (Path("config.toml"), "info", "console")


def test_the_environment_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLABRIDGE_CONFIG", "/etc/slabridge.toml")
    monkeypatch.setenv("SLABRIDGE_LOG_LEVEL", "DEBUG")
    monkeypatch.setenv("SLABRIDGE_LOG_FORMAT", "json")
    settings = read_process_settings()
    assert (settings.config, settings.log_level, settings.log_format) == (Path("/etc/slabridge.toml"), "debug", "json")


def test_all_variables_that_mean_nothing_are_named_with_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLABRIDGE_LOG_LEVEL", "warn")
    monkeypatch.setenv("SLABRIDGE_LOG_FORMAT", "xml")
    with pytest.raises(ConfigError) as caught:
        read_process_settings()
    assert str(caught.value).splitlines() == [
        'environment: SLABRIDGE_LOG_LEVEL: "warn": is none of the possible words; the nearest is "warning"',
        'environment: SLABRIDGE_LOG_FORMAT: "xml": is none of the possible words; known: console, json',
    ]
