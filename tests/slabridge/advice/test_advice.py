"""What is proposed, what it would have done, and in which order: on the quarter of docs/examples, and on small ones."""

import json
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from sla_engine import Engine
from sla_engine.instant import HOUR, MINUTE, format_instant, parse_instant
from slabridge.advice.change import Change
from slabridge.advice.judged import GROWTH, MOST, OF_A_KIND, Advice, Judging
from slabridge.advice.paste import Paste, pasted
from slabridge.advice.present import Present
from slabridge.advice.seen import straight
from slabridge.app.advise import Advised, of_file
from slabridge.app.whatif import of_file as tried
from slabridge.capacity.decided import Kept
from slabridge.capacity.growth import Grown
from slabridge.config import load_definitions
from slabridge.report.period import read_period
from slabridge.show.advice import as_json, lines_of
from slabridge.text.language import Language
from slabridge.text.said import said
from slabridge.ticket.file import read_batches
from slabridge.whatif.sums import Count
from tests.places import CHECKOUT
from tests.slabridge.advice.test_paste import by_hand

EXAMPLES = CHECKOUT / "docs" / "examples"
FILE, LOG = EXAMPLES / "quarter.toml", EXAMPLES / "quarter.jsonl"
QUARTER = read_period("2026-Q1", "Europe/Stockholm")
UTC_QUARTER = read_period("2026-Q1", "UTC")


@pytest.fixture(scope="module")
def advised() -> Advised:
    return of_file(FILE, LOG, QUARTER.end)


def counted(before: Path, after: Path, objective: str) -> tuple[Count, Count]:
    """Return what `whatif` counts of the quarter."""
    sums, _ = tried(before, after, LOG, QUARTER.end, (QUARTER.start, QUARTER.end))
    both = [counts for (name, _), counts in sums.counts.items() if name == objective]
    sides = [Count(*map(sum, zip(*(one[side] for one in both), strict=True))) for side in (0, 1)]
    return sides[0], sides[1]


def test_what_a_pasted_change_would_have_done_is_what_whatif_says_of_the_file(advised: Advised, tmp_path: Path) -> None:
    document = tomllib.loads(FILE.read_text("utf-8"))
    looked = 0
    for one in advised.advice:
        if one.change.paste is not None:
            other = tmp_path / "other.toml"
            other.write_text(by_hand(FILE.read_text("utf-8"), one.change.paste), "utf-8")
            assert tomllib.loads(other.read_text("utf-8")) == pasted(document, one.change.paste)
            assert counted(FILE, other, one.change.tried) == (one.before, one.after)
            looked += 1
    assert looked == 3


def test_there_is_one_of_each_and_what_gives_the_customer_less_comes_last_and_says_so(advised: Advised) -> None:
    found = [(one.change.kind, one.change.effect) for one in advised.advice]
    assert found == [
        ("calendar", "helps"),
        ("route", "helps"),
        ("route", "helps"),
        ("target", "more"),
        ("target", "less"),
    ]
    assert len(found) <= MOST
    spares = [one.spares for one in advised.advice]
    assert spares[:3] == sorted(spares[:3], reverse=True)
    assert spares[4] > spares[0]  # and yet it comes last
    *others, last = as_json(advised)["advice"]
    assert last["customer_gets_less"]
    assert not any(one["customer_gets_less"] for one in others)
    for code, text in (("en", "THE CUSTOMER WOULD GET LESS"), ("sv", "KUNDEN SKULLE FÅ MINDRE")):
        assert sum(text in line for line in lines_of(advised, Language(code))) == 1


def test_the_same_quarter_gives_the_same_advice_whatever_the_order_of_its_tickets(
    tmp_path: Path, advised: Advised
) -> None:
    lines = LOG.read_text("utf-8").splitlines()
    Random(5).shuffle(lines)  # noqa: S311 - no secrets
    (tmp_path / "other.jsonl").write_text("\n".join(lines), "utf-8")
    again = of_file(FILE, tmp_path / "other.jsonl", QUARTER.end)
    assert json.dumps(as_json(again)) == json.dumps(as_json(advised))


def test_it_is_that_of_the_last_whole_quarter_whenever_it_is_asked_for(advised: Advised) -> None:
    assert advised.period == QUARTER
    later = of_file(FILE, LOG, QUARTER.end + 80 * 24 * HOUR)
    assert json.dumps(as_json(later)) == json.dumps(as_json(advised))


def test_a_ticket_that_went_straight_has_used_less_by_the_visit_that_was_left_out(advised: Advised) -> None:
    engine = Engine(load_definitions(tomllib.loads(FILE.read_text("utf-8"))))
    tickets = [ticket for batch in read_batches(LOG) for ticket in batch.tickets]
    looked = 0
    for one in advised.advice:
        sent = one.change.straight
        if sent is not None:
            mine = [ticket for ticket in tickets if (ticket.source, ticket.id) in sent.tickets]
            others = [straight(ticket, "team", sent.team) for ticket in mine]
            sides = [
                [r for r in engine.evaluate(each, QUARTER.end, segments=True).results if r.agreement == "it"]
                for each in (mine, others)
            ]
            for was, now in zip(*sides, strict=True):
                assert now.elapsed == was.elapsed - was.shares["Service Desk"]
                assert now.stopped_at == was.stopped_at
                looked += 1
    assert looked > 60


def test_a_ticket_that_never_came_to_a_team_stays_as_it_is() -> None:
    ticket = next(read_batches(LOG)).tickets[0]
    assert straight(ticket, "team", "Nobody") is ticket


def test_hours_spare_the_breaches_that_were_smaller_than_the_time_in_closed_hours(advised: Advised) -> None:
    engine = Engine(load_definitions(tomllib.loads(FILE.read_text("utf-8"))))
    tickets = [ticket for batch in read_batches(LOG) for ticket in batch.tickets]
    spares = of = 0
    for result in engine.evaluate(tickets, QUARTER.end, chain=True).results:
        ended = result.stopped_at is not None and QUARTER.start <= result.stopped_at < QUARTER.end
        if result.kind == "sla" and result.breached and ended and result.chain is not None:
            closed = sum(one.closed for one in result.chain.shares if one.cover is not None)
            of += 1
            spares += bool(closed) and -result.remaining <= closed
    (first, *_) = advised.advice
    assert (first.spares, first.of) == (spares, of) == (17, 42)


SMALL = """
[calendars.always]
timezone = "UTC"
hours = "24x7"
[clocks.resolution]
start = { status = "new" }
stop = { status = "done" }
[agreements.it]
kind = "sla"
calendar = "always"
objectives.fix = { clock = "resolution", targets = "10h" }
"""
NETWORK = """
[clocks.handling]
while = { team = { set = true }, status = "new" }
reset = { event = "change", field = "team" }
on_reset = "complete"
[agreements.network]
kind = "ola"
calendar = "always"
scope = { team = "Network" }
supports = ["it.fix"]
objectives.handling = { clock = "handling", targets = "9h" }
[[paths]]
objective = "it.fix"
steps = ["network.handling", "network.handling"]
"""


def ticket(number: int, *visits: tuple[str, float]) -> dict[str, Any]:
    """Return a ticket that went through teams, each of which had it for so many hours, and was done then."""
    at = parse_instant("2026-01-05T00:00:00Z") + number * HOUR
    created, history = format_instant(at), []
    for n, (team, hours) in enumerate(visits):
        at += round(hours * 60) * MINUTE
        changes = {"status": ["new", "done"]} if n == len(visits) - 1 else {"team": [team, visits[n + 1][0]]}
        history.append({"at": format_instant(at), "by": "x", "changes": changes})
    fields = {"status": "done", "team": visits[-1][0]}
    return {"source": "s", "key": f"T{number}", "created": created, "fields": fields, "history": history}


@pytest.fixture
def small(tmp_path: Path) -> Callable[..., list[Advice]]:
    """Give what is proposed of a small file and some tickets."""

    def found(text: str, tickets: Iterable[dict[str, Any]]) -> list[Advice]:
        (tmp_path / "small.toml").write_text(text, "utf-8")
        (tmp_path / "small.jsonl").write_text("\n".join(map(json.dumps, tickets)), "utf-8")
        return [*of_file(tmp_path / "small.toml", tmp_path / "small.jsonl", UTC_QUARTER.end).advice]

    return found


def test_a_team_that_promises_nothing_is_to_back_the_promise(small: Callable[..., list[Advice]]) -> None:
    slow = [ticket(n, ("Desk", 3.5), ("Network", 6.5 if n % 10 else 20)) for n in range(40)]
    quick = [ticket(n, ("Desk", 1)) for n in range(40, 100)]
    first = small(SMALL, [*slow, *quick])[0]
    assert (first.change.kind, first.change.effect) == ("backing", "helps")
    paste = first.change.paste
    assert paste is not None
    assert paste.keys["objectives"]["handling"]["targets"] == "6h30m"
    assert (first.before, first.after) == (Count(), Count(40, 4))
    assert (first.spares, first.of) == (4, 4)  # 20 hours are 13.5 more than 6.5, and the promise was broken by as much
    assert all(one.change.kind != "backing" for one in small(SMALL, [*slow[:29], *quick]))  # too few visits


def test_where_a_team_has_an_agreement_none_is_proposed(small: Callable[..., list[Advice]]) -> None:
    slow = [ticket(n, ("Network", 6.5 if n % 10 else 20)) for n in range(100)]
    assert [one.change.kind for one in small(SMALL, slow)] == ["backing", "target"]
    own = NETWORK.replace('supports = ["it.fix"]\n', "").partition("[[paths]]")[0]
    assert [one.change.effect for one in small(SMALL + own, slow)] == ["less"]


def test_agreements_that_do_not_fit_are_made_to_fit(small: Callable[..., list[Advice]]) -> None:
    kept = [ticket(n, ("Network", 4)) for n in range(50)]
    one, _ = small(SMALL + NETWORK, kept)
    assert (one.change.kind, one.change.effect, one.change.tried) == ("target", "helps", "network.handling")
    assert one.change.paste is not None
    assert one.change.paste.keys["targets"] == "4h"
    assert (one.spares, one.at_risk) == (0, 50)
    assert any("broken" in line for line in lines_of(_advised([one]), Language("en")))


def test_agreements_that_cannot_be_made_to_fit_are_left(small: Callable[..., list[Advice]]) -> None:
    kept = [ticket(n, ("Network", 6)) for n in range(50)]  # two such visits are longer than the promise above
    assert small(SMALL + NETWORK, kept) == []


def sent(small: Callable[..., list[Advice]], first: float, share: int) -> list[Advice]:
    """Return the routes that are proposed where so many of 50 tickets went from Desk to Network after some hours."""
    going = [ticket(n, ("Desk", first), ("Network", 10 if n % 2 else 1)) for n in range(share)]
    staying = [ticket(n, ("Desk", 1)) for n in range(share, 50)]
    return [one for one in small(SMALL, [*going, *staying]) if one.change.kind == "route"]


def test_only_a_team_that_hands_nearly_all_on_quickly_is_passed_by(small: Callable[..., list[Advice]]) -> None:
    (one,) = sent(small, 1, 40)
    assert (one.before, one.after, one.spares) == (Count(50, 20), Count(50, 0), 20)
    assert one.change.paste is None
    assert any("change the rule of assignment" in line for line in lines_of(_advised([one]), Language("en")))
    assert sent(small, 1.1, 40) == []  # more than a tenth of the target
    assert sent(small, 1, 39) == []  # less than four of five


def test_hours_that_would_not_have_been_enough_spare_nothing(small: Callable[..., list[Advice]]) -> None:
    narrow = '[calendars.narrow]\ntimezone = "UTC"\nhours = { mon-sun = ["06:00-24:00"] }\n'
    text = narrow + SMALL + NETWORK.partition("[[paths]]")[0].replace('calendar = "always"', 'calendar = "narrow"')
    night = [ticket(24 * n, ("Network", 14)) for n in range(40)]  # from midnight on: six hours before it opens
    found = [(one.change.kind, one.spares) for one in small(text, night)]
    assert found[0] == ("calendar", 40)
    longer = [ticket(24 * n, ("Network", 17)) for n in range(60)]  # seven hours late: six do not help
    assert [one.change.kind for one in small(text, longer)] == ["target"]


def test_a_promise_that_is_kept_far_beyond_can_be_shorter(small: Callable[..., list[Advice]]) -> None:
    (one,) = small(SMALL, [ticket(n, ("Desk", 2)) for n in range(50)])
    assert (one.change.effect, one.after) == ("more", Count(50, 0))
    assert one.change.paste is not None
    assert one.change.paste.keys["targets"] == "2h"
    assert small(SMALL, [ticket(n, ("Desk", 5.5)) for n in range(50)]) == []


ROWS = """targets = [
  { when = { team = "A" }, within = "10h" }, { when = { team = "B" }, within = "12h" }, { within = "40h" }]"""


def longer(small: Callable[..., list[Advice]], **late: tuple[int, float, int]) -> list[str]:
    """Return the longer targets, of a team's tickets: how many, how many hours, and how many of them in time."""
    text = SMALL.replace('objectives.fix = { clock = "resolution", targets = "10h" }', "")
    text += f'[agreements.it.objectives.fix]\nclock = "resolution"\n{ROWS}'
    taken = [(team, hours if n >= kept else 9) for team, (count, hours, kept) in late.items() for n in range(count)]
    found = small(text, [ticket(n, one) for n, one in enumerate(taken)])
    return [str(one.change.what) for one in found if one.change.effect == "less"]


def test_no_priority_is_given_longer_than_a_later_one(small: Callable[..., list[Advice]]) -> None:
    assert longer(small, A=(60, 11, 30)) == ['promise it.fix (team = "A") in 11h instead of 10h']
    assert longer(small, A=(60, 13, 30)) == []  # B has 12 hours
    assert longer(small, B=(60, 13, 30)) == ['promise it.fix (team = "B") in 13h instead of 12h']
    assert longer(small, B=(60, 45, 30)) == []
    assert longer(small, C=(60, 45, 30)) == ["promise it.fix (else) in 45h instead of 40h"]


def test_few_cycles_are_not_enough_for_a_longer_target(small: Callable[..., list[Advice]]) -> None:
    assert longer(small, B=(49, 13, 30)) == []
    assert longer(small, B=(50, 13, 30)) != []


def test_a_longer_target_that_spares_little_is_not_proposed(small: Callable[..., list[Advice]]) -> None:
    much = ["promise it.fix (else) in 45h instead of 40h"]
    assert longer(small, B=(60, 13, 52), C=(160, 45, 80)) == much  # 8 of 88 breaches
    both = longer(small, B=(60, 13, 51), C=(160, 45, 80))  # 9 of 89
    assert both == [*much, 'promise it.fix (team = "B") in 13h instead of 12h']


def test_where_there_is_nothing_it_says_so() -> None:
    assert [*lines_of(_advised([]), Language("en"))][-1] == "There is no change that the period speaks for."
    assert as_json(_advised([]))["advice"] == []


CONNECTION = """
[connections.snow]
type = "servicenow"
url = "https://acme.service-now.com"
auth = { kind = "basic", user = "slabridge", password = { env = "SNOW_PASSWORD" } }
fields = { status = "state", team = "assignment_group" }
"""


def test_of_a_customer_it_is_said_what_is_replaced_in_the_file_of_all(tmp_path: Path) -> None:
    own = 'objectives.fix = { clock = "resolution", targets = "10h" }\n'
    table = '[agreements.it.objectives.fix]\nclock = "resolution"\ntargets = "10h"\n'
    (tmp_path / "common.toml").write_text(SMALL.replace(own, "") + table, "utf-8")
    (tmp_path / "acme.toml").write_text(CONNECTION, "utf-8")
    log = tmp_path / "log.jsonl"
    log.write_text("\n".join(json.dumps(ticket(n, ("Desk", 2))) for n in range(50)), "utf-8")
    (one,) = of_file(tmp_path / "acme.toml", log, UTC_QUARTER.end).advice
    assert one.change.paste is not None
    assert str(one.change.paste.where) == "in place of [agreements.it.objectives.fix] and all tables beneath it"
    assert str(one.change.paste) == table.strip().replace("10h", "2h") + '\ncalendar = "always"'


@pytest.mark.parametrize(
    ("cycles", "words"),
    [(0, "0 completed cycles to customers"), (1, "1 completed cycle to a customer"), (2, "2 completed cycles")],
)
def test_one_cycle_is_told_in_the_singular(cycles: int, words: str) -> None:
    assert next(lines_of(Advised(UTC_QUARTER, cycles, 0, ()), Language("en"))).startswith(f"2026-Q1: {words}")


def test_a_long_line_to_paste_is_not_cut(advised: Advised) -> None:
    values = {"targets": [{"when": {"priority": f"P{n}"}, "within": "4h"} for n in range(60)]}
    first = advised.advice[0]
    paste = Paste(("agreements", "a", "objectives", "fix"), values, holder=("agreements", "a"))
    told = [*lines_of(_advised([replace(first, change=replace(first.change, paste=paste))]), Language("en"))]
    assert tomllib.loads(told[-1])["objectives"]["fix"] == values


def _advised(advice: list[Advice]) -> Advised:
    return Advised(UTC_QUARTER, 0, 0, tuple(advice))


@pytest.mark.parametrize(
    ("truth", "more", "words"),
    [
        ((100, 5), (120, 18), "loses 10.00 points; it breaks from 20 % more on"),
        ((100, 5), (120, 9), "loses 2.50 points and is not broken"),
        ((100, 5), (120, 6), None),
    ],
)
def test_what_is_lost_if_more_tickets_come_is_told_where_it_is_anything(
    advised: Advised, truth: tuple[int, int], more: tuple[int, int], words: str | None
) -> None:
    first = advised.advice[0]
    grown = Grown(first.change.promise, 90.0, Kept(*truth), {0: Kept(*truth), GROWTH: Kept(*more)})
    told = [*lines_of(_advised([replace(first, grown=grown)]), Language("en"))]
    assert [line for line in told if "more tickets come" in line] == (
        [] if words is None else [f"   if 20 % more tickets come, it.resolution {words}"]
    )


def test_of_changes_that_spare_alike_the_promise_that_loses_more_comes_first() -> None:
    present = Present(load_definitions(tomllib.loads(FILE.read_text("utf-8"))), {}, {}, QUARTER)
    changes = [
        Change("calendar", "helps", said(name), promise, "network.handling", (), spares=5)
        for name, promise in (("a", "it.resolution"), ("b", "other.fix"))
    ]
    kept = {0: Kept(100, 0), GROWTH: Kept(100, 10)}
    judging = Judging(present, changes)
    assert [one.change.promise for one in judging.advice()] == ["it.resolution", "other.fix"]
    grown = {"other.fix": Grown("other.fix", None, Kept(100, 0), kept)}
    assert [one.change.promise for one in judging.advice(grown)] == ["other.fix", "it.resolution"]


def test_at_most_two_of_a_kind_are_proposed(small: Callable[..., list[Advice]]) -> None:
    teams = [ticket(30 * team + n, (f"Team {team}", 7 if n % 10 else 30)) for team in range(4) for n in range(30)]
    found = [one.change.kind for one in small(SMALL, teams)]
    assert found.count("backing") == OF_A_KIND


def test_lines_that_are_no_tickets_are_named(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text(f"nonsense\n{json.dumps(ticket(1, ('Desk', 1)))}\n", "utf-8")
    ((line, text),) = of_file(FILE, tmp_path / "log.jsonl", QUARTER.end).invalid
    assert (line, text[:7]) == (1, "no JSON")
