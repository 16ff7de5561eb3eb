"""ServiceNow, as the configuration knows it."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any
from urllib.parse import quote

from connectors.errors import Refused
from connectors.interface import Cursor
from connectors.servicenow.auth import API_KEY_HEADER, NO_TOKEN_HINT, token_url
from connectors.servicenow.exported import read_exported
from connectors.servicenow.query import fields_of, filter_of, name
from connectors.servicenow.settings import History, ServiceNowSettings
from connectors.servicenow.stamp import instant_of
from connectors.tool import ROSTERS, Inside, SigningIn, TomlTable, Tool, rosters


class Keys(TomlTable):
    """The keys of a connection to ServiceNow alone."""

    table: str | None = None
    """ServiceNow only: a table that extends task. Default: `"incident"`."""
    created: str | None = None
    """ServiceNow only: the field that says when a ticket began. Default: `"sys_created_on"`."""
    history: History | None = None
    """ServiceNow only: where the history of fields [comes from](#history). Default: `"sys_audit"`."""
    agents: Annotated[Any, Inside("RosterTable")] = None
    """Whose comments are an agent's, [by account, group or domain](#agents). Default: see there."""
    not_agents: Annotated[Any, Inside("RosterTable")] = None
    """Whose comments are not, though they look like an agent's. Default: see there."""


def _check_written(field: str) -> None:
    if "." in field:
        raise Refused(f"{field!r} stands in another record; results go to fields of the ticket itself")


def _read_by(query: str, fields: Iterable[str]) -> set[str]:
    read = {part for field in fields_of(query) for part in (field, field.partition(".")[0])}
    return read.intersection(fields)


def _read_to(cursor: Cursor) -> int | None:
    return instant_of(cursor["updated"], "the cursor")


def _own_settings(values: Mapping[str, Any]) -> dict[str, Any]:
    plain = {key: value for key, value in values.items() if key not in ROSTERS and value is not None}
    return plain | rosters(values)


def _page(url: str, own: Mapping[str, Any], identity: str, _key: str) -> str:
    return f"{url.rstrip('/')}/{own.get('table', 'task')}.do?sys_id={quote(identity, safe='')}"


SERVICENOW = Tool(
    name="ServiceNow",
    connector="connectors.servicenow.connector:ServiceNow",
    inspector="connectors.servicenow.inspector:ServiceNowInspector",
    provisioner="connectors.servicenow.provision:ServiceNowProvisioner",
    settings=ServiceNowSettings,
    signing_in=SigningIn(
        kinds=("basic", "bearer", "api_key", "oauth_password", "oauth_client", "oauth_refresh"),
        token_url=token_url,
        api_key_header=API_KEY_HEADER,
        hint=NO_TOKEN_HINT,
    ),
    keys=Keys,
    inner=ROSTERS,
    own_settings=_own_settings,
    result_table=True,
    comment_fields=("comments", "work_notes", "comments_and_work_notes"),
    check_name=name,
    check_written=_check_written,
    check_filter=filter_of,
    read_by=_read_by,
    read_to=_read_to,
    exported=read_exported,
    page=_page,
)
