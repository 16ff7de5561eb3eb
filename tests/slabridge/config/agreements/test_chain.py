"""[[chain]] and `supports`: what they mean, and what means nothing."""

import pytest

from sla_engine.chain.backing import backing
from sla_engine.chain.rule import ChainRule
from sla_engine.condition import Equals
from tests.slabridge.config.small import definition_problems, definitions

OTHER = """
[agreements.team]
kind = "ola"
calendar = "office"
supports = ["standard.resolution"]
objectives.handling = { clock = "resolution", targets = "1h" }
objectives.own = { clock = "resolution", targets = "1h", supports = ["team.handling"] }
objectives.apart = { clock = "resolution", targets = "1h", supports = [] }
"""

REFUSED = {
    "no list": ("chain = { }", "chain", "as in [[chain]]"),
    "nothing that stands above": (
        'chain = [{ link = ["problem"], until = "never" }]',
        "chain[0]",
        'write stated_by = "above" or "below"',
    ),
    "no until": ('chain = [{ stated_by = "above" }]', "chain[0].until", 'or until = "never"'),
    "until no word": ('chain = [{ stated_by = "above", until = "nevr" }]', "chain[0].until", "is no condition"),
    "stated by somebody": (
        'chain = [{ stated_by = "abve", until = "never" }]',
        "chain[0].stated_by",
        'the nearest is "above"',
    ),
    "an event": (
        'chain = [{ stated_by = "above", waits = { event = "comment" }, until = "never" }]',
        "chain[0].waits.event",
        "an event is over at once",
    ),
    "a misspelt key": (
        'chain = [{ stated_by = "above", wait = { status = "new" }, until = "never" }]',
        "chain[0].wait",
        'the nearest is "waits"',
    ),
    "support of what is not there": (
        'agreements.standard.objectives.resolution.supports = ["standard.resolutoin"]',
        "agreements.standard.objectives.resolution.supports[0]",
        'the nearest is "standard.resolution"',
    ),
    "support of itself": (
        'agreements.standard.supports = ["standard.resolution"]',
        "agreements.standard.objectives.resolution",
        "backs itself",
    ),
    "support in a ring": (
        f'{OTHER}\n[agreements.standard]\nsupports = ["team.own"]',
        "agreements.standard.objectives.resolution",
        'supports "standard.resolution" again; break the ring',
    ),
}


@pytest.mark.parametrize(("change", "path", "words"), REFUSED.values(), ids=REFUSED)
def test_what_means_nothing_is_refused_with_its_place_and_remedy(change: str, path: str, words: str) -> None:
    found = [problem for problem in definition_problems(change) if problem.path == path]
    assert len(found) == 1
    assert words in found[0].message


def test_a_rule_says_what_the_table_says() -> None:
    (rule,) = definitions("""
        [[chain]]
        link = ["problem", "blocks"]
        above = { source = "snow" }
        waits = { status = "pending" }
        until = "never"
    """).chain
    assert rule == ChainRule(("problem", "blocks"), Equals("source", ("snow",)), waits=Equals("status", ("pending",)))


def test_the_nearest_supports_counts_and_what_is_backed_backs_on() -> None:
    backs = backing(definitions(OTHER).agreements).tolist()
    standard, handling, own, apart = range(4)
    assert [(one, other) for one in range(4) for other in range(4) if backs[one][other]] == [
        (handling, standard),
        (own, standard),
        (own, handling),
    ]
    assert not any(backs[apart])


def test_a_name_means_all_versions_and_each_has_its_own_supports() -> None:
    backs = backing(
        definitions("""
            agreements.standard.valid_to = 2026-01-01
            [agreements.standard-2]
            id = "standard"
            kind = "sla"
            calendar = "office"
            valid_from = 2026-01-01
            objectives.resolution = { clock = "resolution", targets = "2h" }
            [agreements.team]
            kind = "ola"
            calendar = "office"
            valid_to = 2026-01-01
            supports = ["standard.resolution"]
            objectives.handling = { clock = "resolution", targets = "1h" }
            [agreements.team-2]
            id = "team"
            kind = "ola"
            calendar = "office"
            valid_from = 2026-01-01
            objectives.handling = { clock = "resolution", targets = "1h" }
        """).agreements
    ).tolist()
    assert backs == [[False] * 4, [False] * 4, [True, True, False, False], [False] * 4]
