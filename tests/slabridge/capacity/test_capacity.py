"""What teams carry, over a state of made tickets of which everything can be counted by hand."""

import json
from io import StringIO
from pathlib import Path
from typing import Literal

import pytest
from rich.console import Console

from connectors.interface import NativeTicket
from sla_engine.instant import HOUR, parse_instant
from slabridge.app.capacity import Capacity, capacity
from slabridge.capacity.decided import Kept
from slabridge.show.capacity import print_capacity
from slabridge.text.language import Language
from tests.slabridge.capacity.made import FILE, at, config_in, fill, made
from tests.slabridge.cli.conftest import Call, call

__all__ = ["call"]

WEEKS = 4
DAYS = [7 * week + day for week in range(WEEKS) for day in range(5)]
UNTIL = at(7 * WEEKS)


def daily(key: str, day: int, team: str = "Desk") -> NativeTicket:
    """Return a ticket that comes at nine and is resolved at ten."""
    fields = {"status": "new", "priority": "P2", "team": team}
    return made(key, at(day, 9), fields, (at(day, 10), {"status": "resolved"}))


def found(folder: Path, natives: list[NativeTicket], growth: int = 20, text: str = FILE) -> Capacity:
    config = config_in(folder, text)
    fill(config, natives, UNTIL)
    result = capacity(config, None, growth)
    assert result is not None
    return result


def test_a_team_that_does_one_a_day_and_is_given_two_falls_behind_by_one_a_day(tmp_path: Path) -> None:
    result = found(tmp_path, [daily(f"T{day}", day) for day in DAYS], growth=100)
    assert result.first == at(0)  # of 13 weeks the state has four
    days = len(DAYS)
    resolution, handling = result.grown
    assert (resolution.truth, resolution.replayed[0]) == (Kept(days, 0), Kept(days, 0))
    assert (handling.truth, handling.replayed[0]) == (Kept(days, 0), Kept(days, 0))
    # One slot a day, by ten, goes to whoever came first: the first ticket alone is in time.
    assert handling.replayed[100] == Kept(2 * days, 2 * days - 1)
    assert handling.fall(100) == 97.5
    [desk] = result.loads
    assert (desk.team, desk.calendar, desk.slots) == ("Desk", "office", days)
    assert (desk.came, desk.left, desk.days, desk.open) == (days, days, days, 0)
    assert desk.waited[0] == 0 < desk.waited[1]


def test_what_nobody_limits_comes_out_as_it_was_however_much_more_comes(tmp_path: Path) -> None:
    few = [daily(f"T{day}", day) for day in DAYS[::2]]  # less than one on a working day: too few to say
    result = found(tmp_path, few, growth=100)
    assert result.loads[0].slots is None
    for one in result.grown:
        assert (one.truth, one.replayed[100]) == (Kept(len(few), 0), Kept(2 * len(few), 0))
    assert result.breaks_first is None


def test_a_delay_moves_the_rest_of_the_history(tmp_path: Path) -> None:
    """Every ticket goes from the desk to the network; what waits at the desk comes there later."""
    natives = []
    for day in DAYS:
        fields = {"status": "new", "priority": "P2", "team": "Desk"}
        steps = ((at(day, 10), {"team": "Network"}), (at(day, 10.5), {"status": "active"}))
        natives.append(made(f"T{day}", at(day, 9), fields, *steps, (at(day, 11), {"status": "resolved"})))
    result = found(tmp_path, natives, growth=100)
    handling = result.grown[1]
    days = len(DAYS)
    assert handling.truth == handling.replayed[0] == Kept(2 * days, 0)
    # At the desk all but the first are late. The network has never anything to wait for: it is given one a day.
    assert handling.replayed[100] == Kept(3 * days, 2 * days - 1)
    desk, network = (next(load for load in result.loads if load.team == team) for team in ("Desk", "Network"))
    assert network.waited == (0, 0)
    assert desk.waited[1] > 24 * HOUR


def test_urgent_tickets_are_served_first(tmp_path: Path) -> None:
    natives = []
    for day in DAYS:
        for key, priority in (("low", "P3"), ("high", "P1")):
            fields = {"status": "new", "priority": priority, "team": "Desk"}
            natives.append(made(f"{key}{day}", at(day, 9), fields, (at(day, 10), {"status": "resolved"})))
    text = FILE.replace(
        'targets = "2h"', 'targets = [{ when = { priority = "P1" }, within = "2h" }, { within = "900h" }]'
    )
    handling = found(tmp_path, natives, growth=100, text=text).grown[1]
    assert handling.replayed[100].breached == 0  # two of four a day are urgent, and two a day are done
    assert handling.replayed[100].cycles < 4 * len(DAYS)  # others are not done at the end


def test_a_weekend_and_holidays_have_slots_of_their_own(tmp_path: Path) -> None:
    closed = FILE.replace(
        'hours = { mon-fri = ["08:00-17:00"] }', 'hours = { mon-fri = ["08:00-17:00"] }\nclosed = ["2026-01-13"]'
    )
    natives = [daily(f"T{day}", day) for day in DAYS if day != 8]  # nothing on Tuesday the 13th
    result = found(tmp_path, natives, growth=100, text=closed)
    assert result.loads[0].slots == len(DAYS) - 1
    assert result.loads[0].days == len(DAYS) - 1


def test_what_waits_for_the_customer_is_in_nobodys_hands(tmp_path: Path) -> None:
    natives = [daily(f"T{day}", day) for day in DAYS]
    fields = {"status": "new", "priority": "P2", "team": "Desk"}
    natives.append(made("open", at(24, 9), fields))
    natives.append(made("waits", at(24, 9), fields, (at(24, 10), {"status": "waiting"})))
    natives.append(
        made("again", at(24, 9), fields, (at(24, 10), {"status": "waiting"}), (at(25, 9), {"status": "active"}))
    )
    [desk] = found(tmp_path, natives).loads
    assert (desk.open, desk.waiting) == (2, 1)
    assert desk.came == len(DAYS) + 4  # who comes back comes again
    assert desk.left == len(DAYS) + 2
    assert desk.grows == pytest.approx(2 / len(DAYS))
    assert desk.days_to_empty is None
    assert desk.work is not None


def test_arrivals_are_told_in_all_and_by_the_first_team_that_had_them(tmp_path: Path) -> None:
    natives = [daily(f"T{day}", day) for day in DAYS]
    fields = {"status": "new", "priority": "P2", "team": None}
    natives.append(made("unset", at(2, 14), fields, (at(2, 15), {"team": "Network"}), (at(2, 16), {"team": "Desk"})))
    natives.append(made("dated", at(3), fields))
    natives.append(daily("old", -140))
    result = found(tmp_path, natives)
    every, desk, network = result.arrivals
    assert [one.team for one in result.arrivals] == ["", "Desk", "Network"]
    assert (every.count, desk.count, network.count) == (len(DAYS) + 1, len(DAYS), 1)
    assert result.dated == 1
    assert every.cells[9] == (1.0, 1, 1, WEEKS)  # Mondays at nine
    assert network.cells[2 * 24 + 14] == (1 / WEEKS, 0, 1, WEEKS)


def test_the_same_state_always_says_the_same(tmp_path: Path) -> None:
    config = config_in(tmp_path)
    fill(config, [daily(f"T{day}", day) for day in DAYS], UNTIL)
    assert capacity(config, None, 35) == capacity(config, None, 35)


def test_of_a_time_of_which_nothing_is_known_nothing_is_said(tmp_path: Path) -> None:
    config = config_in(tmp_path)
    assert capacity(config, None, 20) is None
    fill(config, [daily("T0", 0)], UNTIL)
    assert capacity(config, UNTIL, 20) is None
    assert capacity(config, at(21), 20) is None


def test_of_tickets_that_no_agreement_is_about_it_is_told_when_they_come_and_nothing_else(tmp_path: Path) -> None:
    text = FILE.replace('kind = "sla"', 'kind = "sla"\nscope = { priority = "P9" }')
    text = text.replace('kind = "ola"', 'kind = "ola"\nscope = { priority = "P9" }')
    result = found(tmp_path, [daily(f"T{day}", day) for day in DAYS], text=text)
    assert result.arrivals[0].count == len(DAYS)
    assert result.loads == ()
    assert [one.truth for one in result.grown] == [Kept(), Kept()]
    assert result.breaks_first is None


def test_the_command_prints_tables_and_json_in_both_languages(tmp_path: Path, call: Call) -> None:
    config = config_in(tmp_path)
    hostile = "Net\x1b[31mwork"
    fill(config, [*(daily(f"T{day}", day) for day in DAYS), *(daily(f"H{day}", day, hostile) for day in DAYS)], UNTIL)
    file = tmp_path / "config.toml"
    code, out, _ = call("capacity", "--config", file, "--growth", "100", "--json")
    assert code == 0
    document = json.loads(out)
    assert parse_instant(document["from"]) == at(0)
    assert document["growth_percent"] == 100
    assert document["breaks_first"] == "standard.resolution"
    assert {one["team"] for one in document["teams"]} == {"Desk", hostile}
    assert document["objectives"][0]["promised_percent"] == 90.0
    code, out, _ = call("capacity", "--config", file, "--growth", "100")
    assert code == 0
    assert "\x1b[31m" not in out
    assert "standard.resolution breaks first" in out
    code, out, _ = call("capacity", "--config", file, "--language", "sv", "--team", "Desk")
    assert code == 0
    assert "vad teamen har" in out
    assert "work" not in out.replace("Network", "")
    code, _, err = call("capacity", "--config", file, "--team", "Dsek")
    assert (code, "Desk" in err) == (2, True)
    code, _, err = call("capacity", "--config", file, "--since", "2026-02-02")
    assert (code, err) == (
        2,
        "--since is after the last complete run, at 2026-02-01T23:00:00Z; name an earlier date\n",
    )


def test_before_any_run_nothing_is_known(tmp_path: Path, call: Call) -> None:
    config_in(tmp_path)
    code, _, err = call("capacity", "--config", tmp_path / "config.toml")
    assert (code, "no ticket of that time is known" in err) == (2, True)


@pytest.mark.parametrize("code", ["en", "sv"])
def test_no_name_is_cut_on_a_narrow_terminal(tmp_path: Path, code: Literal["en", "sv"]) -> None:
    team = "Network Operations Centre"
    carried = found(tmp_path, [daily(f"T{day}", day, team) for day in DAYS])
    console = Console(width=80, file=StringIO(), record=True)
    print_capacity(console, carried, Language(code))
    text = console.export_text()
    assert "…" not in text
    first = "".join(line[1:].partition("│")[0].strip() for line in text.splitlines() if line.startswith("│"))
    for name in ("standard.resolution", "teams.handling", team.replace(" ", "")):
        assert name in first.replace(" ", "")


def test_what_is_in_nobodys_hands_is_shown_by_the_name_of_its_row(tmp_path: Path, call: Call) -> None:
    config = config_in(tmp_path)
    unset = [made(f"N{day}", at(day, 9), {"status": "new", "priority": "P2", "team": None}) for day in DAYS]
    fill(config, [*unset, *(daily(f"{team}{day}", day, team) for day in DAYS for team in ("Zoo", "Ark"))], UNTIL)
    file = tmp_path / "config.toml"
    for language, name in (("en", "nobody"), ("sv", "ingen")):
        code, out, err = call("capacity", "--config", file, "--team", name, "--language", language)
        assert (code, err) == (0, "")
        assert name in out
        assert "Ark" not in out
        assert "09" not in out  # hours of the week are those of all tickets that came
    code, _, err = call("capacity", "--config", file, "--team", "xyz")
    assert code == 2
    assert "known: Ark, Zoo, nobody" in " ".join(err.replace("│", "").split())
