"""A Jira on loopback, Cloud or Data Center, faithful in what it answers."""

from slabridge_sandbox.jira.site import Credentials
from slabridge_sandbox.jira.tool import Jira

__all__ = ["Credentials", "Jira"]
