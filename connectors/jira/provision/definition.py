"""The custom fields that we make: their types, and the marker in the description by which they are ours."""

import re

from connectors.interface import Kind, WantedField
from connectors.jira.client import Body

_TYPES = "com.atlassian.jira.plugin.system.customfieldtypes:"
_KINDS = {
    Kind.INSTANT: ("datetime", "datetimerange"),
    Kind.NUMBER: ("float", "exactnumber"),
    Kind.TEXT: ("textfield", "textsearcher"),
    Kind.CHOICE: ("select", "multiselectsearcher"),
    Kind.ADDRESS: ("url", "exacttextsearcher"),
}
"""Type and searcher; without a searcher a field cannot be searched for.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-fields/#api-rest-api-3-field-post
"""
_NAMES = {
    Kind.INSTANT: "Date Time Picker",
    Kind.NUMBER: "Number Field",
    Kind.TEXT: "Text Field (single line)",
    Kind.CHOICE: "Select List (single choice)",
    Kind.ADDRESS: "URL Field",
}
_MARKER = re.compile(r"\[slabridge: [^\]]+\]")


def definition_of(wanted: WantedField) -> Body:
    """Return what a custom field is made with."""
    type_, searcher = _KINDS[wanted.kind]
    return {
        "name": wanted.field,
        "description": f"Written by slabridge; what people write here is replaced. [slabridge: {wanted.value}]",
        "type": _TYPES + type_,
        "searcherKey": _TYPES + searcher,
    }


def type_name(wanted: WantedField) -> str:
    """Return what Jira's pages call the type."""
    return _NAMES[wanted.kind]


def has_type(wanted: WantedField, field: Body) -> bool:
    """Tell whether a field, as Jira lists it, is of the type that we would make."""
    return bool((field.get("schema") or {}).get("custom") == definition_of(wanted)["type"])


def is_ours(description: object) -> bool:
    """Tell whether a description has our marker, of whichever value."""
    return isinstance(description, str) and _MARKER.search(description) is not None
