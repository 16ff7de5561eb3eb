"""The configuration file: read, checked as a whole, and turned into values (docs/configuration.md)."""

from slabridge.config.agreements.definitions import load_definitions, read_definitions
from slabridge.config.agreements.result import ResultRef, Side
from slabridge.config.config import Config, config_of, load_config, read_connection, tree_of, warnings_of
from slabridge.config.connections.connection import Connection
from slabridge.config.connections.links import By, LinkRule
from slabridge.config.connections.mapping import TicketMapping
from slabridge.config.connections.writeback import CommentRule, FieldMap, Writeback
from slabridge.config.problem import ConfigError, Problem

__all__ = [
    "By",
    "CommentRule",
    "Config",
    "ConfigError",
    "Connection",
    "FieldMap",
    "LinkRule",
    "Problem",
    "ResultRef",
    "Side",
    "TicketMapping",
    "Writeback",
    "config_of",
    "load_config",
    "load_definitions",
    "read_connection",
    "read_definitions",
    "tree_of",
    "warnings_of",
]
