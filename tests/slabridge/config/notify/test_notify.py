"""[receivers.NAME] and [[notify]]: what is refused, and where it says so."""

from pathlib import Path

import pytest

from sla_engine.instant import DAY, HOUR, MINUTE
from slabridge.config import config
from slabridge.config.notify.rule import Breaches, Step
from slabridge.config.problem import ConfigError
from tests.slabridge.config.small import config as config_with
from tests.slabridge.config.small import config_problems

RECEIVER = '[receivers.duty]\nto = { env = "DUTY" }\n'
RULE = '[[notify]]\nladder = [{ at = "75%", to = "duty" }]\n'


@pytest.mark.parametrize(
    ("change", "path", "words"),
    [
        ("[receivers.duty]\n", "receivers.duty", "names no address"),
        ('[receivers.duty]\nto = "mailto://x:secret@y"\n', "receivers.duty.to", "no secret stands in this file"),
        (RECEIVER + 'by = "status"\n', "receivers.duty", "only one of by and each"),
        (RECEIVER + 'each = { a = { env = "A" } }\n', "receivers.duty", "only one of by and each"),
        (RECEIVER + 'by = "stats"\neach = { a = { env = "A" } }\n', "receivers.duty.by", "stat"),
        (RECEIVER + 'only = "offices"\n', "receivers.duty.only", "no such calendar"),
        (RECEIVER + 'language = "de"\n', "receivers.duty.language", "none of the possible words"),
        (RECEIVER + "[[notify]]\n", "notify[0]", "tells nobody anything"),
        (RECEIVER + RULE + 'agreements = ["standrd"]\n', "notify[0].agreements[0]", 'nearest is "standard"'),
        (RECEIVER + RULE + 'objectives = ["fx"]\n', "notify[0].objectives[0]", "no such objective"),
        (RECEIVER + RULE + 'silence = { stats = "x" }\n', "notify[0].silence.stats", "no connection maps"),
        (RECEIVER + RULE + 'when = { last_comment = "agent" }\n', "notify[0].when.last_comment", "name mapped fields"),
        (RECEIVER + RULE + 'when = { event = "created" }\n', "notify[0].when.event", "event"),
        (RULE, "notify[0].ladder[0].to[0]", "no such receiver"),
        (RECEIVER + '[[notify]]\nladder = [{ to = "duty" }]\n', "notify[0].ladder[0]", "exactly one of at and after"),
        (
            RECEIVER + '[[notify]]\nladder = [{ at = "100%", to = "duty" }]\n',
            "notify[0].ladder[0].at",
            'write "breached"',
        ),
        (
            RECEIVER + '[[notify]]\nladder = [{ at = "75%", repeat = "1h", to = "duty" }]\n',
            "notify[0].ladder[0].repeat",
            "goes with after",
        ),
        (
            RECEIVER + '[[notify]]\nmanagement = [{ breaches = 3, to = "duty" }]\n',
            "notify[0].management[0]",
            "breaches and within go together",
        ),
        (
            RECEIVER + '[[notify]]\nmanagement = [{ breaches = 3, within = "30wd", to = "duty" }]\n',
            "notify[0].management[0].within",
            'write "30d"',
        ),
        (
            RECEIVER + '[[notify]]\nmanagement = [{ missed = 2, rca = "overdue", to = "duty" }]\n',
            "notify[0].management[0]",
            "exactly one of breaches, missed, credit and rca",
        ),
        (
            RECEIVER
            + '[[notify]]\nmanagement = [{ breaches = 3, within = "90d", to = "duty" }]\n'
            + '[privacy]\npeople = ["status"]\nkeep = "60d"\n',
            "notify[0].management[0].within",
            "longer than tickets are kept",
        ),
        ("notify = 3\n", "notify", "must be a list of tables"),
    ],
)
def test_what_cannot_be_is_said_at_its_key(change: str, path: str, words: str) -> None:
    found = [(problem.path, problem.message) for problem in config_problems(change)]
    assert any(where == path and words in message for where, message in found), found


def test_a_ladder_is_read_as_it_is_written() -> None:
    text = """
[receivers.duty]
to = { env = "DUTY" }
[[notify]]
ladder = [{ at = "at_risk", to = "duty" }, { after = "2h", repeat = "30m", to = ["duty"] }]
management = [{ breaches = 5, within = "30d", to = "duty" }]
"""
    (rule,) = config_with(text).notify
    assert rule.ladder == (Step(("duty",), "at_risk"), Step(("duty",), "breached", 100, 2 * HOUR, 30 * MINUTE))
    assert rule.management == (Breaches(("duty",), 5, 30 * DAY),)


def test_a_customer_is_told_only_of_agreements_that_it_has(tmp_path: Path) -> None:
    common = """
[calendars.always]
hours = "24x7"
timezone = "UTC"
[clocks.main]
start = { status = "new" }
stop = { status = "done" }
[agreements.gold]
kind = "sla"
calendar = "always"
objectives.fix = { clock = "main", targets = "2h" }
[agreements.silver]
like = "gold"
[receivers.duty]
to = { env = "DUTY" }
[[notify]]
agreements = ["gold", "silver"]
ladder = [{ at = "breached", to = "duty" }]
[[notify]]
agreements = ["gold"]
ladder = [{ at = "50%", to = "duty" }]
"""
    own = """
like = "silver"
[connections.acme]
type = "jira"
url = "https://acme.atlassian.net"
auth = { kind = "basic", user = "u", password = { env = "P" } }
filter = "project = A"
fields = { status = "status", team = "team" }
"""
    (tmp_path / "common.toml").write_text(common, "utf-8")
    (tmp_path / "acme.toml").write_text(own, "utf-8")
    (rule,) = config.load_config(tmp_path / "acme.toml").notify
    assert rule.agreements == ("silver",), "and the rule of gold alone is none of this customer's"


def test_a_rule_of_a_customers_own_that_names_what_is_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(RECEIVER + RULE + 'agreements = ["none"]\n', "utf-8")
    with pytest.raises(ConfigError, match="no such agreement"):
        config.load_config(tmp_path / "config.toml")
