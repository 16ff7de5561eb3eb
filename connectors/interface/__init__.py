"""What every connector offers, and the frozen values it trades in, by subject."""

from connectors.interface.clock import NativeClock
from connectors.interface.connector import Connector, Identity
from connectors.interface.definition import NativeDefinitions
from connectors.interface.inspection import (
    Finding,
    Found,
    FoundField,
    FoundValue,
    Inspector,
    Place,
    Verdict,
    lists_values,
)
from connectors.interface.outage import NativeOutage, OutageKind
from connectors.interface.page import Cursor, Page, Skipped, Touched
from connectors.interface.provision import Kind, Plan, Provisioner, Thing, WantedField, Where
from connectors.interface.rating import NativeRating, Survey
from connectors.interface.ticket import NativeComment, NativeEntry, NativeTicket, Value, Values, with_ids_of_doubles
from connectors.interface.traffic import Traffic
from connectors.interface.write import (
    LINK,
    CommentDelete,
    CommentWrite,
    Fact,
    FieldsWrite,
    Instant,
    LinkWrite,
    Outcome,
    Receipt,
    Write,
)

__all__ = [
    "LINK",
    "CommentDelete",
    "CommentWrite",
    "Connector",
    "Cursor",
    "Fact",
    "FieldsWrite",
    "Finding",
    "Found",
    "FoundField",
    "FoundValue",
    "Identity",
    "Inspector",
    "Instant",
    "Kind",
    "LinkWrite",
    "NativeClock",
    "NativeComment",
    "NativeDefinitions",
    "NativeEntry",
    "NativeOutage",
    "NativeRating",
    "NativeTicket",
    "OutageKind",
    "Outcome",
    "Page",
    "Place",
    "Plan",
    "Provisioner",
    "Receipt",
    "Skipped",
    "Survey",
    "Thing",
    "Touched",
    "Traffic",
    "Value",
    "Values",
    "Verdict",
    "WantedField",
    "Where",
    "Write",
    "lists_values",
    "with_ids_of_doubles",
]
