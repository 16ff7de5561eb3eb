"""What a ServiceNow needs before results can be written there, as an update set (docs/provision.md)."""

from connectors.servicenow.provision.provisioner import ServiceNowProvisioner

__all__ = ["ServiceNowProvisioner"]
