"""Tabs of screens: where fields are put."""

from collections.abc import Iterable
from dataclasses import dataclass

from connectors.errors import Refused
from connectors.jira.client import Client


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen: its first tab, on which we put fields, and on which tab each field is now."""

    id: str
    tab: str
    fields: dict[str, str]


def read_screens(client: Client, ids: Iterable[str]) -> list[Screen]:
    """Read screens by id.

    Raises:
        Refused: there is no such screen.
    """
    return [_read(client, id_) for id_ in ids]


def put(client: Client, screen: str, tab: str, field: str) -> None:
    """Put a field at the end of a tab, on which it is not yet."""
    client.act("screens", screen, "tabs", tab, "fields", body={"fieldId": field})


def take_off(client: Client, screen: str, tab: str, field: str) -> None:
    """Take a field off a tab; that it is not on it, or that there is no such tab any more, is as good."""
    try:
        client.delete("screens", screen, "tabs", tab, "fields", field)
    except Refused as error:
        if error.status not in {400, 404}:
            raise


def _read(client: Client, id_: str) -> Screen:
    try:
        tabs = [client.id_of(tab, "id") for tab in client.all_of("screens", id_, "tabs")]
    except Refused as error:
        if error.status not in {400, 404}:
            raise
        raise Refused(f"{client.name}: there is no screen {id_} (--screen takes its number)") from None
    if not tabs:
        raise Refused(f"{client.name}: screen {id_} has no tab; give it one (Settings > Issues > Screens)")
    fields: dict[str, str] = {}
    for tab in tabs:
        for field in client.all_of("screens", id_, "tabs", tab, "fields"):
            fields[client.id_of(field, "id")] = tab
    return Screen(id_, tabs[0], fields)
