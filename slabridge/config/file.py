"""The file as a whole: its top-level keys."""

from typing import Annotated, Any

from pydantic import Field

from connectors.tool import Inside
from slabridge.config.agreements.definitions import GeneralTable
from slabridge.config.services.availability import TermsTable
from slabridge.config.services.service import ServiceTable
from slabridge.config.state import StateTable


class AnyService(ServiceTable, TermsTable):
    """[services.NAME] and [classes.NAME]."""

    class_: str | None = Field(None, alias="class")
    """The class whose keys it has: `basic`, `standard`, `premium`, or one of the file."""


class FileTable(GeneralTable, StateTable):
    """The whole file."""

    like: Annotated[Any, Inside("text", "[text]")] = None
    """In a customer's file: [which agreements](customers.md) of `common.toml` it has. Default: all."""
    job: Annotated[Any, Inside("JobTable")] = None
    """How long transitions are posted, and unclear comments settle."""
    privacy: Annotated[Any, Inside("PrivacyTable")] = None
    """Which fields hold people, how long ended tickets are kept, and whether names are."""
    attribution: Annotated[Any, Inside("AttributionTable")] = None
    """Which field says who has the ticket."""
    calendars: Annotated[Any, Inside("{CalendarTable}")] = None
    """When time counts."""
    clocks: Annotated[Any, Inside("{ClockTable}")] = None
    """When a clock starts, pauses and stops."""
    agreements: Annotated[Any, Inside("{AgreementTable}")] = None
    """What was promised to whom."""
    chain: Annotated[Any, Inside("[ChainTable]")] = None
    """Which ticket stands above which, and when it waits for it."""
    paths: Annotated[Any, Inside("[PathTable]")] = None
    """How tickets are worked on, visit by visit."""
    classes: Annotated[Any, Inside("{AnyService}")] = None
    """What services share: a service of a class has its keys."""
    services: Annotated[Any, Inside("{AnyService}")] = None
    """What a customer gets: agreements, availability, credits."""
    reports: Annotated[Any, Inside("ReportsTable")] = None
    """How figures of reports are counted."""
    satisfaction: Annotated[Any, Inside("SatisfactionTable")] = None
    """Where people say how satisfied they were."""
    facts: Annotated[Any, Inside("[FactTable]")] = None
    """What happened outside of the tools."""
    receivers: Annotated[Any, Inside("{ReceiverTable}")] = None
    """To whom messages go."""
    notify: Annotated[Any, Inside("[NotifyTable]")] = None
    """Of what they are told, and when."""
    web: Annotated[Any, Inside("WebTable")] = None
    """Where people reach the pages, and whom they are shown to."""
    foresight: Annotated[Any, Inside("ForesightTable")] = None
    """Whether runs say which open cycles are [likely to break](foresight.md).
    """
    fleet: Annotated[Any, Inside("FleetTable")] = None
    """In `common.toml`: through what [workers](fleet.md) hear of each other."""
    connections: Annotated[Any, Inside("{AnyConnection}")] = None
    """A ServiceNow or a Jira: fields, values, what is written."""
