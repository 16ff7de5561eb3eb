"""Which names are found for a person, and what is left as it is."""

from dataclasses import replace

import pytest

from connectors.interface import NativeComment, NativeEntry, Value
from slabridge.app.forget import forget, forget_everybody
from slabridge.config import Config
from slabridge.state import State, StateError, Transaction, tickets
from slabridge.ticket.known import Evaluated
from tests.slabridge.config.small import config
from tests.slabridge.config.test_privacy import PEOPLE
from tests.slabridge.run.making import result
from tests.slabridge.state.databases import rows
from tests.slabridge.state.making import save, ticket

ANNA, NAMESAKE = "46f67787a9fe198101e06dfcf3d8dc5c", "0" * 31 + "a"
MAIL = (Value("t1", "Mail"),)


@pytest.fixture
def configured(place: str, monkeypatch: pytest.MonkeyPatch) -> Config:
    """Give a configuration over a state with two tickets: of Anna Berg, who has the account mail, and of a namesake."""
    monkeypatch.setenv("SLABRIDGE_KEY", "a long random text")
    state = State.of(place)
    mine = {
        "assigned_to": (Value(ANNA, "Anna Berg"),),
        "assignment_group": MAIL,
        "choice": (Value("10021", "Anna Berg"),),
    }
    comments = (NativeComment(6, "mail", "agent", public=True, person=ANNA),)
    save(state, ticket("1", fields=mine, history=(NativeEntry(5, "aberg", {}),), comments=comments))
    other = {"assigned_to": (Value(NAMESAKE, "Anna Berg"),), "assignment_group": MAIL}
    save(state, ticket("2", fields=other, history=(NativeEntry(5, "a.other", {}),), comments=()))
    with state.begin() as sql:
        found = [result(holder="Anna Berg", dimensions={"team": ("Mail",), "type": ("10021",)})]
        tickets.evaluated(Transaction(sql, "snow"), 100, [Evaluated("1", found)])
    state.close()
    return replace(config(PEOPLE), state=place)


def test_of_a_name_the_ids_are_found_and_of_an_id_all_that_it_is_called(configured: Config) -> None:
    assert forget(configured, ["anna berg"], apply=False).names == (NAMESAKE, ANNA, "Anna Berg", "anna berg", "mail")
    assert forget(configured, [ANNA], apply=False).names == (ANNA, "Anna Berg", "mail")
    assert forget(configured, ["aberg"], apply=False).names == ("aberg",)


def test_several_names_are_those_of_one_person(configured: Config) -> None:
    found = forget(configured, [ANNA, "aberg"], apply=True)
    again = forget(configured, ["aberg"], apply=False)
    assert (again.person, again.rows) == (found.person, {})
    state = State.of(configured.state)
    with state.reading() as sql:
        (native,) = tickets.natives(Transaction(sql, "snow"), "").natives[:1]
    state.close()
    assert [native.history[0].by, native.comments[0].by, native.comments[0].person] == [found.person] * 3
    assert native.fields["assigned_to"] == (Value(found.person, found.person),)


def test_what_is_only_a_number_is_nobodys_name(configured: Config) -> None:
    forget(configured, ["Anna Berg"], apply=True)
    assert rows(configured.state, "SELECT type FROM result") == [("10021",)]


def test_with_another_key_nothing_is_replaced(configured: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    forget_everybody(configured, apply=True)
    monkeypatch.setenv("SLABRIDGE_KEY", "another long random text")
    with pytest.raises(StateError, match="made with another key"):
        forget_everybody(configured, apply=True)
    with pytest.raises(StateError, match="made with another key"):
        forget(configured, ["Anna Berg"], apply=True)


def test_with_everybody_no_team_is_renamed_that_is_called_as_an_account(configured: Config) -> None:
    assert forget_everybody(configured, apply=True).left == ""
    ((holder, team),) = rows(configured.state, "SELECT holder, team FROM result")
    assert str(holder).startswith("person-")
    assert team == "Mail"
