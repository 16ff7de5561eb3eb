from pathlib import Path

import pytest

from sla_engine.instant import DAY, HOUR, MINUTE
from slabridge.config import ConfigError, load_config, read_definitions, warnings_of
from tests.slabridge.config.small import CONNECTIONS, DEFINITIONS, config, config_problems


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "bridge.toml"


def test_a_missing_file_is_named(file: Path) -> None:
    with pytest.raises(ConfigError, match=r"bridge\.toml: there is no such file; name one with --config"):
        load_config(file)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        read_definitions(tmp_path)


def test_a_slip_in_the_syntax_has_line_and_column(file: Path) -> None:
    file.write_text('timezone = "UTC"\nstate = \n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"bridge\.toml: is no valid TOML: .*line 2, column 9") as caught:
        load_config(file)
    assert len(caught.value.problems) == 1


def test_a_file_in_another_encoding_is_refused(file: Path) -> None:
    file.write_bytes('name = "Malmö"'.encode("latin-1"))
    with pytest.raises(ConfigError, match="is no UTF-8 text"):
        load_config(file)


def test_a_file_nested_without_end_is_refused(file: Path) -> None:
    file.write_text("a = " + "[" * 10_000, encoding="utf-8")
    with pytest.raises(ConfigError, match="is nested too deeply"):
        load_config(file)


def test_a_number_of_more_than_64_bits_is_refused_by_its_key(file: Path) -> None:
    file.write_text("[[a.b]]\nscope = { category = [1, 100000000000000000000] }", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"a\.b\.scope\.category: is a number of more than 64 bits"):
        load_config(file)


def test_a_whole_file_is_read(file: Path) -> None:
    text = 'state = "state/of.db"\n[job]\npost_within = "8h"\nsettle = "2m"\n' + DEFINITIONS + CONNECTIONS
    file.write_text(text, encoding="utf-8")
    found = load_config(file)
    assert found.state == str(file.parent / "state" / "of.db")
    assert (found.post_within, found.settle) == (8 * HOUR, 2 * MINUTE)
    assert [connection.name for connection in found.connections] == ["snow", "help"]
    assert found.definitions == read_definitions(file)


def test_state_and_job_have_defaults() -> None:
    found = config("")
    assert Path(found.state).name == "slabridge.db"
    assert Path(found.state).is_absolute()
    assert (found.post_within, found.settle) == (DAY, MINUTE)


def test_a_database_is_named_by_its_address() -> None:
    assert config('state = "postgresql+psycopg://bridge@db/sla"').state == "postgresql+psycopg://bridge@db/sla"


def test_connections_are_not_needed() -> None:
    assert config('connections = "(gone)"').connections == ()


REFUSED = {
    "state with a password": ('state = "postgresql://bridge:hunter2@db/sla"', "state", "set PGPASSWORD"),
    "unknown database": ('state = "mysql://bridge@db/sla"', "state", "write postgresql://user@host/database"),
    "empty state": ('state = ""', "state", "must not be empty"),
    "state as a number": ("state = 1", "state", "must be text in quotes"),
    "unknown key of job": ('job.settel = "60s"', "job.settel", 'the nearest is "settle"'),
    "settle in working days": ('job.settle = "1wd"', "job.settle", "write hours"),
    "post_within in days": ('job.post_within = "1d"', "job.post_within", "or hours (24h)"),
    "job no table": ("job = 1", "job", "must be a table"),
    "connections no table": ("connections = 1", "connections", "must be tables, as in [connections.name]"),
}


@pytest.mark.parametrize(("change", "path", "words"), REFUSED.values(), ids=REFUSED)
def test_what_means_nothing_is_refused_with_its_place_and_remedy(change: str, path: str, words: str) -> None:
    (problem,) = config_problems(change)
    assert problem.path == path
    assert words in problem.message
    assert "hunter2" not in str(problem)


def test_problems_of_definitions_connections_and_job_are_shown_at_once() -> None:
    problems = config_problems("""
        job.settle = "1d"
        calendars.office.day = "1d"
        connections.snow.type = "servicenwo"
        connections.help.fields.not = "x"
    """)
    assert [problem.path for problem in problems] == [
        "calendars.office.day",
        "connections.snow.type",
        "connections.help.fields.not",
        "job.settle",
    ]


def test_a_key_by_its_earlier_name_is_read_with_a_warning() -> None:
    found = config('job.tell_within = "8h"')
    assert found.post_within == 8 * HOUR
    (warning,) = found.renamed
    assert (warning.path, warning.message) == ("job.tell_within", "is called post_within now; rename it")
    assert warning in warnings_of(found)


def test_a_key_by_both_its_names_is_refused_and_its_problems_stand_at_the_name_that_is_there() -> None:
    (both,) = config_problems('job.tell_within = "8h"\njob.post_within = "9h"')
    assert (both.path, both.message) == (
        "job.tell_within",
        "is the earlier name of post_within, which is there too; drop it",
    )
    (wrong,) = config_problems('job.tell_within = "8d"')
    assert (wrong.path, wrong.value) == ("job.tell_within", '"8d"')
