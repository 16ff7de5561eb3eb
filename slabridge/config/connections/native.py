"""What stands in a connection in the tool's own words: names and filter."""

import re
from collections.abc import Callable, Iterable, Mapping

from connectors.errors import Refused
from slabridge.config.connections.connection import Tool
from slabridge.config.problem import KeyPath
from slabridge.config.reading import Reading


def check_names(tool: Tool, names: Iterable[tuple[KeyPath, str]], reading: Reading) -> None:
    """Note a problem for each text that cannot be the name of a table or field of ServiceNow; Jira's can be any."""
    if tool == "servicenow":
        from connectors.servicenow.query import name  # noqa: PLC0415 - heavy, and `evaluate` needs no connector

        for path, text in names:
            _check(name, text, path, reading)


def check_written(tool: Tool, names: Iterable[tuple[KeyPath, str]], reading: Reading) -> None:
    """Note a problem for each field of ServiceNow that stands in another record: it cannot be written from here."""
    for path, text in names:
        if tool == "servicenow" and "." in text:
            reading.problem(path, "stands in another record; results go to fields of the ticket itself", text)


def check_filter(tool: Tool, text: str, path: KeyPath, reading: Reading) -> None:
    """Note a problem unless a connector can add its own conditions and order to the filter."""
    if tool == "servicenow":
        from connectors.servicenow.query import filter_of as checked  # noqa: PLC0415 - as above
    else:
        from connectors.jira.jql import checked  # noqa: PLC0415 - as above
    _check(checked, text, path, reading)


def fields_in(tool: Tool, text: str, fields: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return those of the fields, (canonical, native), that a filter reads."""
    if tool == "servicenow":
        from connectors.servicenow.query import fields_of  # noqa: PLC0415 - as above

        read = {part for field in fields_of(text) for part in (field, field.partition(".")[0])}
        return [item for item in fields.items() if item[1] in read]
    return [item for item in fields.items() if _in_jql(item[1], text)]


def _in_jql(field: str, text: str) -> bool:
    custom = re.fullmatch(r"customfield_(\d+)", field)
    names = [re.escape(field), rf"cf\[{custom[1]}\]"] if custom else [re.escape(field)]
    return re.search(rf"(?<!\w)({'|'.join(names)})(?!\w)", text, re.IGNORECASE) is not None


def _check(checked: Callable[[str], str], text: str, path: KeyPath, reading: Reading) -> None:
    try:
        checked(text)
    except Refused as error:
        reading.problem(path, str(error))
