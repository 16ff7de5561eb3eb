"""slabridge: one SLA/OLA engine for ServiceNow and Jira."""

from importlib.metadata import version

__version__ = version("slabridge")
