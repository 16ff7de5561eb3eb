"""Where links are read from, and what is wrong with what the file says of them."""

from pathlib import Path

import pytest

from slabridge.app.demo import example
from slabridge.config import ConfigError, LinkRule, load_config
from tests.slabridge.config.small import config, config_problems


def rule(where: str, connection: str = "snow") -> LinkRule:
    change = f'[[connections.{connection}.links]]\ntype = "problem"\n{where}'
    (found,) = next(one for one in config(change).connections if one.name == connection).links
    return found


def test_each_place_of_a_link_becomes_the_field_that_it_is_read_from() -> None:
    field = "field = 'correlation_id'\nto = 'help'"
    assert rule(field) == LinkRule("problem", "help", "correlation_id")
    assert rule(f"{field}\nmatch = '[A-Z]+-1'\nfollow = false\nwrite = true\nby = 'id'") == LinkRule(
        "problem", "help", "correlation_id", "id", "[A-Z]+-1", (), follow=False, write=True
    )
    assert rule("to = 'help'\nissue_link = 'Blocks'\ndirection = 'inward'", "help") == LinkRule(
        "problem", "help", "issuelinks", names=("Blocks inward", "Blocks both")
    )
    assert rule("to = 'snow'\nremote_link = 'INC'", "help") == LinkRule("problem", "snow", "remotelinks", match="INC")


REFUSED = {
    "no place": ("snow", "to = 'help'", "", "needs one of field, issue_link, remote_link, and has none"),
    "two places": ("help", "to = 'help'\nissue_link = 'a'\nfield = 'b'", "", "and has field and issue_link"),
    "no such connection": ("snow", "to = 'hepl'\nfield = 'b'", ".to", 'the nearest is "help"'),
    "issue links of ServiceNow": ("snow", "to = 'snow'\nissue_link = 'a'", ".issue_link", "ServiceNow has no such"),
    "issue links to another tool": ("help", "to = 'snow'\nissue_link = 'a'", ".to", "write 'help'"),
    "direction of a field": ("help", "to = 'snow'\nfield = 'b'\ndirection = 'inward'", ".direction", "drop it"),
    "match of an issue link": ("help", "to = 'help'\nissue_link = 'a'\nmatch = 'b'", ".match", "drop it"),
    "no pattern": ("snow", "to = 'help'\nfield = 'b'\nmatch = '['", ".match", "is no regular expression"),
    "no name of a field": ("snow", "to = 'help'\nfield = 'b^c'", ".field", "table or field name"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_no_link_can_be_read_from_is_refused_with_the_place_and_the_remedy(case: str) -> None:
    connection, where, key, words = REFUSED[case]
    (problem,) = config_problems(f'[[connections.{connection}.links]]\ntype = "problem"\n{where}')
    assert problem.path == f"connections.{connection}.links[0]{key}"
    assert words in problem.message


def test_a_result_never_goes_to_a_field_in_which_links_are_found() -> None:
    (problem,) = config_problems("""
        [[connections.snow.links]]
        type = "problem"
        to = "help"
        field = "u_other"
        [[connections.snow.writeback.fields]]
        field = "u_other"
        value = "sla.status"
    """)
    assert problem.path == "connections.snow.writeback.fields[0].field"
    assert "is where links are found" in problem.message


def test_a_type_of_link_in_a_chain_that_is_read_nowhere_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(example().replace('link = ["problem"]', 'link = ["problme"]'), "utf-8")
    with pytest.raises(ConfigError) as raised:
        load_config(path)
    (problem,) = raised.value.problems
    assert (problem.path, problem.message) == (
        "chain[0].link",
        'no [[connections.NAME.links]] has this type; the nearest is "problem"',
    )
