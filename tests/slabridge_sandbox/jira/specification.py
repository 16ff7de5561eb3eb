"""Atlassian's OpenAPI specification of version 3, against which requests and answers are checked.

The specification stands beside the checkout, not in it; where it is missing, a test that asks for it is skipped.

    specification().check_request("POST", "/rest/api/3/search/jql", {}, {"jql": "project = ITSM"})
    specification().check_response("GET", "/rest/api/3/myself", 200, answer.json())
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.places import SHARED, absent

PATH = SHARED / "reference/openapi/jira-platform-v3.json"
_NAME = "urn:specification"
KINDS = {"integer": r"-?\d+", "number": r"-?\d+(\.\d+)?", "boolean": "true|false"}
CONTRADICTED = re.compile(
    r"""
    .*items\[\d+\]\.(from|fromString|to|toString):\ None\ is\ not\ of\ type\ 'string'     # its own example of a changelog has null
    |POST\ .*/changelog/bulkfetch.*\.created:\ \d+\ is\ not\ of\ type\ 'string'           # its own example has a number
    |GET\ .*/serverInfo:\ .*'defaultLocale'\ was\ unexpected.*                            # the same
    |GET\ .*/remotelink:\ \[.*\ is\ not\ of\ type\ 'object'                                # its own example is a list
    """,
    re.VERBOSE,
)
"""Where the specification is contradicted by its own examples, and by what the service sends."""


class Specification:
    """The specification, asked whether requests and answers are as it says. A difference fails the test."""

    def __init__(self, content: dict[str, Any]) -> None:
        self._paths: dict[str, dict[str, Any]] = content["paths"]
        resource = DRAFT202012.create_resource({"components": _plain(content["components"])})
        self._registry: Registry[Any] = Registry().with_resource(_NAME, resource)

    def check_request(
        self, method: str, path: str, query: Mapping[str, object] | None = None, body: object = None
    ) -> None:
        """Check a request; `body` is None where none is sent."""
        self._assert_none(self.request_faults(method, path, query or {}, body))

    def check_response(self, method: str, path: str, status: int, body: object) -> None:
        """Check an answer; `body` is None where none came."""
        self._assert_none(self.response_faults(method, path, status, body))

    def request_faults(self, method: str, path: str, query: Mapping[str, object], body: object) -> list[str]:
        """Return where a request differs from the specification."""
        operation, at = self._operation(method, path)
        if operation is None:
            return [f"{at}: there is no such operation"]
        known = {one["name"]: one for one in operation.get("parameters", ()) if one["in"] == "query"}
        faults = [f"{at}: query parameter {name} is unknown" for name in query if name not in known]
        for name, parameter in known.items():
            if name in query:
                faults += [f"{at}: query parameter {name}: {fault}" for fault in _odd(parameter["schema"], query[name])]
            elif parameter.get("required"):
                faults.append(f"{at}: query parameter {name} is missing")
        wanted = operation.get("requestBody")
        if body is None:
            return faults + ([f"{at}: the body is missing"] if wanted and wanted.get("required") else [])
        if wanted is None:
            return [*faults, f"{at}: a body is sent and none is expected"]
        return [*faults, *self._differences(wanted["content"]["application/json"]["schema"], body, at)]

    def response_faults(self, method: str, path: str, status: int, body: object) -> list[str]:
        """Return where an answer differs from the specification."""
        operation, at = self._operation(method, path)
        if operation is None:
            return [f"{at}: there is no such operation"]
        if str(status) not in operation["responses"]:
            return [f"{at}: status {status} is unknown"]
        content = operation["responses"][str(status)].get("content", {}).get("application/json", {})
        schema = content.get("schema", {})
        if body is None:
            return [f"{at}: the body is missing"] if schema else []
        return list(self._differences(schema, body, at))

    def _operation(self, method: str, path: str) -> tuple[dict[str, Any] | None, str]:
        """Return the operation of a path, the one with the fewest placeholders, and its name."""
        at = f"{method} {path}"
        fits = [
            template
            for template, operations in self._paths.items()
            if method.lower() in operations and re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", template), path)
        ]
        if not fits:
            return None, at
        template = min(fits, key=lambda one: one.count("{"))
        return self._paths[template][method.lower()], f"{method} {template}"

    def _differences(self, schema: Mapping[str, Any], value: object, at: str) -> Iterator[str]:
        validator = Draft202012Validator(_plain(schema), registry=self._registry)
        for error in validator.iter_errors(value):
            fault = f"{at}{error.json_path.removeprefix('$')}: {error.message}"
            if not CONTRADICTED.fullmatch(fault):
                yield fault

    @staticmethod
    def _assert_none(faults: list[str]) -> None:
        assert not faults, "\n".join(faults)


def _plain(schema: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a schema of OpenAPI 3.0 in the words of JSON Schema."""
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: _plain(value) for key, value in schema.items()}
    if isinstance(schema.get("$ref"), str):
        plain["$ref"] = _NAME + schema["$ref"]
    if schema.get("nullable") is True and isinstance(plain.get("type"), str):
        plain["type"] = [plain["type"], "null"]
    return plain


def _odd(schema: Mapping[str, Any], value: object) -> Iterator[str]:
    """Yield what is wrong with a query parameter; a list stands for one that is repeated."""
    texts = [
        str(one).lower() if isinstance(one, bool) else str(one)
        for one in (value if isinstance(value, list) else [value])
    ]
    inner = schema.get("items", {}) if schema.get("type") == "array" else schema
    if len(texts) > 1 and schema.get("type") != "array":
        yield "it is repeated"
    for text in texts:
        if inner.get("type") in KINDS and not re.fullmatch(KINDS[inner["type"]], text):
            yield f"{text!r} is no {inner['type']}"
        if "enum" in inner and text not in inner["enum"]:
            yield f"{text!r} is none of {inner['enum']}"


@cache
def specification() -> Specification:
    """Read the specification, or skip the test."""
    if not PATH.exists():
        pytest.skip(absent(PATH))
    return Specification(json.loads(PATH.read_bytes()))
