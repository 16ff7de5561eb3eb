"""Every request that the connector sends is one that Atlassian's specification describes; it stands beside the checkout.

Data Center has no public specification: there the parameters are those of its reference pages.
"""

import json
import re
from typing import Any

import pytest
from jsonschema import Draft4Validator  # type: ignore[import-untyped]

from connectors.interface import CommentWrite, FieldsWrite, Instant
from tests.connectors.jira.site import MINUTE, NOW, Here, Sent
from tests.places import SHARED, absent

SPECIFICATION = SHARED / "reference/openapi/jira-platform-v3.json"
FIELDS = ("status", "Priority", "Team", "assignee", "labels", "components")
WRITTEN = ("SLA status", "SLA due", "SLA holder")
SERVER: dict[str, set[str]] = {
    "GET serverInfo": set(),
    "GET myself": set(),
    "GET field": set(),
    "GET priority": set(),
    "GET status": set(),
    "GET search": {"jql", "startAt", "maxResults", "fields", "expand", "validateQuery", "properties"},
    "GET issue/*": {"fields", "expand", "properties", "updateHistory"},
    "GET issue/*/comment": {"startAt", "maxResults", "expand", "orderBy"},
    "GET issue/*/editmeta": set(),
    "GET mypermissions": {"projectKey", "permissions"},
    "GET project/*": set(),
    "PUT issue/*": {"notifyUsers"},
    "POST issue/*/comment": set(),
}
"""`properties` of a search and `permissions` are parameters that Data Center passes over."""


def everything(here: Here) -> None:
    """Let the connector do all it can do."""
    ids = [here.open(f"INC{n}", at=NOW - (60 - n) * MINUTE) for n in range(5)]
    here.change("INC1", at=NOW - 9 * MINUTE, state="Active", assigned_to="Bob")
    here.comment("INC1", "Alice")
    jira = here.connect(fields=FIELDS, written=WRITTEN, page_size=2, filter="project = ITSM")
    jira.check()
    pages = list(jira.changed(None))
    list(jira.changed(pages[-1].cursor))
    list(jira.touched(pages[-1].cursor))
    fields = {
        "SLA status": jira.encode("SLA status", "At risk"),
        "SLA due": jira.encode("SLA due", Instant(NOW)),
        "SLA holder": None,
    }
    list(jira.write([FieldsWrite(ids[0], "ITSM-1", fields, {"standard.resolution": "0" * 16})]))
    list(jira.write([CommentWrite(ids[0], "ITSM-1", ("m-1",), "Hello\n\nthere", internal=True)]))
    here.connect(fields=FIELDS, written=WRITTEN).write([FieldsWrite(ids[1], "ITSM-2", fields)]).__next__()
    list(jira.reread(ids))


@pytest.fixture(scope="module")
def specification() -> dict[str, Any]:
    if not SPECIFICATION.exists():
        pytest.skip(absent(SPECIFICATION))
    content: dict[str, Any] = json.loads(SPECIFICATION.read_bytes())
    return content


def faults(specification: dict[str, Any], sent: Sent) -> list[str]:
    """Return where a request differs from the specification."""
    path = sent.path.replace("/rest/api/2/serverInfo", "/rest/api/3/serverInfo")  # in both versions, and alike
    patterns = {re.sub(r"\{\w+\}", "[^/]+", template): template for template in specification["paths"]}
    exact = [template for pattern, template in patterns.items() if re.fullmatch(pattern, path)]
    template = min(exact, key=lambda template: template.count("{"), default="")
    operation = specification["paths"].get(template, {}).get(sent.method.lower())
    if operation is None:
        return [f"{sent.method} {path} is no operation"]
    known = {one["name"]: one["schema"] for one in operation.get("parameters", ()) if one["in"] == "query"}
    found = [f"{template}: {name} is unknown" for name in sent.query if name not in known]
    for name, texts in sent.query.items():
        kind = known.get(name, {}).get("type")
        if (kind == "integer" and not texts[0].isdigit()) or (kind == "boolean" and texts[0] not in {"true", "false"}):
            found.append(f"{template}: {name} is no {kind}")
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if sent.body is not None and content is None:
        return [*found, f"{template}: takes no body"]
    if content is not None:
        schema = {**content["schema"], "components": specification["components"]}
        errors = Draft4Validator(schema).iter_errors(sent.body)
        found += [f"{template}: {error.json_path}: {error.message[:200]}" for error in errors]
    return found


def test_every_request_to_cloud_is_as_specified(here: Here, specification: dict[str, Any]) -> None:
    everything(here)
    assert len({re.sub(r"\d{4,}", "*", f"{sent.method} {sent.path}") for sent in here.sent}) >= 12
    assert [fault for sent in here.sent for fault in faults(specification, sent)] == []


def test_what_the_specification_does_not_have_is_found(specification: dict[str, Any]) -> None:
    path = "/rest/api/3/search/jql"
    for wrong in (
        Sent("POST", path, {}, {"jql": "project = X", "startAt": 0}),
        Sent("POST", path, {}, {"jql": 1}),
        Sent("POST", path, {"page": ["1"]}, {"jql": "project = X"}),
        Sent("GET", "/rest/api/3/search/none/of/it", {}, None),
    ):
        assert len(faults(specification, wrong)) == 1


def test_every_request_to_data_center_has_documented_parameters(server: Here) -> None:
    everything(server)
    for sent in server.sent:
        assert sent.path.startswith("/jira/rest/api/2/")
        path = re.sub(r"/\d+", "/*", sent.path.removeprefix("/jira/rest/api/2/")).replace("project/ITSM", "project/*")
        assert set(sent.query) <= SERVER[f"{sent.method} {path}"], path
