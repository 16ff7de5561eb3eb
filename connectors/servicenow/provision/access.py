"""Changes of who may do what: the role of the account that writes results, and access rules that ask for it."""

from collections.abc import Mapping
from typing import Any

from connectors.servicenow.provision.update_set import Text, Update, payload, record, shown, sys_id, updated

ROLE = "u_slabridge"
"""The role of the account that writes results."""


def role_id() -> str:
    """Return the sys_id of the role."""
    return sys_id("sys_user_role", "", ROLE)


def role_update(_: Mapping[str, Any], action: str) -> Update:
    """Return the role."""
    update = f"sys_user_role_{role_id()}"
    values = {
        "can_delegate": "false",
        "description": "Of the account with which slabridge reads tickets and writes results",
        "elevated_privilege": "false",
        "grantable": "true",
        "includes_roles": "",
        "name": ROLE,
        "suffix": ROLE,
        "sys_id": role_id(),
    }
    made = record("sys_user_role", action, values, update)
    return updated(update, "Role", ROLE, payload("sys_user_role", made), action)


def rule_update(detail: Mapping[str, Any], action: str) -> Update:
    """Return an access rule of a table, or of one of its fields (`table.field`), for one operation."""
    name, operation = detail["name"], detail["operation"]
    own = rule_id(name, operation)
    update = f"sys_security_acl_{own}"
    values = {
        "active": "true",
        "admin_overrides": "true",
        "advanced": "false",
        "applies_to": "",
        "condition": "",
        "decision_type": "allow",
        "description": "Lets slabridge " + ("read what it judges" if operation == "read" else "write results"),
        "local_or_existing": "Local",
        "name": name,
        "operation": shown(operation, operation),
        "script": "",
        "security_attribute": "",
        "sys_id": own,
        "type": shown("record", "record"),
    }
    made = record("sys_security_acl", action, values, update)
    return updated(update, "Access Control", name, payload("sys_security_acl", made), action)


def rule_role_update(detail: Mapping[str, Any], action: str) -> Update:
    """Return that a rule asks for the role."""
    name, operation = detail["name"], detail["operation"]
    own = rule_role_id(name, operation)
    update = f"sys_security_acl_role_{own}"
    values: dict[str, str | Text] = {
        "sys_id": own,
        "sys_security_acl": shown(rule_id(name, operation), name),
        "sys_user_role": Text(role_id(), {"display_value": ROLE, "name": ROLE}),
    }
    made = record("sys_security_acl_role", action, values, update)
    return updated(update, "Access Roles", f"{name}.{ROLE}", payload("sys_security_acl_role", made), action)


def rule_id(name: str, operation: str) -> str:
    """Return the sys_id of a rule."""
    return sys_id("sys_security_acl", name, operation)


def rule_role_id(name: str, operation: str) -> str:
    """Return the sys_id of what says that a rule asks for the role."""
    return sys_id("sys_security_acl_role", name, operation)
