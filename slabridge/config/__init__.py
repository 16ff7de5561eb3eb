"""The configuration file: read, checked as a whole, and turned into values (docs/configuration.md)."""

from slabridge.config.config import Config, load_config, warnings_of
from slabridge.config.connection import Connection
from slabridge.config.definitions import load_definitions, read_definitions
from slabridge.config.problem import ConfigError, Problem
from slabridge.config.process import ProcessSettings, read_process_settings
from slabridge.config.result import ResultRef
from slabridge.config.writeback import CommentRule, FieldMap, Writeback

__all__ = [
    "CommentRule",
    "Config",
    "ConfigError",
    "Connection",
    "FieldMap",
    "Problem",
    "ProcessSettings",
    "ResultRef",
    "Writeback",
    "load_config",
    "load_definitions",
    "read_definitions",
    "read_process_settings",
    "warnings_of",
]
