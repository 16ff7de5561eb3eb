"""Names and the pseudonyms in their place: which texts are a name, and what is left as it is."""

import pytest
from pydantic import SecretStr

from connectors.interface import NativeComment, NativeEntry, NativeTicket, Value
from slabridge.ticket.people import Called, Key, People, words_of

KEY = Key(SecretStr("a long random text"))
ANNA = KEY.pseudonym("Anna Berg")
ID = "46f67787a9fe198101e06dfcf3d8dc5c"


def named(*names: str) -> dict[str, Called]:
    return {KEY.pseudonym(name): Called(ANNA, len(words_of(name))) for name in names}


PEOPLE = People(KEY, named("Anna Berg", "abe", ID, "anna.berg@example.com"))


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("Anna Berg", ANNA),
        ("Berg, Anna", ANNA),
        ("ANNA  BERG", ANNA),
        ("anna_berg", ANNA),
        ("held by Anna Berg, breached", f"held by {ANNA}, breached"),
        ("Anna.Berg@Example.com wrote", f"{ANNA} wrote"),
        ("by (abe)", f"by ({ANNA})"),
        (f"assigned_to={ID}", f"assigned_to={ANNA}"),
        ("Anna Bergman", "Anna Bergman"),
        ("abel and Anna", "abel and Anna"),
        ("", ""),
        (f"{ANNA} is {ANNA}", f"{ANNA} is {ANNA}"),
        ("Anna\nBerg\tAnna Berg", f"{ANNA}\t{ANNA}"),
    ],
)
def test_a_name_is_found_in_any_order_case_and_place_and_nothing_else(text: str, without: str) -> None:
    assert PEOPLE.text(text) == without


def test_a_letter_and_its_accent_are_one_however_they_are_written() -> None:
    people = People(KEY, named("\u00c5sa Ek"))
    assert people.text("A\u030asa Ek ringde") == f"{ANNA} ringde"
    assert people.text("A\u030a\u00df") == "A\u030a\u00df"


def test_what_two_share_is_no_person_by_itself() -> None:
    """A namesake is hidden, too, and stays another one."""
    found = PEOPLE.ticket(ticket(assignee=(Value("0" * 31 + "a", "Anna Berg"),))).fields["assignee"]
    assert found == (Value(KEY.pseudonym("0" * 31 + "a"), KEY.pseudonym("0" * 31 + "a")),)


def test_nobody_is_replaced_where_nobody_is_to_be() -> None:
    plain = ticket(assignee=(Value(ID, "Anna Berg"),))
    assert People().ticket(plain) is plain
    assert People(KEY).ticket(plain) is plain
    assert People(KEY).text("Anna Berg") == "Anna Berg"


def test_the_forgotten_are_replaced_in_every_field_and_others_in_none() -> None:
    found = PEOPLE.ticket(ticket(assignee=(Value(ID, "A. Berg"),), labels=(Value("abe", "abe"), Value("vip", "vip"))))
    assert found.fields == {"assignee": (Value(ANNA, ANNA),), "labels": (Value(ANNA, ANNA), Value("vip", "vip"))}
    assert [entry.by for entry in found.history] == [ANNA, "bob"]
    assert found.comments == (NativeComment(3, ANNA, "agent", public=True, person=ANNA),)
    assert found.written == {"u_holder": ANNA, "u_due": None}


def test_with_pseudonyms_everybody_is_replaced_where_people_stand_and_only_there() -> None:
    found = People(KEY, {}, frozenset({"assignee"})).ticket(
        ticket(assignee=(Value(ID, "Anna Berg"),), team=(Value("t1", "Mail"),))
    )
    anna = KEY.pseudonym(ID)
    assert found.fields == {"assignee": (Value(anna, anna),), "team": (Value("t1", "Mail"),)}
    assert [entry.by for entry in found.history] == [KEY.pseudonym("abe"), KEY.pseudonym("bob")]
    assert found.comments[0].person == anna  # so that who wrote it is still the assignee
    assert People(KEY, {}, frozenset({"assignee"})).ticket(found) == found


def test_pseudonyms_are_of_the_key() -> None:
    assert Key(SecretStr("another")).pseudonym("Anna Berg") != ANNA
    assert Key(SecretStr("another")).check != KEY.check
    assert KEY.pseudonym("berg anna") == ANNA == Key(SecretStr("a long random text")).pseudonym("Anna Berg")


def ticket(**fields: tuple[Value, ...]) -> NativeTicket:
    history = (NativeEntry(1, "abe", {}), NativeEntry(2, "bob", {}))
    comments = (NativeComment(3, "abe", "agent", public=True, person=ID),)
    written = {"u_holder": "Anna Berg", "u_due": None}
    return NativeTicket("1", "INC1", 0, 0, fields, history, comments, written)
