"""A session: who asks, in which time zone, and what that account may see and do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar
from zoneinfo import ZoneInfo

from slabridge_sandbox.servicenow.error import ApiError
from slabridge_sandbox.servicenow.record import User
from slabridge_sandbox.servicenow.switches import Switches
from slabridge_sandbox.servicenow.table import Table

Rule = TypeVar("Rule")


@dataclass(frozen=True, slots=True)
class Session:
    """One account, the switches that say what it may do, and the tables that there are."""

    user: User
    zone: ZoneInfo
    switches: Switches
    tables: Mapping[str, Table]

    @property
    def is_restricted(self) -> bool:
        """Tell whether access rules keep something from the account."""
        return self.user.user_name in self.switches.restricted

    def hidden_rows(self, table: Table) -> str:
        """Return which rows the account does not see; "" is none."""
        return self._own(self.switches.hidden_rows, table, "")

    def hidden_fields(self, table: Table) -> tuple[str, ...]:
        """Return the fields that the account neither reads nor writes."""
        return self._own(self.switches.hidden_fields, table, ())

    def read_only_fields(self, table: Table) -> tuple[str, ...]:
        """Return the fields whose new values are left out of what the account writes."""
        return self.hidden_fields(table) + self._own(self.switches.read_only_fields, table, ())

    def must_read(self, table: Table) -> None:
        """Refuse a table that the account may not read."""
        if self.is_restricted and table.name in self.switches.hidden_tables:
            raise ApiError(403, "User Not Authorized", f"Failed API level ACL Validation for {table.name}")

    def must_write(self, table: Table, operation: str) -> None:
        """Refuse a table that the account may not write."""
        is_refused = self.is_restricted and table.name in self.switches.read_only_tables
        if table.read_only or table.view or is_refused:
            raise ApiError.forbidden(operation)

    def _own(self, rules: Mapping[str, Rule], table: Table, none: Rule) -> Rule:
        return rules.get(table.name, none) if self.is_restricted else none
