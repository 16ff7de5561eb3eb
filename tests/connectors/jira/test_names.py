"""One id has one name: its present one, in the language of our account, wherever a history calls it otherwise."""

from typing import Any

from tests.connectors.jira.site import MINUTE, NOW, issue, scripted, stamp, tickets

SERVER: dict[str, object] = {
    "serverInfo": [{"deploymentType": "Server", "versionNumbers": [9, 12, 0]}],
    "myself": [{"key": "JIRAUSER10000", "name": "slabridge"}],
}
STATUSES = [{"id": "1", "name": "Offen"}, {"id": "3", "name": "In Arbeit"}]


def with_history(raw: dict[str, Any], *items: dict[str, Any]) -> dict[str, Any]:
    histories = [{"id": str(n), "created": stamp(NOW - 9 * MINUTE + n), "items": [one]} for n, one in enumerate(items)]
    return {**raw, "changelog": {"total": len(histories), "histories": histories}}


def moved(before: tuple[str, str], after: tuple[str, str], field: str = "status") -> dict[str, Any]:
    sides = {"from": before[0], "fromString": before[1], "to": after[0], "toString": after[1]}
    return {"field": field, "fieldtype": "jira", **sides}


def names(*raws: dict[str, Any], fields: tuple[str, ...] = ("status",), **answers: object) -> list[list[str]]:
    """Return for each issue the names of one field that its history has, in order."""
    found = {f"GET issue/{raw['id']}": [raw] for raw in raws}
    with scripted(**{**SERVER, **found, **answers}) as site:
        read = tickets(site.connect(fields=fields).reread([raw["id"] for raw in raws]))
    return [[side[0].name for entry in read[raw["id"]].history for side in entry.changes[fields[0]]] for raw in raws]


def test_a_history_in_another_language_has_the_names_of_the_payload() -> None:
    raw = issue("1", status={"id": "3", "name": "In Arbeit"})
    held = with_history(raw, moved(("1", "Open"), ("3", "In Progress")))
    assert names(held, status=[STATUSES]) == [["Offen", "In Arbeit"]]


def test_statuses_that_no_list_has_are_named_as_other_issues_of_the_page_show_them() -> None:
    first = with_history(issue("1", status={"id": "3", "name": "Doing"}), moved(("1", "Open"), ("3", "In Progress")))
    second = with_history(issue("2", status={"id": "1", "name": "Opened"}))
    assert names(first, second) == [["Opened", "Doing"], []]


def test_an_id_that_nothing_shows_has_the_last_name_that_the_history_has() -> None:
    rows = [moved(("1", "Open"), ("2", "Old")), moved(("2", "New"), ("1", "Open")), moved(("1", "Open"), ("3", "Done"))]
    (found,) = names(with_history(issue("1", status={"id": "3", "name": "Done"}), *rows))
    assert found == ["Open", "New", "New", "Open", "Open", "Done"]


def test_versions_that_were_renamed_have_their_present_names() -> None:
    held = [{"id": "7", "name": "2.0"}]
    row = {"field": "Component", "fieldtype": "jira", "from": None, "to": "7", "toString": "2.0-rc"}
    raw = with_history(issue("1", components=held), row)
    with scripted(**{**SERVER, "GET issue/1": [raw]}) as site:
        (entry,) = tickets(site.connect(fields=("components",)).reread(["1"]))["1"].history
    assert [value.name for value in entry.changes["components"][1]] == ["2.0"]


def test_a_list_is_asked_for_once_and_only_where_a_history_names_what_the_issue_does_not_hold() -> None:
    quiet = with_history(issue("1", status={"id": "3", "name": "Doing"}))
    busy = [
        with_history(issue(id_, status={"id": "3", "name": "Doing"}), moved(("1", "Open"), ("3", "Doing")))
        for id_ in ("2", "3")
    ]
    answers: dict[str, object] = {f"GET issue/{raw['id']}": [raw] for raw in (quiet, *busy)}
    with scripted(**{**SERVER, **answers}, status=[STATUSES]) as site:
        jira = site.connect(fields=("status",))
        list(jira.reread(["1"]))
        assert "status" not in site.asked
        list(jira.reread(["2", "3"]))
        list(jira.reread(["2"]))
        assert len(site.asked["status"]) == 1


def test_rows_that_may_be_a_fields_are_a_gap_with_their_name() -> None:
    option = {"type": "option", "custom": "x:select"}
    catalogue = [{"id": "customfield_1", "name": "Support team", "schema": option}]
    raw = issue("1", customfield_1={"id": "7", "value": "Net"})
    row = {"field": "Support group", "fieldtype": "custom", "from": "8", "to": "9", "toString": "Old"}
    with scripted(**SERVER, **{"GET issue/1": [with_history(raw, row)], "field": [catalogue]}) as site:
        jira = site.connect(fields=("Support team",))
        assert jira.gaps() == {}
        list(jira.reread(["1"]))
        assert '"Support group"' in jira.gaps()["Support team"]
        jira = site.connect(fields=("Support team",), was={"Support team": ("Support group",)})
        assert len(tickets(jira.reread(["1"]))["1"].history) == 1
        assert jira.gaps() == {}
