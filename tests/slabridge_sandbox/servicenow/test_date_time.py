from tests.slabridge_sandbox.servicenow.instance import Instance


def test_durations_are_stored_from_1970_and_displayed_in_words(instance: Instance) -> None:
    assert instance.patch("INC0000001", business_duration="1 08:30:05")["business_duration"] == "1970-01-02 08:30:05"
    shown = instance.incident("INC0000001", display_value="true", fields="business_duration,calendar_duration")
    assert shown == {"business_duration": "1 Day 8 Hours 30 Minutes 5 Seconds", "calendar_duration": ""}
    assert instance.patch("INC0000001", business_duration="long")["business_duration"] == "1970-01-02 08:30:05"


def test_times_are_displayed_and_generated_in_the_zone_of_the_user_who_asks(instance: Instance) -> None:
    (user,) = instance.rows("sys_user", "user_name=slabridge")
    instance.ask("PATCH", f"table/sys_user/{user['sys_id']}", {"time_zone": "Europe/Stockholm"})
    assert instance.incident("INC0000001", display_value="true")["opened_at"] == "2016-03-01 09:00:00"
    query = "opened_at<=javascript:gs.dateGenerate('2016-03-01','09:00:00')"
    assert instance.numbers(query) == ["INC0000001"]
    assert instance.numbers(query.replace("09:00:00", "08:59:59")) == []
