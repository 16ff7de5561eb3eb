"""What names of statuses and priorities mean, and when somebody has to look."""

import pytest

from connectors.interface import FoundValue
from slabridge.proposal.meaning import priority_of, status_of

STATUSES = {
    ("New", ""): ("new", True),
    ("Open", ""): ("new", True),
    ("To Do", "new"): ("new", True),
    ("Backlog", "new"): ("new", True),
    ("In Progress", "indeterminate"): ("in_progress", True),
    ("Work in Progress", ""): ("in_progress", True),
    ("Under investigation", "indeterminate"): ("in_progress", True),
    ("Pågående", ""): ("in_progress", True),
    ("Tilldelad", ""): ("in_progress", True),
    ("Reopened", "indeterminate"): ("in_progress", False),
    ("On Hold", ""): ("waiting_customer", False),
    ("Pending", "indeterminate"): ("waiting_customer", False),
    ("Waiting for customer", "indeterminate"): ("waiting_customer", True),
    ("Awaiting User Info", ""): ("waiting_customer", True),
    ("Väntar på kund", ""): ("waiting_customer", True),
    ("Awaiting Vendor", ""): ("waiting_supplier", True),
    ("Väntar på leverantör", ""): ("waiting_supplier", True),
    ("Awaiting Change", ""): ("waiting_supplier", False),
    ("Resolved", "done"): ("resolved", True),
    ("Done", "done"): ("resolved", True),
    ("Löst", ""): ("resolved", True),
    ("Closed Complete", ""): ("closed", True),
    ("Stängd", ""): ("closed", True),
    ("Canceled", "done"): ("canceled", True),
    ("Won't do", "done"): ("canceled", True),
    ("Escalated", "indeterminate"): ("in_progress", False),
    ("Triage", "new"): ("new", False),
    ("Shipped", "done"): ("resolved", False),
    ("Zugewiesen", ""): ("in_progress", False),
    ("Open", "done"): ("resolved", False),
}
PRIORITIES = {
    "1 - Critical": ("P1", True),
    "P2": ("P2", True),
    "Priority 3": ("P3", True),
    "Highest": ("P1", True),
    "Blocker": ("P1", True),
    "High": ("P2", True),
    "Medium": ("P3", True),
    "Minor": ("P4", True),
    "Lowest": ("P5", True),
    "Hög": ("P2", True),
    "Whenever": ("P3", False),
}


@pytest.mark.parametrize("status", STATUSES, ids="/".join)
def test_a_status_is_what_its_name_and_category_say(status: tuple[str, str]) -> None:
    name, group = status
    assert status_of(FoundValue("1", name, 0, group)) == STATUSES[status]


@pytest.mark.parametrize("name", PRIORITIES)
def test_a_priority_is_what_its_name_says(name: str) -> None:
    assert priority_of(FoundValue("1", name)) == PRIORITIES[name]
