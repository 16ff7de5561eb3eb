"""Settings of the process, from the environment: SLABRIDGE_CONFIG, SLABRIDGE_LOG_LEVEL, SLABRIDGE_LOG_FORMAT."""

from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from slabridge.config.problem import ConfigError, Problem, show_value
from slabridge.config.shape import one_of, own_words

LogLevel = Literal["debug", "info", "warning", "error"]
LogFormat = Literal["console", "json"]
_PREFIX = "SLABRIDGE_"


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


class ProcessSettings(BaseSettings):
    """Where the configuration is, and how to log."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_ignore_empty=True, frozen=True, hide_input_in_errors=True)

    config: Path = Path("config.toml")
    log_level: Annotated[LogLevel, one_of(*get_args(LogLevel)), BeforeValidator(_lower)] = "info"
    log_format: Annotated[LogFormat, one_of(*get_args(LogFormat)), BeforeValidator(_lower)] = "console"


def read_process_settings() -> ProcessSettings:
    """Return the settings of the environment.

    Raises:
        ConfigError: with every variable that means nothing.
    """
    try:
        return ProcessSettings()
    except ValidationError as error:
        details = error.errors(include_url=False)
    raise ConfigError(
        Problem(
            "environment",
            _PREFIX + str(detail["loc"][0]).upper(),
            show_value(detail["input"]),
            own_words(detail["ctx"]["error"], detail["input"]),
        )
        for detail in details
    )
