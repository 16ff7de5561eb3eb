"""What agreements, clocks, times and calendars say in words."""

from typing import get_args

import pytest

from sla_engine import Engine
from sla_engine.instant import parse_instant
from slabridge.config import load_definitions
from slabridge.config.percent import read_percent
from slabridge.config.services.promises import Promised
from slabridge.text.language import Language
from slabridge.wording.agreement import AgreementSaid, ObjectiveSaid, agreement_said
from slabridge.wording.sentence import About, Sentence
from tests.sla_engine.written import RESOLUTION, document

AT = parse_instant("2026-11-10T00:00:00Z")
pytestmark = pytest.mark.xdist_group("words")  # the last test asks what the others said
SPOKEN: set[str] = set()
"""What sentences were about, over all tests here."""


def said(objective: str, *, agreement: str = "", more: str = "", **promised: Promised) -> AgreementSaid:
    definitions = load_definitions(document(objective, agreement=agreement, more=more))
    promises = {("standard", name): one for name, one in promised.items()}
    return agreement_said(Engine(definitions), definitions.agreements[0], promises, AT)


def goal(objective: str, *, more: str = "") -> ObjectiveSaid:
    return said(objective, more=more).objectives[0]


def texts(sentences: tuple[Sentence, ...], about: str) -> list[str]:
    SPOKEN.update(one.about for one in sentences)
    return [str(one.text) for one in sentences if one.about == about]


@pytest.mark.parametrize(
    ("rule", "about", "text"),
    [
        ("", "start", "The clock starts when status is new, work or wait."),
        ("", "stop", "It is done when status is done."),
        ("", "pause", "Time does not count while status is wait."),
        ("", "cancel", "It is called off, and counts for nothing, when status is gone."),
        ("", "reopen", "If the ticket comes back after that, a new clock starts from zero."),
        (
            'on_reopen = "resume"',
            "reopen",
            "If the ticket comes back after that, the same clock goes on; the time in between does not count.",
        ),
        ('on_reopen = "first_only"', "reopen", "Once it is done, no further clock starts on this ticket."),
        (
            'reset = { event = "change", field = "team" }',
            "reset",
            "When team changes, the clock is called off, and the next one starts from zero at once.",
        ),
        (
            'reset = { event = "change", field = "team" }\non_reset = "complete"',
            "reset",
            "When team changes, the clock is done, and the next one starts from zero at once.",
        ),
        ("at_once = true", "at_once", "A ticket that is done when it comes has kept the promise at once."),
        ('at_risk = ["75%"]', "at_risk", "It is at risk when 75 % of the time is used."),
        (
            'at_risk = ["1wd", "75%"]',
            "at_risk",
            "It is at risk when 1 working day or less is left or 75 % of the time is used, whichever comes first.",
        ),
        (
            "exclude = { storm = true }",
            "exclude",
            "Tickets where storm is true are counted apart, also when that comes to hold after the end.",
        ),
    ],
)
def test_each_key_of_a_clock_has_its_sentence(rule: str, about: str, text: str) -> None:
    assert texts(goal(f'{RESOLUTION}\n{rule}\ntargets = "4h"').sentences, about) == [text]


def test_while_is_told_as_one_thing() -> None:
    found = goal('while = { team = { set = true } }\ntargets = "4h"').sentences
    assert texts(found, "start") == ["The clock runs while team has a value."]
    assert texts(found, "stop") == ["When that no longer holds, it is done."]
    assert texts(found, "pause") == ["Nothing pauses it."]


def test_what_is_never_said_is_told_as_such() -> None:
    found = goal('start = { status = "new" }\ntargets = "4h"').sentences
    assert texts(found, "stop") == ["Nothing says that it is done."]
    assert texts(found, "cancel") == texts(found, "reset") == texts(found, "at_once") == texts(found, "reopen") == []


@pytest.mark.parametrize(
    ("policy", "last"),
    [
        ("keep", "all that was used so far counts against it, by the hours that apply now."),
        ("carry", "all that was used so far counts against it, each part by the hours that applied then."),
        ("restart", "the clock counts from that change on."),
        ("freeze", "whatever is changed on the way."),
    ],
)
def test_what_becomes_of_a_change_on_the_way_is_told_where_there_can_be_one(policy: str, last: str) -> None:
    targets = '{ priority = { P1 = "1h" }, else = "4h" }'
    found = texts(goal(f'{RESOLUTION}\non_retarget = "{policy}"\ntargets = {targets}').sentences, "retarget")
    assert found[-1].endswith(last)
    assert len(found) == (1 if policy == "freeze" else 2)
    assert texts(goal(f'{RESOLUTION}\non_retarget = "{policy}"\ntargets = "4h"').sentences, "retarget") == []


def test_times_say_to_which_tickets_they_apply() -> None:
    found = goal(f'{RESOLUTION}\ntargets = {{ priority = {{ P1 = "90s", P2 = "2wd4h" }}, else = "1wd" }}')
    assert [str(one.text) for one in found.targets] == [
        "where priority is P1: within 1 min 30 s, by the calendar office",
        "where priority is P2: within 2 working days and 4 h, by the calendar office",
        "else: within 1 working day, by the calendar office",
    ]
    assert texts(found.sentences, "targets") == [
        "Where several of these times fit a ticket, the first of them applies."
    ]
    only = goal(f'{RESOLUTION}\ntargets = {{ priority = {{ P1 = "90s" }} }}')
    assert texts(only.sentences, "targets") == ["To tickets that none of these times fits, nothing is promised."]


@pytest.mark.parametrize(
    ("by", "text"),
    [
        ('{ field = "due_date" }', "by the time that due_date says; a date means its end"),
        ("{ days = 0 }", "by the end of working time on the working day on which it comes"),
        ('{ days = 1, at = "17:00" }', "by 17:00 on the next working day"),
        (
            '{ days = 3, at = "09:30", cutoff = "15:00" }',
            "by 09:30 on working day 3 after it comes; what comes at 15:00 or later comes on the next working day",
        ),
    ],
)
def test_deadlines_say_when_they_are(by: str, text: str) -> None:
    found = goal(f"{RESOLUTION}\ntargets = [{{ by = {by} }}]")
    assert str(found.targets[0].limit) == text
    assert texts(found.sentences, "pause") == ["No waiting moves the deadline, not even while status is wait."]
    mixed = goal(f'{RESOLUTION}\ntargets = [{{ by = {by}, when = {{ vip = true }} }}, {{ within = "4h" }}]')
    assert texts(mixed.sentences, "pause") == [
        "Time does not count while status is wait; a deadline is not moved by it."
    ]


def test_a_calendar_that_a_field_chooses_is_told_with_its_values() -> None:
    choice = 'calendar = { field = "country", values = { US = "always", "Åland" = "office" }, else = "office" }'
    found = goal(f'{RESOLUTION}\ntargets = "4h"\n{choice}')
    assert str(found.targets[0].calendar) == (
        "by the calendar always where country is US; office where country is Åland; else office"
    )
    assert [one.name for one in found.hours] == ["always", "office"]
    assert {one.calendar for one in found.examples} == {"always", "office"}


CALENDAR = """
timezone = "Europe/Stockholm"
hours = { mon-thu = ["08:00-12:00", "13:00-17:00"], fri = ["08:00-15:00"], sat = ["22:00-06:00"] }
holidays = ["SE:public+de_facto", "DE-BY", "JP:bank"]
closed = ["2026-06-05", "2026-12-24 12:00-24:00", "12-31 12:00-24:00"]
open = { 2026-05-03 = [], 2026-05-02 = ["10:00-14:00"] }
day = "7h30m"
maintenance = [{ weekly = "thu 16:00-20:00" }, { from = 2026-06-01T22:00:00, to = 2026-06-02T02:00:00 }]
"""


def test_a_calendar_says_each_of_its_keys() -> None:
    found = goal(f'{RESOLUTION}\ntargets = "4h"\ncalendar = "desk"', more=f"[calendars.desk]\n{CALENDAR}")
    assert [str(text) for text in found.hours[0].sentences] == [
        "Time counts Mon-Thu 08:00-12:00, 13:00-17:00; Fri 08:00-15:00; Sat 22:00-06:00 the next day, in the local time of Europe/Stockholm.",
        "It does not count on public holidays and customary days off of Sweden, public holidays of Germany (BY) and bank holidays of Japan.",
        "It does not count on Fri 5 Jun 2026, Thu 24 Dec 2026 12:00-24:00 and 31 Dec of every year 12:00-24:00.",
        "These dates have hours of their own, holiday or not: Sat 2 May 2026 10:00-14:00; Sun 3 May 2026 not at all.",
        "It does not count in planned maintenance, Thu 16:00-20:00.",
        "It does not count in planned maintenance from Mon 1 Jun 2026 22:00 to Tue 2 Jun 2026 02:00.",
        "A working day is 7 h 30 min of it.",
    ]
    assert Language("sv").tell(found.hours[0].sentences[0]).startswith("Tiden räknas mån-tor 08:00-12:00, 13:00-17:00;")


def test_a_calendar_without_usual_hours_counts_round_the_clock_or_on_single_dates() -> None:
    always = goal(f'{RESOLUTION}\ntargets = "4h"\ncalendar = "always"').hours[0]
    assert str(always.sentences[0]) == "Time counts around the clock, in the local time of UTC."
    rare = '[calendars.rare]\ntimezone = "UTC"\nhours = { mon = [] }\nopen = { 2026-05-02 = ["10:00-14:00"] }'
    once = goal(f'{RESOLUTION}\ntargets = "4h"\ncalendar = "rare"', more=rare)
    assert str(once.hours[0].sentences[0]) == "Time counts on single dates alone, in the local time of UTC."
    assert once.examples == ()  # no working time is ahead


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("valid_from = 2026-01-01", "For clocks that start from Thu 1 Jan 2026 on."),
        ("valid_to = 2027-01-01", "For clocks that start before Fri 1 Jan 2027."),
        (
            "valid_from = 2026-01-01\nvalid_to = 2027-01-01",
            "For clocks that start from Thu 1 Jan 2026 on, and before Fri 1 Jan 2027.",
        ),
    ],
)
def test_a_version_says_when_it_holds(keys: str, text: str) -> None:
    assert texts(said(f'{RESOLUTION}\ntargets = "4h"', agreement=keys).sentences, "validity") == [text]


def test_an_agreement_says_what_it_is_and_for_which_tickets() -> None:
    found = said(f'{RESOLUTION}\ntargets = "4h"', agreement='scope = { customer = "Acme" }\nexclude = { storm = true }')
    assert found.name == "standard"
    assert texts(found.sentences, "kind") == ["A service level agreement (SLA): what the customer is promised."]
    assert texts(found.sentences, "scope") == ["It is for tickets where customer is Acme."]
    assert texts(found.sentences, "exclude") == [
        "Tickets where storm is true are counted apart, also when that comes to hold after the end."
    ]
    every = said(f'{RESOLUTION}\ntargets = "4h"').sentences
    assert texts(every, "scope") == ["It is for all tickets."]


def test_the_share_that_is_promised_is_told_and_from_how_many_cases_on() -> None:
    promised = Promised(read_percent("99.5%"), at_least=10)
    sentences = said(f'{RESOLUTION}\ntargets = "4h"', goal=promised).objectives[0].sentences
    assert texts(sentences, "compliance") == [
        "Of all cases of a period, 99.5 % are to keep it; of fewer than 10 cases nothing is said."
    ]
    (text,) = (one.text for one in sentences if one.about == "compliance")
    assert "99,5 %" in Language("sv").tell(text)


def test_what_backs_what_is_told_on_both_sides() -> None:
    beneath = (
        '[agreements.network]\nkind = "ola"\nname = "Network team"\nsupports = ["standard.goal"]\ncalendar = "office"\n'
        'objectives.fix = { while = { team = "Network" }, targets = "2h" }'
    )
    definitions = load_definitions(document(f'{RESOLUTION}\ntargets = "4h"', more=beneath))
    engine = Engine(definitions)
    found = {one.id: agreement_said(engine, one, {}, AT).objectives[0].sentences for one in definitions.agreements}
    assert texts(found["network"], "supports") == ["It backs goal (standard)."]
    assert texts(found["standard"], "backed_by") == ["It is backed by fix (Network team)."]
    alone = goal(f'{RESOLUTION}\ntargets = "4h"').sentences
    assert texts(alone, "backed_by") == ["No agreement between teams or of a supplier backs it."]


def test_there_is_nothing_that_sentences_can_be_about_and_no_test_here_asks_for() -> None:
    """The last of this file."""
    assert set(get_args(About)) == SPOKEN
