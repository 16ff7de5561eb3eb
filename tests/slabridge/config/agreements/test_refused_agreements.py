import pytest

from tests.slabridge.config.small import definition_problems

RESOLUTION = "agreements.standard.objectives.resolution"

REFUSED = {
    "unknown key": ("agreements.standard.scoep = 1", "agreements.standard.scoep", 'the nearest is "scope"'),
    "no kind": ('agreements.standard.kind = "(gone)"', "agreements.standard.kind", 'is missing; write kind = "sla"'),
    "unknown kind": ('agreements.standard.kind = "slo"', "agreements.standard.kind", 'the nearest is "sla"'),
    "name of a kind": (
        '[agreements.ola]\nkind = "ola"\ncalendar = "office"\nobjectives.x = { clock = "resolution", targets = "1h" }',
        "agreements.ola",
        'no agreement can be called "ola"',
    ),
    "id of a kind": ('agreements.standard.id = "uc"', "agreements.standard.id", "give it an id of its own"),
    "id with a dot": ('agreements.standard.id = "a.b"', "agreements.standard.id", "letters"),
    "date no date": ('agreements.standard.valid_from = "May"', "agreements.standard.valid_from", "write 2026-06-05"),
    "date with a time": (
        "agreements.standard.valid_from = 2026-01-01T00:00:00",
        "agreements.standard.valid_from",
        "is no local date",
    ),
    "validity backwards": (
        "agreements.standard.valid_from = 2026-01-01\nagreements.standard.valid_to = 2026-01-01",
        "agreements.standard.valid_to",
        "must be after valid_from, 2026-01-01",
    ),
    "supports what is not there": (
        'agreements.standard.supports = ["standard.resolutoin"]',
        "agreements.standard.supports[0]",
        'the nearest is "standard.resolution"',
    ),
    "unknown calendar": ('agreements.standard.calendar = "ofice"', "agreements.standard.calendar", '"office"'),
    "no calendar": ('agreements.standard.calendar = "(gone)"', f"{RESOLUTION}.calendar", "is missing; name one on"),
    "choice without else": (
        'agreements.standard.calendar = { field = "country", values = { US = "days" } }',
        "agreements.standard.calendar.else",
        'is missing; write else = "office"',
    ),
    "choice of an unknown calendar": (
        'agreements.standard.calendar = { field = "country", values = { US = "dyas" }, else = "office" }',
        "agreements.standard.calendar.values.US",
        'the nearest is "days"',
    ),
    "choice by an unset field": (
        'agreements.standard.calendar = { field = "country", values = { "" = "days" }, else = "office" }',
        "agreements.standard.calendar.values",
        'stands under "else"',
    ),
    "choice by no field": (
        'agreements.standard.calendar = { field = "not", values = { US = "days" }, else = "office" }',
        "agreements.standard.calendar.field",
        'no field can be called "not"',
    ),
    "no objectives": ("agreements.standard.objectives = 1", "agreements.standard.objectives", "must be a table"),
    "objective with a dot": (
        f'{RESOLUTION} = "(gone)"\nagreements.standard.objectives."a.b" = {{ clock = "resolution", targets = "1h" }}',
        'agreements.standard.objectives."a.b"',
        "letters",
    ),
    "unknown clock": (f'{RESOLUTION}.clock = "resolutoin"', f"{RESOLUTION}.clock", 'the nearest is "resolution"'),
    "no start": (f'{RESOLUTION}.clock = "(gone)"', f"{RESOLUTION}.start", "needs start or while"),
    "while beside the clock's start": (
        f'{RESOLUTION}.while = {{ team = "a" }}',
        f"{RESOLUTION}.while",
        "drop it, or start and stop",
    ),
    "while beside start in a clock": (
        'clocks.other = { while = { team = "a" }, start = { team = "b" } }',
        "clocks.other.while",
        "drop it, or start",
    ),
    "unknown policy": (f'{RESOLUTION}.on_reopen = "newcycle"', f"{RESOLUTION}.on_reopen", 'the nearest is "new_cycle"'),
    "unknown retarget": (
        f'{RESOLUTION}.on_retarget = "stay"',
        f"{RESOLUTION}.on_retarget",
        "known: keep, carry, restart, freeze",
    ),
    "unknown reset": ('clocks.resolution.on_reset = "completed"', "clocks.resolution.on_reset", 'is "complete"'),
    "share of 0": (f'{RESOLUTION}.at_risk = ["0%"]', f"{RESOLUTION}.at_risk[0]", "from 1 to 100"),
    "share of 101": (f'{RESOLUTION}.at_risk = ["101%"]', f"{RESOLUTION}.at_risk[0]", "from 1 to 100"),
    "share with a fraction": (f'{RESOLUTION}.at_risk = ["7.5%"]', f"{RESOLUTION}.at_risk[0]", "whole percent"),
    "share as a number": (f"{RESOLUTION}.at_risk = [75]", f"{RESOLUTION}.at_risk[0]", "must be text in quotes"),
    "threshold no list": (f'{RESOLUTION}.at_risk = "75%"', f"{RESOLUTION}.at_risk", 'write at_risk = ["75%", "30m"]'),
    "threshold in unknown days": (
        f'{RESOLUTION}.at_risk = ["1wd"]',
        f"{RESOLUTION}.at_risk[0]",
        'write day = "8h" in [calendars.office]',
    ),
    "no targets": (f'{RESOLUTION}.targets = "(gone)"', f"{RESOLUTION}.targets", "is missing"),
    "empty targets": (f"{RESOLUTION}.targets = []", f"{RESOLUTION}.targets", "write a duration, a table"),
    "targets as a number": (f"{RESOLUTION}.targets = 4", f"{RESOLUTION}.targets", "write a duration, a table"),
    "bare days": (f'{RESOLUTION}.targets = "4d"', f"{RESOLUTION}.targets", "write '4wd' for working days"),
    "zero": (f'{RESOLUTION}.targets = "0h"', f"{RESOLUTION}.targets", "is zero"),
    "longer than numbers": (f'{RESOLUTION}.targets = "99999999999h"', f"{RESOLUTION}.targets", "at most 1000000 days"),
    "more days than numbers": (f'{RESOLUTION}.targets = "9999999wd"', f"{RESOLUTION}.targets", "at most 1000000 days"),
    "no duration": (f'{RESOLUTION}.targets = "4 hours"', f"{RESOLUTION}.targets", "write 90s, 30m, 4h"),
    "target without within": (f"{RESOLUTION}.targets = [{{ }}]", f"{RESOLUTION}.targets[0].within", "is missing"),
    "target within and by": (
        f'{RESOLUTION}.targets = [{{ within = "4h", by = {{ days = 1 }} }}]',
        f"{RESOLUTION}.targets[0].by",
        "stands instead of within",
    ),
    "deadline of nothing": (
        f"{RESOLUTION}.targets = [{{ by = {{}} }}]",
        f"{RESOLUTION}.targets[0].by",
        "a field, or days",
    ),
    "deadline of both": (
        f'{RESOLUTION}.targets = [{{ by = {{ field = "due", at = "17:00" }} }}]',
        f"{RESOLUTION}.targets[0].by",
        "is either a field, or days",
    ),
    "deadline in the engine's own field": (
        f'{RESOLUTION}.targets = [{{ by = {{ field = "opened_in" }} }}]',
        f"{RESOLUTION}.targets[0].by.field",
        "it holds no date",
    ),
    "deadline at no time": (
        f'{RESOLUTION}.targets = [{{ by = {{ days = 1, at = "24:01" }} }}]',
        f"{RESOLUTION}.targets[0].by.at",
        "write 17:00",
    ),
    "deadline in the past": (
        f"{RESOLUTION}.targets = [{{ by = {{ days = -1 }} }}]",
        f"{RESOLUTION}.targets[0].by.days",
        "must be at least 0",
    ),
    "unknown key of a deadline": (
        f'{RESOLUTION}.targets = [{{ by = {{ days = 1, cutof = "15:00" }} }}]',
        f"{RESOLUTION}.targets[0].by.cutof",
        'the nearest is "cutoff"',
    ),
    "at once beside while": (
        'agreements.standard.objectives.turn = { while = { status = "new" }, at_once = true, targets = "1h" }',
        "agreements.standard.objectives.turn.at_once",
        "not for one with while",
    ),
    "target's unknown key": (
        f'{RESOLUTION}.targets = [{{ within = "4h", calender = "days" }}]',
        f"{RESOLUTION}.targets[0].calender",
        'the nearest is "calendar"',
    ),
    "target's unknown calendar": (
        f'{RESOLUTION}.targets = [{{ within = "4h", calendar = "dys" }}]',
        f"{RESOLUTION}.targets[0].calendar",
        'the nearest is "days"',
    ),
    "targets by two fields": (
        f'{RESOLUTION}.targets = {{ priority = {{ P1 = "1h" }}, impact = {{ high = "2h" }} }}',
        f"{RESOLUTION}.targets",
        "by priority, impact",
    ),
    "targets by no field": (f'{RESOLUTION}.targets = {{ else = "4h" }}', f"{RESOLUTION}.targets", "by none"),
    "targets by a field called not": (
        f'{RESOLUTION}.targets = {{ not = {{ P1 = "1h" }} }}',
        f"{RESOLUTION}.targets.not",
        'no field can be called "not"',
    ),
    "targets of an unset field": (
        f'{RESOLUTION}.targets = {{ priority = {{ "" = "1h" }} }}',
        f"{RESOLUTION}.targets.priority",
        'stands under "else"',
    ),
    "targets without values": (
        f"{RESOLUTION}.targets.priority = {{}}",
        f"{RESOLUTION}.targets.priority",
        "must be a table",
    ),
    "target as a number": (
        f"{RESOLUTION}.targets = {{ priority = {{ P1 = 4 }} }}",
        f"{RESOLUTION}.targets.priority.P1",
        "must be text in quotes",
    ),
    "target in unknown days": (
        f'{RESOLUTION}.targets = {{ priority = {{ P1 = "1wd" }} }}',
        f"{RESOLUTION}.targets.priority.P1",
        'write day = "8h" in [calendars.office]',
    ),
    "target in days unknown to one of its calendars": (
        f"""
        {RESOLUTION}.targets = "1wd"
        agreements.standard.calendar = {{ field = "country", values = {{ US = "days" }}, else = "office" }}
        """,
        f"{RESOLUTION}.targets",
        "in [calendars.office]",
    ),
    "holder without a name": ('attribution.holder = ""', "attribution.holder", "must be the name of a field"),
    "holder called event": ('attribution.holder = "event"', "attribution.holder", 'no field can be called "event"'),
    "unknown key of attribution": ('attribution.holders = "team"', "attribution.holders", 'the nearest is "holder"'),
    "file's zone": ('timezone = "CEST"', "timezone", "is no IANA time zone"),
    "unknown table": ("[calender.office]", "calender", 'unknown key; the nearest is "calendars"'),
    "clock without a table": ("clocks.other = 1", "clocks.other", "must be a table, as in [clocks.other]"),
    "clock's unknown key": ("clocks.resolution.strat = {}", "clocks.resolution.strat", 'the nearest is "start"'),
}


@pytest.mark.parametrize(("change", "path", "words"), REFUSED.values(), ids=REFUSED)
def test_what_means_nothing_is_refused_with_its_place_and_remedy(change: str, path: str, words: str) -> None:
    (problem,) = definition_problems(change)
    assert problem.path == path
    assert words in problem.message


def test_a_problem_reads_as_file_place_value_and_remedy() -> None:
    (problem,) = definition_problems(f'{RESOLUTION}.clock = "resolutoin"')
    assert str(problem) == (
        'config.toml: agreements.standard.objectives.resolution.clock: "resolutoin": '
        'no such clock; the nearest is "resolution"'
    )


def test_a_file_without_agreements_is_refused() -> None:
    (problem,) = definition_problems('agreements = "(gone)"')
    assert problem.path == "agreements"
    assert "nothing to judge by" in problem.message


def test_versions_of_an_agreement_may_follow_each_other_but_not_overlap() -> None:
    version = """
        agreements.standard.valid_to = {end}
        [agreements.newer]
        id = "standard"
        kind = "sla"
        calendar = "office"
        valid_from = 2026-07-01
        objectives.resolution = {{ clock = "resolution", targets = "2h" }}
    """
    assert definition_problems(version.format(end="2026-07-01")) == ()
    (problem,) = definition_problems(version.format(end="2026-07-02"))
    assert problem.path == "agreements.newer"
    assert 'overlaps that of "standard"' in problem.message


def test_all_problems_are_shown_at_once_also_within_one_table() -> None:
    problems = definition_problems(f"""
        calendars.office.timezone = "Nowhere"
        clocks.resolution.on_reopen = "never"
        clocks.resolution.pause = {{ status = "" }}
        agreements.standard.kind = "slo"
        agreements.standard.supports = ["nothing"]
        agreements.standard.scope = []
        {RESOLUTION}.on_reset = "no"
        {RESOLUTION}.targets = "4d"
        {RESOLUTION}.exclude = {{ a = {{ set = 1 }} }}
        [agreements.other]
        kind = "ola"
        objectives.a = {{ clock = "nothing", targets = "1d" }}
    """)
    assert [problem.path for problem in problems] == [
        "calendars.office.timezone",
        "clocks.resolution.on_reopen",
        "clocks.resolution.pause.status",
        "agreements.standard.kind",
        "agreements.standard.scope",
        f"{RESOLUTION}.on_reset",
        f"{RESOLUTION}.exclude.a.set",
        f"{RESOLUTION}.targets",
        "agreements.standard.supports[0]",
        "agreements.other.objectives.a.clock",
        "agreements.other.objectives.a.targets",
    ]


def test_a_broken_clock_or_calendar_is_no_second_problem_where_it_is_named() -> None:
    problems = definition_problems('clocks.resolution.start = []\ncalendars.office.hours = "always"')
    assert [problem.path for problem in problems] == ["calendars.office.hours", "clocks.resolution.start"]
