"""A story: what happened to one ticket, in words that belong to no tool."""

from collections.abc import Mapping
from dataclasses import dataclass

STATES = (
    "New",
    "Active",
    "Awaiting Problem",
    "Awaiting User Info",
    "Awaiting Evidence",
    "Resolved",
    "Closed",
    "Awaiting Vendor",
)
"""The states of the log. `-100` stands in it as well, on a handful of rows: no tool has a name for it."""


@dataclass(frozen=True, slots=True)
class Event:
    """One update of one ticket by one person.

    `at` is ms UTC and never goes back within a story; `story` is the ticket's number (INC0000045), `seq` counts its
    events. `changes` are the fields that got another value, and None empties one; the opening event (`opens`) has all
    that are set. Fields are state (see STATES), priority, impact, urgency, assignment_group, assigned_to, caller,
    category, subcategory, location, contact_type, close_code, and whatever else the log carries; comments and
    work_notes are what was said with the update, to the caller or among colleagues. People, teams and places are the
    names that people read. An update may change nothing: somebody saved the ticket.
    """

    at: int
    story: str
    seq: int
    by: str
    changes: Mapping[str, str | None]
    opens: bool = False
