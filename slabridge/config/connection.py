"""A connection: how to reach a ticket tool, what its fields mean, and what is written there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from connectors.settings import JiraSettings, ServiceNowSettings
from slabridge.config.auth import Basic, Bearer
from slabridge.config.writeback import Writeback

Tool = Literal["servicenow", "jira"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A ticket tool. `fields` is canonical -> native, `values` canonical field -> native code or name -> canonical.

    `overlap` and `timeout` (to connect, and between two bytes of an answer) are seconds. What is None is as the
    connector's settings have it; `table` and `created` are ServiceNow's alone.
    """

    name: str
    type: Tool
    url: str
    auth: Basic | Bearer
    fields: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    filter: str = ""
    table: str | None = None
    created: str | None = None
    page_size: int | None = None
    overlap: int | None = None
    timeout: tuple[float, float] | None = None
    writeback: Writeback = field(default_factory=Writeback)

    def settings(self) -> ServiceNowSettings | JiraSettings:
        """Return what the connector needs, with the secrets, read now.

        Raises:
            ConfigError: a secret cannot be had.
        """
        names = ("table", "created", "page_size", "overlap", "timeout")
        given: dict[str, Any] = {key: getattr(self, key) for key in names if getattr(self, key) is not None}
        kind = ServiceNowSettings if self.type == "servicenow" else JiraSettings
        return kind(
            name=self.name,
            url=self.url,
            auth=self.auth.read(),
            fields=tuple(dict.fromkeys(self.fields.values())),
            written=tuple(item.field for item in self.writeback.fields),
            filter=self.filter,
            **given,
        )
