"""A ServiceNow on loopback: the Table API of a small instance.

What it answers follows ServiceNow's own pages (Table API, "Australia" release, docs.servicenow.com) and what public
integrations saw real instances do.
"""

from slabridge_sandbox.servicenow.instance import ServiceNow

__all__ = ["ServiceNow"]
