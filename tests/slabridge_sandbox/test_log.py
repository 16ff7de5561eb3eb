import gzip
import re
from pathlib import Path

import pytest

from sla_engine.instant import format_instant
from slabridge_sandbox.log import LogError, read_log
from slabridge_sandbox.story import Event
from tests.slabridge_sandbox.logs import COLUMNS, WORKED, history, write


def events(path: Path, *histories: list[dict[str, str]]) -> list[Event]:
    return list(read_log(write(path / "log.csv", *histories)))


def times(found: list[Event]) -> list[str]:
    return [format_instant(event.at) for event in found]


def test_the_first_row_is_the_record_as_it_was_opened_and_later_rows_are_what_changed(tmp_path: Path) -> None:
    opening, second, third, *_ = events(tmp_path, WORKED)
    assert opening.opens
    assert opening.by == "Opened by 8"
    assert format_instant(opening.at) == "2016-03-01T08:00:00Z"
    assert opening.changes["state"] == "New"
    assert opening.changes["caller"] == "Caller 1"
    assert "assigned_to" not in opening.changes
    assert second.changes == {"state": "Active", "assigned_to": "Resolver 3"}
    assert (second.opens, second.by, second.seq) == (False, "Updated by 21", 2)
    assert third.changes == {"assignment_group": "Group 24", "assigned_to": None}


def test_an_update_that_changes_nothing_is_still_an_update(tmp_path: Path) -> None:
    assert events(tmp_path, WORKED)[4].changes == {}


def test_what_the_log_knows_of_the_end_is_told_only_at_the_end(tmp_path: Path) -> None:
    codes = [event.changes.get("close_code", "unchanged") for event in events(tmp_path, WORKED)]
    assert codes == ["unchanged"] * 5 + ["code 5", None, "code 5", "unchanged"]


def test_updates_of_one_minute_keep_the_order_of_their_rows(tmp_path: Path) -> None:
    found = events(tmp_path, WORKED)
    assert found[2].at == found[3].at
    assert [event.seq for event in found] == list(range(1, 10))


def test_an_update_back_in_time_is_taken_at_the_time_of_the_one_before(tmp_path: Path) -> None:
    rows = history(
        "INC1",
        {"sys_updated_at": "2016-03-01 11:10:00", "incident_state": "Active"},
        {"sys_updated_at": "2016-03-01 09:52:00", "incident_state": "Resolved"},
    )
    assert times(events(tmp_path, rows))[1:] == ["2016-03-01T11:10:00Z"] * 2


def test_an_update_before_the_opening_is_taken_at_the_opening(tmp_path: Path) -> None:
    rows = history("INC1", {"sys_updated_at": "2016-03-01 07:00:00", "incident_state": "Active"})
    assert times(events(tmp_path, rows)) == ["2016-03-01T08:00:00Z"] * 2


def test_a_state_without_name_is_kept(tmp_path: Path) -> None:
    rows = history("INC1", {"sys_updated_at": "2016-03-01 09:00:00", "incident_state": "-100"})
    assert events(tmp_path, rows)[1].changes == {"state": "-100"}


def test_the_log_as_it_is_published_reads_the_same(tmp_path: Path) -> None:
    iso = events(tmp_path, WORKED)
    published = []
    for row in WORKED:
        days_first = {
            name: re.sub(r"(\d+)-0?(\d+)-0?(\d+) (\d+:\d+):00", r"\3/\2/\1 \4", value) for name, value in row.items()
        }
        published.append(dict.fromkeys(COLUMNS, "?") | {name: value or "?" for name, value in days_first.items()})
    assert events(tmp_path, published) == iso


def test_a_compressed_log_reads_the_same(tmp_path: Path) -> None:
    plain = write(tmp_path / "log.csv", WORKED)
    packed = tmp_path / "log.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert list(read_log(packed)) == list(read_log(plain))


def test_a_log_without_a_required_column_is_refused_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("number,incident_state,priority,opened_at,sys_updated_by\n")
    with pytest.raises(LogError, match=r"log\.csv, line 1: no column assignment_group, sys_updated_at; the log needs"):
        list(read_log(path))


def test_a_time_that_is_none_is_refused_with_its_line(tmp_path: Path) -> None:
    rows = history("INC1", {"sys_updated_at": "yesterday"})
    with pytest.raises(LogError, match=r"line 3: sys_updated_at 'yesterday' is no time; write 2016-02-29 01:16:00"):
        events(tmp_path, rows)


def test_a_row_with_too_few_cells_is_refused_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path / "log.csv", WORKED)
    path.write_text(path.read_text() + "INC0000002,New\n")
    with pytest.raises(LogError, match="line 11: 2 cells, but the heading has 37 columns"):
        list(read_log(path))


def test_rows_of_one_incident_that_stand_apart_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="line 4: the rows of one incident must stand together"):
        events(tmp_path, history("INC1"), history("INC2"), history("INC1"))


def test_an_unknown_state_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    rows = history("INC1", {"sys_updated_at": "2016-03-01 09:00:00", "incident_state": "Snoozed"})
    with pytest.raises(LogError, match="line 3: incident_state 'Snoozed' is unknown; write one of New, Active, "):
        events(tmp_path, rows)


def test_a_priority_without_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="line 2: priority 'High' does not begin with its number"):
        events(tmp_path, history("INC1", priority="High"))


def test_a_file_cut_short_is_refused_and_not_read_as_complete(tmp_path: Path) -> None:
    packed = tmp_path / "log.csv.gz"
    packed.write_bytes(gzip.compress(write(tmp_path / "log.csv", WORKED).read_bytes())[:-20])
    with pytest.raises(LogError, match=r"log\.csv\.gz, line \d+: "):
        list(read_log(packed))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LogError, match="line 0: 'utf-8' codec can't decode"):
        list(read_log(path))
