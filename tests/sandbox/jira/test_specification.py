"""What the site answers is what Atlassian's OpenAPI specification says; the specification stands beside the checkout."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.jira.client import Client

SPECIFICATION = Path(__file__).parents[4] / "shared/reference/openapi/jira-platform-v3.json"
TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "array": list,
    "object": dict,
}
CONTRADICTED = re.compile(
    r"""
    .*\.items\[\d+\]\.(from|fromString|to|toString):\ None\ is\ no\ string  # its own example of a changelog has null
    |changelog/bulkfetch.*\.created:\ \d+\ is\ no\ string                      # its own example has a number
    |issue/bulkfetch:\ expand\ is\ unknown                                     # its own example has it
    |serverInfo:\ defaultLocale\ is\ unknown                                   # the same
    """,
    re.VERBOSE,
)
"""Where the specification is contradicted by its own examples, and by what the service sends."""


@pytest.fixture(scope="module")
def specification() -> dict[str, Any]:
    if not SPECIFICATION.exists():
        pytest.skip(f"{SPECIFICATION} is not here")
    content: dict[str, Any] = json.loads(SPECIFICATION.read_bytes())
    return content


def faults(specification: Mapping[str, Any], schema: Mapping[str, Any], value: object, at: str) -> Iterator[str]:
    """Yield where a value differs from its schema."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from faults(specification, specification["components"]["schemas"][name], value, at)
        return
    for part in schema.get("allOf", ()):
        yield from faults(specification, part, value, at)
    kind = schema.get("type")
    if kind is not None and (not isinstance(value, TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")):
        yield f"{at}: {value!r} is no {kind}"
        return
    if isinstance(value, list):
        for index, one in enumerate(value):
            yield from faults(specification, schema.get("items", {}), one, f"{at}[{index}]")
    if isinstance(value, dict) and "properties" in schema:
        yield from (f"{at}: {name} is missing" for name in schema.get("required", ()) if name not in value)
        for name, one in value.items():
            if name in schema["properties"]:
                yield from faults(specification, schema["properties"][name], one, f"{at}.{name}")
            elif schema.get("additionalProperties") is False:
                yield f"{at}: {name} is unknown"


@pytest.mark.parametrize(
    ("method", "path", "body", "template"),
    [
        ("GET", "serverInfo", None, "serverInfo"),
        ("GET", "myself", None, "myself"),
        ("GET", "field", None, "field"),
        ("GET", "status", None, "status"),
        ("GET", "priority", None, "priority"),
        ("GET", "project/search", None, "project/search"),
        ("GET", "project/ITSM", None, "project/{projectIdOrKey}"),
        ("GET", "mypermissions?permissions=EDIT_ISSUES,ADMINISTER", None, "mypermissions"),
        ("GET", "issue/ITSM-1?expand=changelog,names", None, "issue/{issueIdOrKey}"),
        ("GET", "issue/ITSM-1/editmeta", None, "issue/{issueIdOrKey}/editmeta"),
        ("GET", "issue/ITSM-1/changelog?maxResults=1", None, "issue/{issueIdOrKey}/changelog"),
        ("GET", "issue/ITSM-1/comment?expand=properties", None, "issue/{issueIdOrKey}/comment"),
        ("GET", "issue/ITSM-1/comment/10000", None, "issue/{issueIdOrKey}/comment/{id}"),
        ("GET", "issue/ITSM-1/properties", None, "issue/{issueIdOrKey}/properties"),
        ("GET", "issue/ITSM-1/properties/mark", None, "issue/{issueIdOrKey}/properties/{propertyKey}"),
        ("POST", "search/jql", {"jql": "project = ITSM", "fields": ["*all"], "maxResults": 1}, "search/jql"),
        ("GET", "search/jql?jql=project=ITSM&expand=changelog", None, "search/jql"),
        ("POST", "issue/bulkfetch", {"issueIdsOrKeys": ["ITSM-1", "ITSM-2"]}, "issue/bulkfetch"),
        ("POST", "changelog/bulkfetch", {"issueIdsOrKeys": ["ITSM-1"], "maxResults": 1}, "changelog/bulkfetch"),
        ("POST", "comment/list?expand=properties", {"ids": [10000]}, "comment/list"),
    ],
)
def test_answers_are_as_specified(
    three: Client, specification: dict[str, Any], *, method: str, path: str, body: object, template: str
) -> None:
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": "x"}]}
    document = {"type": "doc", "version": 1, "content": [paragraph]}
    three.post("issue/ITSM-1/comment", {"body": document, "properties": [{"key": "mark", "value": {"a": 1}}]})
    assert three.ask("PUT", "issue/ITSM-1/properties/mark", [1]).status_code == 201
    answer = three.ask(method, path, body)
    operation = specification["paths"][f"/rest/api/3/{template}"][method.lower()]
    schema = operation["responses"][str(answer.status_code)]["content"]["application/json"]["schema"]
    found = faults(specification, schema, answer.json(), template)
    assert [fault for fault in found if not CONTRADICTED.fullmatch(fault)] == []
