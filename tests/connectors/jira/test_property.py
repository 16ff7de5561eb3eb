import json
from typing import Any

from structlog.testing import capture_logs

from connectors.interface import FieldsWrite, Outcome
from connectors.jira.property import LONGEST, Memory, Remembered, hashed, property_of
from tests.connectors.jira.site import Here, issue, scripted, tickets

NO_ADMIN: list[Any] = [{"permissions": {}}]


def held(here: Here, id_: str) -> Any:  # noqa: ANN401 - JSON
    sql = "SELECT value FROM properties WHERE issue = ? AND key = 'slabridge'"
    return json.loads(here.sandbox.site.db.execute(sql, (id_,)).fetchone()[0])


def test_what_we_wrote_is_remembered_at_the_issue_with_its_definitions(here: Here) -> None:
    id_ = here.open("INC1")
    jira = here.connect()
    assert tickets(jira.reread([id_]))[id_].ours == frozenset()
    list(jira.write([FieldsWrite(id_, "ITSM-1", {"SLA holder": "Desk"}, {"standard.resolution": "0" * 16})]))
    assert held(here, id_) == {
        "told": {"customfield_10054": hashed("Desk")},
        "judged_by": {"standard.resolution": "0" * 16},
    }
    assert tickets(jira.reread([id_]))[id_].ours == {"SLA holder"}


def test_fields_written_earlier_stay_ours_also_for_a_connector_that_did_not_write_them(here: Here) -> None:
    id_ = here.open("INC1")
    list(here.connect().write([FieldsWrite(id_, "ITSM-1", {"SLA holder": "Desk", "SLA status": "Met"})]))
    list(here.connect().write([FieldsWrite(id_, "ITSM-1", {"SLA status": None})]))
    jira = here.connect()
    assert tickets(jira.changed(None))[id_].ours == {"SLA holder"}
    list(jira.write([FieldsWrite(id_, "ITSM-1", {"SLA status": "Met"})]))
    assert tickets(jira.reread([id_]))[id_].ours == {"SLA holder", "SLA status"}


def test_in_data_center_what_a_search_does_not_tell_is_asked_for_before_it_is_written_over(server: Here) -> None:
    id_ = server.open("INC1")
    list(server.connect().write([FieldsWrite(id_, "ITSM-1", {"SLA holder": "Desk"})]))
    jira = server.connect()
    list(jira.changed(None))
    list(jira.write([FieldsWrite(id_, "ITSM-1", {"SLA status": "Met"})]))
    assert tickets(jira.reread([id_]))[id_].ours == {"SLA holder", "SLA status"}
    server.calls.clear()
    list(jira.write([FieldsWrite(id_, "ITSM-1", {"SLA status": None})]))
    assert server.calls == {"PUT issue/*": 1}


def test_fields_and_property_go_in_one_request(here: Here) -> None:
    id_ = here.open("INC1")
    jira = here.connect()
    list(jira.reread([id_]))
    here.calls.clear()
    list(jira.write([FieldsWrite(id_, "ITSM-1", {"SLA holder": "Desk"})]))
    assert here.calls["PUT issue/*"] == 1
    assert not any("properties" in call for call in here.calls)


def test_a_property_that_is_not_ours_in_shape_says_nothing() -> None:
    values: list[Any] = [{"told": []}, [], None, {"slabridge": "x"}]
    for value in values:
        payload = {**issue("1"), "properties": {"slabridge": value}}
        with scripted(**{"issue/bulkfetch": [{"issues": [payload]}]}) as site:
            assert tickets(site.connect(written=("Due",)).reread(["1"]))["1"].ours == frozenset()


def test_the_property_is_asked_for_only_where_something_is_written() -> None:
    with scripted(**{"issue/bulkfetch": [{"issues": [issue("1")]}]}) as site:
        list(site.connect().reread(["1"]))
        list(site.connect(written=("Due",)).reread(["1"]))
        assert [body.get("properties") for body in site.asked["issue/bulkfetch"]] == [None, ["slabridge"]]


def test_a_property_that_would_be_too_long_for_jira_keeps_what_was_written() -> None:
    many = {f"agreement{n}.resolution": "0" * 16 for n in range(2_000)}
    value = property_of({"customfield_1": "x"}, many)["value"]
    assert value == {"told": {"customfield_1": "x"}, "judged_by": {}}
    assert len(json.dumps(property_of({}, {"a.b": "0"})["value"])) < LONGEST


def test_notes_of_issues_read_long_ago_are_dropped() -> None:
    notes = Memory(most=2)
    for id_ in ("1", "2", "1", "3"):
        notes.keep(id_, Remembered("10004", {}))
    assert [notes.of(id_) is not None for id_ in ("1", "2", "3")] == [True, False, True]


EDITABLE = {"fields": {"customfield_2": {"name": "Note"}}}


def test_a_field_that_is_not_on_the_screen_is_left_out_with_one_warning_and_the_others_are_written() -> None:
    answers: dict[str, object] = {
        "PUT issue/1": [(204, None)],
        "issue/1/editmeta": [EDITABLE],
        "mypermissions": NO_ADMIN,
    }
    with scripted(**answers) as site, capture_logs() as logs:
        jira = site.connect(written=("Due", "Note"))
        write = FieldsWrite("1", "OPS-1", {"Due": None, "Note": "Desk"})
        receipts = list(jira.write([write, write]))
        puts = [body for body in site.asked["issue/1"] if body]
    assert [receipt.outcome for receipt in receipts] == [Outcome.APPLIED] * 2
    assert [receipt.stored for receipt in receipts] == [frozenset({"Note"})] * 2
    assert [body["fields"] for body in puts] == [{"customfield_2": "Desk"}] * 2
    assert [body["properties"][0]["value"]["told"] for body in puts] == [{"customfield_2": hashed("Desk")}] * 2
    assert site.methods["issue/1/editmeta"] == ["GET"]
    warned = [entry for entry in logs if "edit screen" in entry["event"]]
    assert [(entry["field"], entry["project"], entry["issue_type"]) for entry in warned] == [("Due", "OPS", "10004")]


def test_nothing_is_sent_where_no_field_is_on_the_screen() -> None:
    with scripted(**{"issue/1/editmeta": [EDITABLE]}) as site:
        (receipt,) = site.connect(written=("Due",)).write([FieldsWrite("1", "OPS-1", {"Due": None})])
        assert (receipt.outcome, receipt.stored) == (Outcome.APPLIED, frozenset())
        assert "PUT" not in site.methods["issue/1"]


def test_screens_differ_by_project_and_issue_type() -> None:
    kinds = {"1": "10004", "2": "10005"}
    bulk = [{"issues": [issue(id_, issuetype={"id": kind}) for id_, kind in kinds.items()]}]
    answers: dict[str, object] = {
        "issue/bulkfetch": bulk,
        "issue/1/editmeta": [EDITABLE],
        "issue/2/editmeta": [{"fields": {"customfield_1": {}, "customfield_2": {}}}],
        "PUT issue/2": [(204, None)],
        "mypermissions": NO_ADMIN,
    }
    with scripted(**answers) as site:
        jira = site.connect(written=("Due",))
        list(jira.reread(["1", "2"]))
        receipts = jira.write([FieldsWrite(id_, f"OPS-{id_}", {"Due": None}) for id_ in ("1", "2")])
        assert [receipt.stored for receipt in receipts] == [frozenset(), None]


def test_a_screen_that_is_empty_or_not_given_holds_nothing_back() -> None:
    screens: list[Any] = [{"fields": {}}, (403, {"errorMessages": ["no"]})]
    for screen in screens:
        answers: dict[str, object] = {"PUT issue/1": [(204, None)], "issue/1/editmeta": [screen]}
        with scripted(**{**answers, "mypermissions": NO_ADMIN}) as site:
            (receipt,) = site.connect(written=("Due",)).write([FieldsWrite("1", "OPS-1", {"Due": None})])
            assert receipt.outcome is Outcome.APPLIED


def test_an_empty_screen_says_nothing_of_the_next_issue() -> None:
    answers: dict[str, object] = {
        "issue/bulkfetch": [{"issues": [issue("1"), issue("2")]}],
        "PUT issue/1": [(204, None)],
        "issue/1/editmeta": [{"fields": {}}],
        "issue/2/editmeta": [EDITABLE],
        "mypermissions": NO_ADMIN,
    }
    with scripted(**answers) as site:
        jira = site.connect(written=("Due",), concurrency=1)
        list(jira.reread(["1", "2"]))
        first, second = jira.write([FieldsWrite(id_, f"OPS-{id_}", {"Due": None}) for id_ in ("1", "2")])
        assert (first.outcome, first.stored) == (Outcome.APPLIED, None)
        assert (second.outcome, second.stored) == (Outcome.APPLIED, frozenset())
