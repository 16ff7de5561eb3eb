"""What the connector to ServiceNow needs to know."""

from dataclasses import dataclass
from typing import Literal

from connectors.settings import Settings

History = Literal["sys_audit", "metric_instance", "observed"]
"""Where a ServiceNow's history comes from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceNowSettings(Settings):
    """`table` extends task; `created` is the field that says when the ticket began.

    `result_table` is a table of our own for what is written, whose field `result_reference` refers to the task; ""
    writes into the task itself.
    """

    page_size: int = 500
    table: str = "incident"
    created: str = "sys_created_on"
    history: History = "sys_audit"
    result_table: str = ""
    result_reference: str = ""
