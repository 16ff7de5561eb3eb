import copy
import tomllib
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from slabridge.config import ConfigError
from slabridge.config.config import config_of

EXAMPLE = tomllib.loads((Path(__file__).parents[2] / "config.example.toml").read_text(encoding="utf-8"))
SECRET = "hunter2"
KEYS = [
    *("while", "start", "stop", "pause", "reset", "at_risk", "calendar", "clock", "targets", "when", "within", "scope"),
    *("else", "not", "event", "set", "values", "field", "fields", "writeback", "comments", "timeout", "like", "id"),
    *("supports", "exclude", "valid_from", "open", "closed", "maintenance", "weekly", "day", "auth", "password", ""),
]
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 100),
    st.floats(),
    st.sampled_from([date(2026, 1, 1), datetime(2026, 1, 1), time(8)]),  # noqa: DTZ001 - TOML has local times
    st.sampled_from(["", "a b", "é\x00", "4h", "1wd", "75%", "24x7", "office", "snow", "https://[::1", "sla.due_at"]),
)
JUNK = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=2)
)


def _places(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = (
        document.items() if isinstance(document, dict) else enumerate(document if isinstance(document, list) else ())
    )
    for key, value in items:
        yield (*path, key)
        yield from _places(value, (*path, key))


def _with(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    document = copy.deepcopy(EXAMPLE)
    table: Any = document
    for key in path[:-1]:
        table = table[key]
    table[path[-1]] = value
    return document


PLACES = list(_places(EXAMPLE))
TABLES = [place for place in PLACES if isinstance(place[-1], str)]


@settings(max_examples=300, deadline=None)
@given(
    place=st.sampled_from(PLACES)
    | st.builds(lambda p, k: (*p[:-1], k), st.sampled_from(TABLES), st.sampled_from(KEYS)),
    junk=JUNK,
)
def test_whatever_stands_anywhere_there_is_a_configuration_or_its_problems(place: tuple[Any, ...], junk: Any) -> None:
    try:
        config_of(_with(place, junk), Path("config.toml"))
    except ConfigError as error:
        assert all(problem.message for problem in error.problems)


def test_a_secret_that_stands_anywhere_under_auth_is_not_shown() -> None:
    auth = [place for place in PLACES if "auth" in place and place[-1] not in {"kind", "user"}]
    assert len(auth) == 6
    for place in [*auth, *((*place[:3], "secret") for place in auth)]:
        for value in (SECRET, f"{SECRET} ", [SECRET], {"value": SECRET}, {"env": f"{SECRET}!"}):
            try:
                config_of(_with(place, value), Path("config.toml"))
            except ConfigError as error:
                assert SECRET not in f"{error} {error!r} {error.problems}"
            else:
                assert place[-1] == "env" and value == SECRET
