"""Making the fields that results go to, in a Jira (docs/provision.md)."""

from connectors.jira.provision.provisioner import JiraProvisioner

__all__ = ["JiraProvisioner"]
