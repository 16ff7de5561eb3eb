"""A Jira Cloud on loopback, faithful in what it answers."""

from slabridge.sandbox.jira.cloud import Jira
from slabridge.sandbox.jira.site import Credentials

__all__ = ["Credentials", "Jira"]
