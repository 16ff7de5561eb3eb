from dataclasses import replace
from typing import Any

import pytest

from slabridge.importing.finding import Kind
from slabridge.importing.servicenow.translate import translate
from slabridge.importing.wanted import Wanted
from tests.slabridge.importing.native import HORIZON, connection, definition, imported, refused, said, table

RULE = ("clocks", "resolution")


def clock(**columns: str) -> dict[str, Any]:
    """Return the clock of one definition."""
    found = imported(definition(**columns))
    assert refused(found) == []
    return dict(table(found, *RULE))


CONDITIONS = {
    "state=1": {"status": "new"},
    "state=1^EQ": {"status": "new"},
    "stateIN1,2^priority=1": {"status": ["new", "active"], "priority": "P1"},
    "state=1^ORstate=2^priority!=1": {"status": ["new", "active"], "priority": {"not": "P1"}},
    "state=1^priority=1^NQstate=2^priority=2": [
        {"status": "new", "priority": "P1"},
        {"status": "active", "priority": "P2"},
    ],
    "priority=1^ORcategory=network": [{"priority": "P1"}, {"category": "network"}],
    "state=1^priority=1^ORcategory=network": [
        {"status": "new", "priority": "P1"},
        {"status": "new", "category": "network"},
    ],
    "categoryISEMPTY": {"category": {"set": False}},
    "categoryISNOTEMPTY": {"category": {"set": True}},
    "category=": {"category": {"set": False}},
    "category!=": {"category": {"set": True}},
    "categoryISNOTEMPTY^category!=network": {"category": {"set": True}, "not": {"category": "network"}},
    "stateNOT IN6,7^state!=8": {"status": {"not": ["resolved", "closed", "awaiting_vendor"]}},
    "stateIN1,2,3^stateNOT IN3": {"status": ["new", "active"]},
    "state=1^categoryANYTHING": {"status": "new"},
    "categoryINNETWORK,Hardware": {"category": ["NETWORK", "Hardware"]},
    'category=a "quoted"\\ value': {"category": 'a "quoted"\\ value'},
}


@pytest.mark.parametrize(("query", "condition"), CONDITIONS.items(), ids=CONDITIONS.keys())
def test_an_encoded_query_becomes_a_condition_in_the_words_of_the_connection(query: str, condition: object) -> None:
    assert clock(start_condition=query)["start"] == condition


REFUSED = {
    "priority<3": "asks by <, and conditions here compare with values alone",
    "short_descriptionLIKEvip": "asks by LIKE, and conditions here compare with values alone",
    "opened_atRELATIVEGE@day@ago@3": "asks by RELATIVEGE, and conditions here compare with values alone",
    "assignment_groupDYNAMICd6435e965f510100a9ad2572f2b47744": "asks by DYNAMIC, and conditions here compare with values alone",
    "assigned_to=javascript:gs.getUserID()": "is a script",
    "caller_id.vip=true": "stands in another record, of whose changes the ticket has no history",
    "stateVALCHANGES": "asks for a change, which is over at once; a start or a pause lasts",
    "state=1^^state=2": "is no condition of the form field, operator, value",
    "sys_class_nameINSTANCEOFtask": "asks by INSTANCEOF, and conditions here compare with values alone",
    "stateSAMEASincident_state": "asks by SAMEAS, and conditions here compare with values alone",
    "assignment_group=d6435e965f510100a9ad2572f2b47744": "is the sys_id of a assignment_group whose name is not known",
    "stateANYTHING": "always or never hold, or have more alternatives than can be read",
}


@pytest.mark.parametrize(("query", "why"), REFUSED.items(), ids=REFUSED.keys())
def test_what_has_no_equal_is_named_and_left_as_a_comment(query: str, why: str) -> None:
    found = imported(definition(start_condition=query))
    assert [said for _, said in refused(found)] == [why]
    assert not found.complete
    assert found.paths("agreements") == []
    assert "# not translated: Resolution: " in found.text
    assert f"#   start_condition = {query}" in found.text


@pytest.mark.parametrize(
    ("columns", "column"),
    [
        ({"condition_class": "MyConditions"}, "condition_class"),
        ({"condition_class": "5" * 32, "condition_class.name": "Ours"}, "condition_class"),
        ({"adv_condition_type": "advanced_journal"}, "adv_condition_type"),
        ({"advanced_condition_type": "advanced"}, "advanced_condition_type"),
        ({"sys_overrides": "1" * 32}, "sys_overrides"),
        (
            {"pause_condition": "state=4", "when_to_resume": "on_condition", "resume_condition": "state=2"},
            "resume_condition",
        ),
        ({"schedule_source": "task_field", "schedule_source_field": "cmdb_ci.schedule"}, "schedule_source"),
        ({"schedule_source": "sla_definition", "schedule": "2" * 32}, "schedule"),
        ({"duration": "1970-01-01 00:00:00"}, "duration"),
        ({"duration": ""}, "duration"),
        ({"duration_type": "3" * 32}, "duration_type"),
        ({"type": "Promise"}, "type"),
        ({"when_to_cancel": "sometimes"}, "when_to_cancel"),
        ({"start_condition": ""}, "start_condition"),
        ({"retroactive": "true", "set_start_to": "resolved_at"}, "set_start_to"),
        (
            {"retroactive": "true", "set_start_to": "opened_at", "start_condition": "state=1^NQstate=2^priority=1"},
            "retroactive",
        ),
        ({"retroactive": "true", "set_start_to": "opened_at", "reset_condition": "state=3"}, "reset_condition"),
        (
            {
                "retroactive": "true",
                "set_start_to": "opened_at",
                "start_condition": "priority=1",
                "when_to_cancel": "never",
            },
            "when_to_cancel",
        ),
        (
            {"retroactive": "true", "set_start_to": "opened_at", "start_condition": "priority=1", "stop_condition": ""},
            "retroactive",
        ),
    ],
    ids=str,
)
def test_a_column_that_decides_otherwise_is_refused_by_its_name(columns: dict[str, str], column: str) -> None:
    assert [named for named, _ in refused(imported(definition(**columns)))] == [column]


def test_a_column_that_may_not_be_read_is_no_empty_one() -> None:
    row = definition()
    del row["pause_condition"]
    [(column, why)] = refused(imported(row))
    assert (column, "may the account read it?" in why) == ("pause_condition", True)


def test_a_start_that_does_not_hold_any_more_cancels_unless_a_stop_ends_it_first() -> None:
    assert "cancel" not in clock()
    assert clock(start_condition="stateNOT IN6,7^category=network")["cancel"] == {
        "not": {"status": {"not": ["resolved", "closed"]}, "category": "network"}
    }
    assert clock(start_condition="state=1")["cancel"] == {"status": {"not": "new"}}


def test_a_cancellation_by_its_own_condition_and_none() -> None:
    assert clock(when_to_cancel="on_condition", cancel_condition="state=8")["cancel"] == {"status": "awaiting_vendor"}
    assert "cancel" not in clock(when_to_cancel="never", cancel_condition="state=8")


def test_a_reset_ends_a_clock_only_where_another_can_start() -> None:
    columns = {"reset_condition": "assignment_groupVALCHANGES", "reset_action": "complete"}
    assert clock(**columns)["reset"] == {"event": "change", "field": "team"}
    reset = clock(**columns, when_to_cancel="never")
    assert (reset["reset"], reset["on_reset"]) == (
        {"event": "change", "field": "team", "status": {"not": ["resolved", "closed"]}},
        "complete",
    )


def test_changes_from_and_to_a_value_are_events() -> None:
    assert clock(reset_condition="stateCHANGESTO2")["reset"] == {"event": "change", "field": "status", "to": "active"}
    assert clock(reset_condition="stateCHANGESFROM4")["reset"]["from"] == "awaiting_user"


def test_the_kind_of_a_definition_is_that_of_its_agreement() -> None:
    kinds = {"SLA": "sla", "OLA": "ola", "Underpinning contract": "uc"}
    for number, (native, ours) in enumerate(kinds.items()):
        found = imported(definition(type=native, name=f"Of kind {number}"))
        assert table(found, "agreements", f"of-kind-{number}", "kind") == ours


def test_days_of_a_duration_are_24_hours() -> None:
    found = imported(definition(duration="1970-01-03 01:30:15"))
    assert table(found, "agreements", "resolution", "objectives", "resolution", "targets") == "49h30m15s"


def test_a_definition_without_a_stop_is_told() -> None:
    found = imported(definition(stop_condition=""))
    assert "stop" not in table(found, *RULE)
    assert said(found, Kind.CHECK) == ["is empty, which never matches: it is never completed, there and here"]


def test_flows_and_other_tables_are_dropped_and_told() -> None:
    found = imported(definition(flow="Default SLA flow"), definition(name="Of changes", collection="change_request"))
    assert {(one.subject, one.column) for one in found.findings if one.kind is Kind.DROPPED} == {
        ("Resolution", "flow"),
        ("Of changes", "collection"),
    }
    assert found.complete


def test_a_usual_condition_class_is_known_by_its_name_where_the_column_refers_to_it() -> None:
    assert imported(definition(**{"condition_class": "5" * 32, "condition_class.name": "SLAConditionBase"})).complete


def test_a_definition_of_a_domain_says_that_it_is_for_its_tickets_alone() -> None:
    found = imported(definition(sys_domain="6" * 32))
    assert any("of its domain" in why for why in said(found, Kind.DIFFERS))
    assert imported(definition(sys_domain="global")).complete


def test_inactive_definitions_are_left_out() -> None:
    assert imported(definition(active="false")).sections == []


def test_a_field_that_is_not_mapped_keeps_its_name_and_is_told() -> None:
    found = imported(definition(start_condition="state=1^company=ACME"))
    assert table(found, *RULE)["start"] == {"status": "new", "company": "ACME"}
    assert found.unmapped == {"company": "company"}
    assert "# check: company" in found.text


def test_a_field_whose_name_means_another_one_here_is_not_taken_for_it() -> None:
    crossed = replace(connection(), fields={"status": "state", "category": "u_kind"})
    rows = {"contract_sla": [definition(start_condition="category=network")]}
    found = translate(rows, {}, Wanted(crossed, HORIZON))
    assert table(found, *RULE)["start"] == {"native_category": "network"}
    assert found.unmapped == {"native_category": "category"}


def test_a_field_of_another_record_that_is_mapped_counts_by_its_value_of_today() -> None:
    walking = replace(connection(), fields={"status": "state", "vip": "caller_id.vip"}, values={})
    rows = {"contract_sla": [definition(start_condition="state=1^caller_id.vip=true")]}
    found = translate(rows, {}, Wanted(walking, HORIZON))
    assert table(found, *RULE)["start"] == {"status": "1", "vip": "true"}
    assert any("its value of today counts for all times" in why for why in said(found, Kind.DIFFERS))


def test_an_id_becomes_the_name_of_its_record_and_a_code_its_label() -> None:
    group = "0123456789abcdef0123456789abcdef"
    rows = {"contract_sla": [definition(start_condition=f"assignment_group={group}^category=net")]}
    names = {("assignment_group", group): "Network", ("category", "net"): "Network & co"}
    found = translate(rows, names, Wanted(connection(), HORIZON))
    assert table(found, *RULE)["start"] == {"team": "Network", "category": "Network & co"}
    hidden = translate(rows, {("assignment_group", group): group}, Wanted(connection(), HORIZON))
    assert [column for column, _ in refused(hidden)] == ["start_condition"], "the account may not read the name"


def test_a_code_that_is_not_mapped_stands_as_it_is_and_is_told() -> None:
    found = imported(definition(start_condition="priority=5"))
    assert table(found, *RULE)["start"] == {"priority": "5"}
    assert said(found, Kind.CHECK) == ["is not among the values of priority; it stands as it is"]


def test_a_value_that_means_more_than_the_condition_is_refused() -> None:
    coarse = replace(connection(), values={"status": {"6": "done", "7": "done", "1": "new"}})
    both = translate({"contract_sla": [definition()]}, {}, Wanted(coarse, HORIZON))
    assert both.complete, "both codes of `done` stand in the condition"
    one = translate({"contract_sla": [definition(stop_condition="state=6")]}, {}, Wanted(coarse, HORIZON))
    assert refused(one) == [("stop_condition", "'done' is here both 7 and a value that the condition tells from it")]


def test_without_a_connection_native_names_and_codes_stand_with_a_check() -> None:
    found = imported(definition(), words=False)
    assert table(found, *RULE)["start"] == {"state": {"not": ["6", "7"]}}
    assert "scope" not in table(found, "agreements", "resolution")
    assert {one.column for one in found.findings if one.kind is Kind.CHECK} == {"state"}


PRIORITIES = {"P1": "priority=1", "P2": "priority=2", "Other": "priorityNOT IN1,2"}


def by_priority(**columns: str) -> list[dict[str, str]]:
    return [
        definition(
            **{
                "name": f"{name} resolution",
                "start_condition": f"stateNOT IN6,7^{query}",
                "duration": f"1970-01-01 0{number}:00:00",
                **columns,
            }
        )
        for number, (name, query) in enumerate(PRIORITIES.items(), start=1)
    ]


def test_definitions_for_different_tables_are_never_joined() -> None:
    rows = by_priority()
    rows[1]["collection"] = "problem"
    found = imported(*rows, words=False)
    assert len(found.paths("agreements")) == 3
    assert "# check: for records of problem" in found.text


def test_definitions_that_differ_in_one_value_and_the_duration_become_a_table_of_targets() -> None:
    found = imported(*by_priority())
    objective = table(found, "agreements", "resolution", "objectives", "resolution")
    assert objective["targets"] == {"priority": {"P1": "1h", "P2": "2h"}, "else": "3h"}
    assert table(found, *RULE)["reset"] == [
        {"event": "change", "field": "priority", "to": ["P1", "P2"]},
        {"event": "change", "field": "priority", "from": ["P1", "P2"]},
    ]
    assert found.native == {"resolution.resolution": ["P1 resolution", "P2 resolution", "Other resolution"]}


def test_without_one_for_all_others_any_change_of_the_field_starts_anew_or_cancels() -> None:
    found = imported(*by_priority()[:2])
    assert table(found, *RULE)["reset"] == {"event": "change", "field": "priority"}
    assert table(found, *RULE)["start"]["priority"] == ["P1", "P2"]
    assert table(found, *RULE)["cancel"] == {"not": table(found, *RULE)["start"]}


@pytest.mark.parametrize(
    "columns",
    [
        {"when_to_cancel": "never"},
        {"when_to_cancel": "on_condition"},
        {"reset_condition": "assignment_groupVALCHANGES"},
        {"stop_condition": "stateIN6,7^priority=1"},
    ],
    ids=str,
)
def test_definitions_that_a_table_would_not_count_alike_stay_apart(columns: dict[str, str]) -> None:
    found = imported(*by_priority(**columns))
    assert len(found.paths("agreements")) == 3
    proposal = "# check: with Other resolution, P2 resolution it could be one objective with targets by priority"
    assert (proposal in found.text) is ("stop_condition" not in columns)


def test_a_definition_of_two_values_stays_apart_as_a_change_between_them_resets_nothing() -> None:
    rows = by_priority()[:2]
    rows[1]["start_condition"] = "stateNOT IN6,7^priorityIN2,3"
    assert len(imported(*rows).paths("agreements")) == 2


def test_a_retroactive_start_is_the_beginning_of_the_ticket_and_the_rest_its_scope() -> None:
    found = imported(*by_priority(retroactive="true", set_start_to="opened_at"))
    assert table(found, "clocks", "resolution") == {
        "start": {"status": {"not": ["resolved", "closed"]}},
        "stop": {"status": ["resolved", "closed"]},
    }
    objective = table(found, "agreements", "resolution", "objectives", "resolution")
    assert objective["targets"] == {"priority": {"P1": "1h", "P2": "2h"}, "else": "3h"}
    alone = imported(definition(start_condition="priority=1", retroactive="true", set_start_to="opened_at"))
    assert table(alone, "agreements", "resolution", "scope") == {"source": "snow", "priority": "P1"}
    assert table(alone, "clocks", "resolution")["start"] == {"status": {"not": ["resolved", "closed"]}}


SCRIPT = """
// Next day at 4pm if before 10am
var days = 1;
if (calculator.isAfter(calculator.startDateTime, "10:00:00"))
  days++;
calculator.calcRelativeDueDate(calculator.startDateTime, days, "16:00:00");
"""


def test_an_agreement_is_never_called_like_a_kind() -> None:
    paths = imported(definition(name="SLA"), definition(name="SLA!")).paths("agreements")
    assert paths == ["sla-agreement", "sla-agreement-2"]


def relative(script: str, name: str = "Next day at 4pm") -> Any:  # noqa: ANN401 - an import
    durations = [{"sys_id": "4" * 32, "name": name, "script": script}]
    return imported(
        definition(duration_type="4" * 32, pause_condition="state=4"), timezone="UTC", cmn_relative_duration=durations
    )


def test_the_relative_durations_that_servicenow_ships_become_deadlines_without_pause() -> None:
    found = relative(SCRIPT)
    objective = table(found, "agreements", "resolution", "objectives", "resolution")
    assert objective["targets"] == [{"by": {"days": 1, "at": "16:00", "cutoff": "10:00"}}]
    assert "pause" not in table(found, *RULE)
    assert any("what arrives on a closed day" in why for why in said(found, Kind.DIFFERS))


@pytest.mark.parametrize(
    "script",
    [
        SCRIPT + "gs.log('done');",
        SCRIPT.replace("days++;", "days += 2;"),
        SCRIPT.replace("10:00:00", "10:00:30"),
        SCRIPT.replace("isAfter", "isBefore"),
        "calculator.calcDuration(3600);",
        "",
    ],
)
def test_any_other_script_is_refused(script: str) -> None:
    assert [column for column, _ in refused(relative(script))] == ["duration_type"]


def test_breach_on_due_date_is_a_deadline_in_that_field() -> None:
    found = relative("calculator.calcScheduleDuration('', current.due_date);", "Breach on Due Date")
    objective = table(found, "agreements", "resolution", "objectives", "resolution")
    assert objective["targets"] == [{"by": {"field": "due_date"}}]
    assert found.unmapped == {"due_date": "due_date"}


def test_a_name_that_steers_a_terminal_or_ends_a_string_is_written_harmlessly() -> None:
    name = 'Evil"\n[connections.x]\x1b[31m\u202e'
    found = imported(definition(name=name))
    assert table(found, "agreements")[found.paths("agreements")[0]]["name"] == name
    assert list(table(found)["connections"]) == ["snow"]
    assert not set("\x1b\u202e") & set(found.text)
