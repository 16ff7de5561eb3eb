"""ServiceNow by its Table API, on pysnow."""

from connectors.servicenow.connector import ServiceNow

__all__ = ["ServiceNow"]
