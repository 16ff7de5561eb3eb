import pytest
import requests

from tests.patience import PATIENCE
from tests.slabridge.compare.conftest import Open

ACTIVE = {"incident_state": "Active"}
WAITING = {"incident_state": "Awaiting User Info"}
RESOLVED = {"incident_state": "Resolved"}
OTHER_TEAM = {"assignment_group": "Group 2"}
URGENT = {"priority": "1 - Critical"}


def test_a_clock_that_ended_agrees_to_the_second(shop: Open) -> None:
    snow = shop("snow", ("08:05", ACTIVE), ("09:00", WAITING), ("10:00", ACTIVE), ("03-03 11:00", RESOLVED))
    snow.at("03-03 12:00")
    row = snow.clock("P3 resolution")
    assert (row["finding"], row["differences"], row["reasons"]) == ("agree", [], [])
    assert row["theirs"]["elapsed_seconds"] == row["ours"]["elapsed_seconds"] == 24.5 * 3600
    assert snow.compared()[1]["agree"] == 2


def test_figures_of_a_running_clock_are_as_old_as_their_last_recalculation(shop: Open) -> None:
    snow = shop("snow", ("08:05", ACTIVE))
    snow.at("12:10")
    row = snow.clock("P3 resolution")
    assert (row["finding"], row["reasons"], row["differences"]) == ("explained", ["stale"], ["elapsed"])
    assert row["theirs"]["calculated_at"] == "2016-03-01T08:00:00Z"
    assert row["elapsed_apart_seconds"] == -(4 * 3600 + 600)


def test_the_stored_breach_time_stands_still_in_a_pause(shop: Open) -> None:
    snow = shop(
        "snow", ("08:05", ACTIVE), ("09:00", WAITING), ("09:30", ACTIVE), ("11:00", WAITING), ("11:30", OTHER_TEAM)
    )
    snow.at("12:10")
    row = snow.clock("P3 resolution")
    assert (row["reasons"], row["differences"]) == (["paused"], ["due_at"])
    assert row["ours"]["due_at"] is None


def test_a_pause_that_ends_with_the_ticket_never_moves_the_breach_time(shop: Open) -> None:
    snow = shop("snow", ("08:05", ACTIVE), ("09:00", WAITING), ("10:00", RESOLVED))
    snow.at("12:10")
    assert snow.reasons("P3 resolution") == ["paused"]


def test_a_change_of_priority_cancels_a_clock_and_attaches_another(shop: Open) -> None:
    snow = shop("snow", ("08:05", ACTIVE), ("10:00", URGENT))
    snow.at("12:00")
    assert snow.reasons("P3 resolution") == ["reattached"]
    row = snow.clock("P1 resolution")
    assert row["reasons"] == ["reattached"]
    assert row["elapsed_apart_seconds"] == -2 * 3600
    snow.at("12:10")
    assert snow.reasons("P1 resolution") == ["stale", "reattached"]


def test_a_retroactive_start_counts_what_came_before_pauses_too(shop: Open) -> None:
    snow = shop("snow", ("08:05", ACTIVE), ("09:00", WAITING), ("09:30", ACTIVE), ("10:00", URGENT))
    snow.define("P1 resolution", retroactive="true", set_start_to="opened_at")
    snow.at("11:00")
    row = snow.clock("P1 resolution")
    assert row["reasons"] == ["retroactive"]
    assert row["elapsed_apart_seconds"] == 1800


def test_a_pause_that_only_we_know_is_not_explained_away(shop: Open) -> None:
    snow = shop("snow", ("08:05", ACTIVE), ("09:00", WAITING), ("09:30", ACTIVE), ("11:00", RESOLVED))
    snow.define("P3 resolution", pause_condition="")
    snow.at("12:00")
    assert snow.clock("P3 resolution")["finding"] == "unexplained"


def test_at_exactly_its_breach_time_a_clock_is_breached_there_and_not_here(shop: Open) -> None:
    snow = shop("snow", ("08:05", ACTIVE), priority="1 - Critical")
    snow.at("12:00")
    row = snow.clock("P1 resolution")
    assert (row["reasons"], row["differences"]) == (["rounding"], ["breached"])
    assert row["theirs"]["breached"]


def test_another_schedule_is_recognised_where_we_have_its_hours(shop: Open) -> None:
    snow = shop("snow", ("08:05", ACTIVE), ("09:00", WAITING), ("10:00", ACTIVE), ("03-02 11:00", RESOLVED))
    snow.define("P3 resolution", schedule_source="no_schedule")
    snow.at("03-02 12:00")
    row = snow.clock("P3 resolution")
    assert row["reasons"] == ["schedule"]
    assert row["theirs"]["elapsed_seconds"] == 26 * 3600


def test_another_schedule_is_recognised_without_its_hours_where_nothing_else_can_differ(shop: Open) -> None:
    snow = shop("snow", ("08:05", ACTIVE), ("03-03 11:00", RESOLVED))
    snow.define("P3 resolution", schedule=snow.schedule("Office hours"))
    snow.at("03-03 12:00")
    row = snow.clock("P3 resolution")
    assert (row["reasons"], row["theirs"]["calendar"]) == (["schedule"], "Office hours")


@pytest.mark.parametrize("paused", ["on both sides", "there", "here"])
def test_an_unknown_schedule_explains_nothing_where_there_were_pauses(shop: Open, paused: str) -> None:
    snow = shop("snow", ("08:05", ACTIVE), ("09:00", WAITING), ("10:00", ACTIVE), ("03-03 11:00", RESOLVED))
    if paused == "there":
        snow.job.replace('pause = { status = ["awaiting_user", "awaiting_evidence"] }\n', "")
    elif paused == "here":
        snow.define("P3 resolution", pause_condition="")
    snow.define("P3 resolution", schedule=snow.schedule("Office hours"))
    snow.at("03-03 12:00")
    assert snow.clock("P3 resolution")["finding"] == "unexplained"


def test_a_reopened_ticket_gets_a_new_clock_where_ours_goes_on(shop: Open) -> None:
    snow = shop("snow", ("08:05", ACTIVE), ("09:00", RESOLVED), ("10:00", ACTIVE))
    snow.job.replace('on_reopen = "new_cycle"', 'on_reopen = "resume"')
    snow.at("12:10")
    assert snow.reasons("P3 resolution", 0) == ["new_cycle"]
    assert snow.reasons("P3 resolution", 1) == ["stale", "new_cycle"]


def test_a_new_clock_explains_nothing_where_none_ended_before_it(shop: Open) -> None:
    snow = shop("snow", ("08:05", ACTIVE), ("09:00", RESOLVED), ("10:00", ACTIVE))
    snow.job.replace('on_reopen = "new_cycle"', 'on_reopen = "resume"')
    snow.at("12:10")
    snow.drop("sla.name=P3 resolution^stage=completed")
    assert snow.clock("P3 resolution")["finding"] == "unexplained"


def test_a_clock_cancelled_for_no_other_is_not_explained_away(shop: Open) -> None:
    snow = shop("snow", ("08:05", ACTIVE), ("10:00", URGENT))
    snow.define("P1 resolution", active="false")
    snow.at("12:00")
    found = snow.clock("P3 resolution")
    assert (found["theirs"]["stage"], found["finding"]) == ("cancelled", "unexplained")


def test_a_cycle_that_we_judged_by_an_older_definition_says_so(shop: Open) -> None:
    snow = shop("snow", ("08:05", ACTIVE), ("09:00", RESOLVED))
    snow.job.replace('within = "3wd"', 'within = "2wd"')
    snow.at("10:00")
    snow.job.replace('within = "2wd"', 'within = "3wd"')
    snow.at("11:00")
    assert snow.reasons("P3 resolution") == ["kept"]


def test_a_clock_that_only_we_stopped_is_not_explained_away(shop: Open) -> None:
    snow = shop("snow")
    snow.at("11:22")
    endpoint = snow.sandbox.servicenow
    url = f"{endpoint.url}/api/now/table/incident"
    ours = (endpoint.user, endpoint.secret)
    (row,) = requests.get(f"{url}?number={snow.key}", auth=ours, timeout=PATIENCE).json()["result"]
    agent, body = (row["sys_created_by"], endpoint.secret), {"comments": "We look into it."}
    assert requests.patch(f"{url}/{row['sys_id']}", json=body, auth=agent, timeout=PATIENCE).ok
    snow.at("11:25")
    found = snow.clock("P3 response")
    assert found["theirs"]["calculated_at"] == "2016-03-01T11:20:00Z", "when both still ran"
    assert (found["finding"], found["reasons"]) == ("unexplained", [])
    assert {"stage", "stopped_at"} <= set(found["differences"])
    assert snow.compared()[1]["unexplained"] == 1


def test_a_difference_in_targets_is_not_explained_away(shop: Open) -> None:
    snow = shop("snow", ("08:05", ACTIVE), ("09:00", RESOLVED))
    snow.define("P3 resolution", duration="1970-01-02 00:00:00")
    snow.at("12:00")
    found = snow.clock("P3 resolution")
    assert (found["finding"], found["differences"]) == ("unexplained", ["due_at", "target"])


def test_a_repair_gives_rows_new_ids_and_the_comparison_stays(shop: Open) -> None:
    snow = shop("snow", ("08:05", ACTIVE), ("10:00", URGENT))
    snow.at("12:00")
    before = snow.compared()
    answer = requests.post(f"{snow.sandbox.servicenow.url}/sandbox/repair-slas", timeout=PATIENCE)
    assert answer.json()["rows"] == 3
    assert snow.compared() == before


def test_without_names_clocks_that_could_mean_two_objectives_are_not_paired(shop: Open) -> None:
    snow = shop("snow", ("08:05", ACTIVE))
    snow.job.text = snow.job.text.partition("[connections.snow.native]")[0]
    snow.at("12:10")
    row = snow.clock("P3 resolution")
    assert row["finding"] == "only_there"
    assert row["note"] == "it may stand for standard.response or standard.resolution: say which under `native`"


def test_without_names_a_clock_that_can_mean_one_objective_only_is_paired(shop: Open) -> None:
    snow = shop("snow", ("08:05", ACTIVE), ("09:00", RESOLVED))
    snow.job.text = snow.job.text.partition("[connections.snow.native]")[0]
    snow.job.text += '[connections.snow.native]\n"standard.response" = ["P3 response"]\n'
    snow.at("12:10")
    row = snow.clock("P3 resolution")
    assert (row["objective"], row["finding"]) == ("standard.resolution", "agree")
