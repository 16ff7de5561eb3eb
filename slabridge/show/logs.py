"""Logs on stderr: key=value for people, JSON for machines."""

import json
import logging
import sys
from functools import partial
from typing import Literal

import structlog

from slabridge.text.printed import line

log = structlog.get_logger("slabridge")


def configure(level: str, form: Literal["console", "json"], customer: str = "") -> None:
    """Send logs of at least `level` to stderr; each names the customer that it is of."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"], repr_native_str=False)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            partial(_named, customer),
            _printable,
            *([] if form == "json" else [_quoted]),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _named(
    customer: str, _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Say whose a line is, where one process runs many customers."""
    return {**event, "customer": customer} if customer else event


def _printable(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Let no text of a tool begin a line of its own, or steer a terminal."""
    return {name: line(value) if isinstance(value, str) else value for name, value in event.items()}


def _quoted(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Quote what could be taken for a key of its own."""
    return {
        name: json.dumps(value, ensure_ascii=False)
        if isinstance(value, str) and ("=" in value or '"' in value)
        else value
        for name, value in event.items()
    }
