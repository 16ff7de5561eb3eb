from tests.slabridge_sandbox.jira.client import Client


def test_an_issue_is_found_by_id_and_key_in_any_case(three: Client) -> None:
    assert three.get("issue/itsm-2", fields="summary") == three.get("issue/10001", fields="summary")
    assert three.refused("GET", "issue/ITSM-77") == (
        404,
        ["Issue does not exist or you do not have permission to see it."],
        {},
    )


def test_an_issue_has_all_fields_unless_some_are_asked_for(three: Client) -> None:
    assert {"comment", "status", "customfield_10050", "components", "duedate"} <= three.issue().keys()
    assert list(three.get("issue/10000", fields="labels,-status,*nothing")["fields"]) == ["labels"]
    assert "status" not in three.get("issue/10000", fields="-status")["fields"]


def test_expanded_histories_come_newest_first_and_are_cut_to_the_recent_hundred(jira: Client) -> None:
    steps = [(minute, {"state": ("New", "Active")[minute % 2]}) for minute in range(131)]
    jira.story("INC1", *steps)
    log = jira.get("issue/10000", expand="changelog")["changelog"]
    assert (log["startAt"], log["maxResults"], log["total"], len(log["histories"])) == (0, 100, 130, 100)
    ids = [int(history["id"]) for history in log["histories"]]
    assert ids == sorted(ids, reverse=True)
    assert log["histories"][0]["created"] == "2026-03-03T11:10:00.000+0100"
    (issue,) = jira.post("issue/bulkfetch", {"issueIdsOrKeys": ["ITSM-1"], "expand": ["changelog"]})["issues"]
    assert len(issue["changelog"]["histories"]) == 40


def test_bulkfetch_gives_what_is_there_and_passes_over_what_is_not(three: Client) -> None:
    wanted = ["ITSM-3", "10000", "ITSM-1", "ITSM-99", "x"]
    answer = three.post("issue/bulkfetch", {"issueIdsOrKeys": wanted, "fields": ["status", "comment"]})
    assert [issue["key"] for issue in answer["issues"]] == ["ITSM-1", "ITSM-3"]
    assert answer["issueErrors"] == []
    assert answer["issues"][0]["fields"]["comment"]["comments"] == []


def test_bulkfetch_gives_navigable_fields_by_default(three: Client) -> None:
    (issue,) = three.post("issue/bulkfetch", {"issueIdsOrKeys": [10000]})["issues"]
    assert "status" in issue["fields"]
    assert "comment" not in issue["fields"]


def test_bulkfetch_takes_one_to_a_hundred(three: Client) -> None:
    assert three.refused("POST", "issue/bulkfetch", {"issueIdsOrKeys": []})[0] == 400
    assert three.refused("POST", "issue/bulkfetch", {"issueIdsOrKeys": [str(n) for n in range(101)]})[0] == 400
    assert three.refused("POST", "issue/bulkfetch", {"issueIdsOrKeys": ["10000"], "jql": "x"})[0] == 400


def test_a_body_that_is_no_json_is_refused(three: Client) -> None:
    assert three.refused("POST", "issue/bulkfetch")[0] == 400
    assert three.refused("POST", "issue/bulkfetch", ["ITSM-1"])[0] == 400


def test_properties_are_kept_beside_the_issue(three: Client) -> None:
    before = three.issue()
    assert three.ask("PUT", "issue/10000/properties/slabridge", {"hash": "a"}).status_code == 201
    assert three.ask("PUT", "issue/ITSM-1/properties/slabridge", {"hash": "b"}).status_code == 200
    assert three.issue() == before
    assert three.get("issue/10000/properties/slabridge") == {"key": "slabridge", "value": {"hash": "b"}}
    assert [one["key"] for one in three.get("issue/10000/properties")["keys"]] == ["slabridge"]
    (issue,) = three.post("search/jql", {"jql": "key = ITSM-1", "properties": ["slabridge", "other"]})["issues"]
    assert issue["properties"] == {"slabridge": {"hash": "b"}}
    assert three.get("issue/10000", properties="*all")["properties"] == {"slabridge": {"hash": "b"}}
    assert three.ask("DELETE", "issue/10000/properties/slabridge").status_code == 204
    assert three.refused("GET", "issue/10000/properties/slabridge")[0] == 404
    assert three.refused("DELETE", "issue/10000/properties/slabridge")[0] == 404


def test_a_property_has_at_most_32768_characters(three: Client) -> None:
    assert three.ask("PUT", "issue/10000/properties/a", "x" * 32_766).status_code == 201
    assert three.refused("PUT", "issue/10000/properties/b", "x" * 32_767)[0] == 400
