"""The engine of slabridge: tickets and agreements in, results out. Pure: no I/O, no clock, no global settings.

What it offers is loaded when it is first asked for: who only reads definitions needs no arrays.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sla_engine.agreement import Definitions
    from sla_engine.chain.position import Position
    from sla_engine.engine import Engine, Evaluation, evaluate
    from sla_engine.errors import InvalidDefinition, InvalidTicket, SlaEngineError
    from sla_engine.result import Result
    from sla_engine.ticket import Comment, Entry, Link, Ticket
    from sla_engine.ticket_json import read_ticket
    from sla_engine.ticket_lines import TicketsRead, read_lines
    from sla_engine.worktime import Calendar

_MODULES = {
    "Calendar": "worktime",
    "Comment": "ticket",
    "Definitions": "agreement",
    "Engine": "engine",
    "Entry": "ticket",
    "Evaluation": "engine",
    "InvalidDefinition": "errors",
    "InvalidTicket": "errors",
    "Link": "ticket",
    "Position": "chain.position",
    "Result": "result",
    "SlaEngineError": "errors",
    "Ticket": "ticket",
    "TicketsRead": "ticket_lines",
    "evaluate": "engine",
    "read_lines": "ticket_lines",
    "read_ticket": "ticket_json",
}

__all__ = [
    "Calendar",
    "Comment",
    "Definitions",
    "Engine",
    "Entry",
    "Evaluation",
    "InvalidDefinition",
    "InvalidTicket",
    "Link",
    "Position",
    "Result",
    "SlaEngineError",
    "Ticket",
    "TicketsRead",
    "evaluate",
    "read_lines",
    "read_ticket",
]


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"sla_engine.{_MODULES[name]}"), name)
