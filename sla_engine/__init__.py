"""The engine of slabridge: tickets and agreements in, results out. Pure: no I/O, no clock, no global settings."""

from sla_engine.agreement import Definitions
from sla_engine.engine import Engine, Evaluation, evaluate
from sla_engine.errors import InvalidDefinition, InvalidTicket, SlaEngineError
from sla_engine.result import Result
from sla_engine.ticket import Comment, Entry, Link, Ticket
from sla_engine.ticket_json import read_ticket
from sla_engine.worktime import Calendar

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
    "Result",
    "SlaEngineError",
    "Ticket",
    "evaluate",
    "read_ticket",
]
