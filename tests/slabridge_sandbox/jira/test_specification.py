"""What the site answers is what Atlassian's OpenAPI specification says; the specification stands beside the checkout."""

import pytest

from tests.slabridge_sandbox.jira.client import Client, Json
from tests.slabridge_sandbox.jira.specification import Specification, specification

DOCUMENT: Json = {
    "type": "doc",
    "version": 1,
    "content": [{"type": "paragraph", "content": [{"type": "text", "text": "x"}]}],
}
COMMENT: Json = {"body": DOCUMENT, "properties": [{"key": "mark", "value": {"a": 1}}]}
LINK: Json = {"type": {"name": "Blocks"}, "inwardIssue": {"key": "ITSM-1"}, "outwardIssue": {"key": "ITSM-2"}}
REMOTE: Json = {"globalId": "system=a&id=1", "object": {"url": "https://example.com/1", "title": "INC1"}}
MADE: Json = {
    "name": "Promise",
    "description": "ours",
    "type": "com.atlassian.jira.plugin.system.customfieldtypes:select",
    "searcherKey": "com.atlassian.jira.plugin.system.customfieldtypes:multiselectsearcher",
}
FIELDS: Json = {
    "customfield_10060": [{"value": "Mail"}],
    "customfield_10061": {"value": "Stockholm", "child": {"value": "Floor 1"}},
    "customfield_10062": DOCUMENT,
    "customfield_10063": 3,
    "customfield_10064": "2026-03-05",
    "components": [{"name": "Mail"}],
    "labels": ["a"],
}


@pytest.fixture(name="spec")
def _spec() -> Specification:
    return specification()


@pytest.fixture
def full(three: Client) -> Client:
    """Three issues, of which the first has a comment, a property, links and a value in each kind of field."""
    three.post("issue/ITSM-1/comment", COMMENT)
    assert three.ask("PUT", "issue/ITSM-1/properties/mark", [1]).status_code == 201
    assert three.ask("PUT", "issue/ITSM-1", {"fields": FIELDS}).status_code == 204
    assert three.ask("POST", "issueLink", LINK).status_code == 201
    assert three.ask("POST", "issue/ITSM-1/remotelink", REMOTE).status_code == 201
    three.site.switches.withheld = ()
    assert three.get("screens/1/tabs")[0]["id"] == 10200
    assert three.post("field", MADE)["id"] == "customfield_10101"
    assert three.get("field/customfield_10101/context")["values"][0]["id"] == "10206"
    return three


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "status"),
    [
        ("GET", "serverInfo", {}, None, 200),
        ("GET", "myself", {}, None, 200),
        ("GET", "field", {}, None, 200),
        ("GET", "field/search", {"type": "custom", "maxResults": 3}, None, 200),
        ("GET", "field/search/trashed", {"query": "x"}, None, 200),
        ("POST", "field", {}, MADE, 201),
        ("POST", "field", {}, {"name": "", "type": MADE["type"]}, 400),
        ("GET", "field/customfield_10101/context", {"isGlobalContext": True}, None, 200),
        ("POST", "field/customfield_10101/context", {}, {"name": "x", "projectIds": ["10000"]}, 409),
        ("GET", "field/customfield_10101/context/10206/option", {}, None, 200),
        ("POST", "field/customfield_10101/context/10206/option", {}, {"options": [{"value": "At risk"}]}, 200),
        ("POST", "field/customfield_10101/trash", {}, None, 200),
        ("POST", "field/customfield_10101/restore", {}, None, 400),
        ("GET", "screens", {}, None, 200),
        ("GET", "screens/1/tabs", {}, None, 200),
        ("GET", "screens/1/tabs/10200/fields", {}, None, 200),
        ("POST", "screens/1/tabs/10200/fields", {}, {"fieldId": "customfield_10101"}, 200),
        ("DELETE", "screens/1/tabs/10200/fields/summary", {}, None, 204),
        ("GET", "issuetypescreenscheme/project", {"projectId": 10000}, None, 200),
        ("GET", "issuetypescreenscheme/mapping", {}, None, 200),
        ("GET", "screenscheme", {}, None, 200),
        ("GET", "status", {}, None, 200),
        ("GET", "priority", {}, None, 200),
        ("GET", "project/search", {"keys": "ITSM"}, None, 200),
        ("GET", "project/ITSM", {}, None, 200),
        ("GET", "mypermissions", {"permissions": "EDIT_ISSUES,ADMINISTER", "issueId": "10000"}, None, 200),
        ("GET", "issue/ITSM-1", {"expand": "changelog,names,schema", "properties": "*all"}, None, 200),
        ("GET", "issue/ITSM-9", {}, None, 404),
        ("PUT", "issue/ITSM-1", {"notifyUsers": "false"}, {"fields": {"summary": "y"}}, 204),
        ("PUT", "issue/ITSM-1", {"returnIssue": "true"}, {"fields": {"summary": "y"}}, 200),
        ("PUT", "issue/ITSM-1", {}, {"fields": {"nope": 1}}, 400),
        ("GET", "issueLinkType", {}, None, 200),
        ("POST", "issueLink", {}, LINK, 201),
        ("DELETE", "issueLink/1", {}, None, 200),
        ("GET", "issue/ITSM-1/remotelink", {}, None, 200),
        ("GET", "issue/ITSM-1/remotelink", {"globalId": "system=a&id=1"}, None, 200),
        ("POST", "issue/ITSM-1/remotelink", {}, REMOTE, 200),
        ("POST", "issue/ITSM-2/remotelink", {}, REMOTE, 201),
        ("DELETE", "issue/ITSM-1/remotelink", {"globalId": "system=a&id=1"}, None, 204),
        ("GET", "issue/ITSM-1/editmeta", {}, None, 200),
        ("GET", "issue/ITSM-1", {"expand": "transitions"}, None, 200),
        ("GET", "issue/ITSM-1/transitions", {"expand": "transitions.fields"}, None, 200),
        ("POST", "issue/ITSM-1/transitions", {}, {"transition": {"id": "21"}}, 204),
        ("POST", "issue/ITSM-1/transitions", {}, {"transition": {"id": "99"}}, 400),
        ("POST", "issue/bulkfetch", {}, {"issueIdsOrKeys": ["ITSM-1"], "expand": ["transitions"]}, 200),
        ("GET", "issue/ITSM-1/changelog", {"maxResults": 1, "startAt": 0}, None, 200),
        ("GET", "issue/ITSM-1/comment", {"expand": "properties", "orderBy": "-created"}, None, 200),
        ("POST", "issue/ITSM-1/comment", {}, COMMENT, 201),
        ("GET", "issue/ITSM-1/comment/10000", {}, None, 200),
        ("PUT", "issue/ITSM-1/comment/10000", {}, COMMENT, 200),
        ("DELETE", "issue/ITSM-1/comment/10000", {}, None, 204),
        ("GET", "issue/ITSM-1/properties", {}, None, 200),
        ("GET", "issue/ITSM-1/properties/mark", {}, None, 200),
        ("PUT", "issue/ITSM-1/properties/mark", {}, {"a": 2}, 200),
        ("DELETE", "issue/ITSM-1/properties/mark", {}, None, 204),
        ("GET", "comment/10000/properties", {}, None, 200),
        ("GET", "comment/10000/properties/mark", {}, None, 200),
        ("PUT", "comment/10000/properties/other", {}, [1], 201),
        ("DELETE", "comment/10000/properties/mark", {}, None, 204),
        (
            "POST",
            "search/jql",
            {},
            {"jql": "project = ITSM", "fields": ["*all"], "maxResults": 1, "properties": ["mark"]},
            200,
        ),
        ("POST", "search/jql", {}, {"jql": "project = ITSM", "reconcileIssues": [10000]}, 200),
        ("GET", "search/jql", {"jql": "project=ITSM", "expand": "changelog", "reconcileIssues": 10000}, None, 200),
        ("GET", "search/jql", {"jql": "order by key"}, None, 400),
        ("POST", "search/approximate-count", {}, {"jql": "project = ITSM"}, 200),
        ("POST", "issue/bulkfetch", {}, {"issueIdsOrKeys": ["ITSM-1", "ITSM-2"], "expand": ["changelog"]}, 200),
        ("POST", "changelog/bulkfetch", {}, {"issueIdsOrKeys": ["ITSM-1"], "maxResults": 1}, 200),
        ("POST", "comment/list", {"expand": "properties"}, {"ids": [10000]}, 200),
    ],
)
def test_answers_are_as_specified(
    full: Client, spec: Specification, *, method: str, path: str, query: Json, body: object, status: int
) -> None:
    spec.check_request(method, f"/rest/api/3/{path}", query, body)
    answer = full.ask(method, path, body, **query)
    assert answer.status_code == status, answer.text
    spec.check_response(method, f"/rest/api/3/{path}", status, answer.json() if answer.content else None)


def test_bulk_errors_are_as_specified(full: Client, spec: Specification) -> None:
    full.site.switches.issue_errors = ("ITSM-1",)
    answer = full.post("issue/bulkfetch", {"issueIdsOrKeys": ["ITSM-1", "ITSM-2"]})
    assert answer["issueErrors"]
    spec.check_response("POST", "/rest/api/3/issue/bulkfetch", 200, answer)


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "words"),
    [
        ("GET", "nothing", {}, None, "there is no such operation"),
        ("POST", "search/jql", {}, {"jql": "a = b", "startAt": 0}, "'startAt' was unexpected"),
        ("POST", "search/jql", {}, {"jql": "a = b", "maxResults": "9"}, "'9' is not of type 'integer'"),
        ("POST", "search/jql", {}, {"jql": "a = b", "expand": None}, "None is not of type 'string'"),
        ("POST", "search/jql", {}, None, "the body is missing"),
        ("GET", "myself", {"mind": "x"}, None, "query parameter mind is unknown"),
        ("GET", "search/jql", {"maxResults": "x"}, None, "'x' is no integer"),
        ("GET", "myself", {}, {}, "a body is sent and none is expected"),
        ("POST", "changelog/bulkfetch", {}, {"issueIdsOrKeys": [], "fieldIds": ["a"]}, "should be non-empty"),
    ],
)
def test_wrong_requests_are_told(
    spec: Specification, *, method: str, path: str, query: Json, body: object, words: str
) -> None:
    faults = spec.request_faults(method, f"/rest/api/3/{path}", query, body)
    assert any(words in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (200, {"total": 3}, "'total' was unexpected"),
        (200, {"isLast": "yes"}, "'yes' is not of type 'boolean'"),
        (200, {"issues": [{"id": 1}]}, "1 is not of type 'string'"),
        (200, None, "the body is missing"),
        (418, {}, "status 418 is unknown"),
    ],
)
def test_wrong_answers_are_told(spec: Specification, status: int, body: object, words: str) -> None:
    (fault,) = spec.response_faults("POST", "/rest/api/3/search/jql", status, body)
    assert words in fault
