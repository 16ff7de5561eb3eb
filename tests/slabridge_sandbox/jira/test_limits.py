from email.utils import parsedate_to_datetime

import pytest
import requests

from tests.slabridge_sandbox.jira.client import NOW, Client, Json

HOUR = 3_600_000
SUMMARY: Json = {"fields": {"summary": "x"}}


def statuses(jira: Client, *asked: tuple[str, str]) -> list[int]:
    return [jira.ask(method, path, SUMMARY if method == "PUT" else None).status_code for method, path in asked]


def refusal(jira: Client, path: str = "myself") -> requests.Response:
    answer = jira.ask("GET", path)
    assert answer.status_code == 429
    return answer


def test_a_burst_slows_one_endpoint_and_is_over_after_a_second(three: Client) -> None:
    three.site.switches.burst = 2
    first = three.ask("GET", "issue/ITSM-1")
    assert (first.headers["X-RateLimit-Limit"], first.headers["X-RateLimit-Remaining"]) == ("2", "1")
    assert statuses(three, ("GET", "issue/ITSM-2"), ("GET", "issue/ITSM-3")) == [200, 429]
    assert statuses(three, ("PUT", "issue/ITSM-3"), ("GET", "myself")) == [204, 200]
    answer = refusal(three, "issue/ITSM-1")
    assert answer.json()["errorMessages"] == ["Rate limit exceeded."]
    assert answer.headers["RateLimit-Reason"] == "jira-burst-based"
    assert answer.headers["Retry-After"] == "1"
    assert answer.headers["X-RateLimit-Reset"] == "2026-03-03T08:00Z"
    three.clock.now += 1000
    assert statuses(three, ("GET", "issue/ITSM-1")) == [200]


def test_writes_to_one_issue_are_counted_apart(three: Client) -> None:
    three.site.switches.issue_writes = 2
    put, other = ("PUT", "issue/ITSM-1"), ("PUT", "issue/ITSM-2")
    assert statuses(three, put, ("PUT", "issue/10000"), put, other, ("GET", "issue/ITSM-1")) == [
        204,
        204,
        429,
        204,
        200,
    ]
    answer = three.ask("POST", "issue/ITSM-1/comment", {})
    assert (answer.status_code, answer.headers["RateLimit-Reason"]) == (429, "jira-per-issue-on-write")
    three.clock.now += 2000
    assert statuses(three, put) == [204]


def test_points_are_used_by_calls_and_by_issues_that_are_read_until_the_next_hour(three: Client) -> None:
    three.site.switches.hourly_points = 6
    body = {"issueIdsOrKeys": ["10000", "10001", "10002"]}
    assert three.ask("POST", "issue/bulkfetch", body).status_code == 200
    assert statuses(three, ("GET", "myself"), ("GET", "myself")) == [200, 200]
    three.clock.now = NOW + HOUR - 90_500
    answer = refusal(three)
    assert answer.headers["RateLimit-Reason"] == "jira-quota-tenant-based"
    assert (answer.headers["Retry-After"], answer.headers["X-RateLimit-Reset"]) == ("91", "2026-03-03T09:00Z")
    three.clock.now = NOW + HOUR
    assert statuses(three, ("GET", "myself")) == [200]


def test_retry_after_has_the_form_that_the_switch_says(three: Client) -> None:
    three.site.switches.hourly_points = 1
    assert statuses(three, ("GET", "myself")) == [200]
    said = {}
    for three.site.switches.retry_after in ("seconds", "date", "zero", "missing"):
        said[three.site.switches.retry_after] = refusal(three).headers.get("Retry-After")
    assert (said["seconds"], said["zero"], said["missing"]) == ("3600", "0", None)
    assert said["date"] is not None
    assert parsedate_to_datetime(said["date"]).timestamp() * 1000 == NOW + HOUR


@pytest.mark.parametrize("form", ["seconds", "missing"])
def test_a_limit_can_answer_503(three: Client, form: Json) -> None:
    three.site.switches.burst, three.site.switches.limit_status = 1, 503
    three.site.switches.retry_after = form
    assert statuses(three, ("GET", "myself"), ("GET", "myself")) == [200, 503]
    assert ("Retry-After" in three.ask("GET", "myself").headers) == (form == "seconds")


def test_what_is_refused_is_not_done(three: Client) -> None:
    three.site.switches.issue_writes = 1
    assert statuses(three, ("PUT", "issue/ITSM-1")) == [204]
    assert three.ask("PUT", "issue/ITSM-1", {"fields": {"summary": "y"}}).status_code == 429
    assert three.issue()["summary"] == "x"
