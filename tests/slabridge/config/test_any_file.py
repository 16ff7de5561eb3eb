import copy
import tomllib
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from slabridge.config import ConfigError, Problem
from slabridge.config.config import config_of
from tests.places import CHECKOUT

EXAMPLE = tomllib.loads((CHECKOUT / "config.example.toml").read_text(encoding="utf-8"))
SECRET = "hunter2"
KEYS = [
    *("while", "start", "stop", "pause", "reset", "at_risk", "calendar", "clock", "targets", "when", "within", "scope"),
    *("else", "not", "event", "set", "values", "field", "fields", "writeback", "comments", "timeout", "like", "id"),
    *("supports", "exclude", "valid_from", "open", "closed", "maintenance", "weekly", "day", "auth", "password", ""),
    *("native", "agents", "census", "history", "ca", "proxy", "concurrency", "token_url", "kind", "table", "reference"),
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


def _places(document: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = (
        document.items() if isinstance(document, dict) else enumerate(document if isinstance(document, list) else ())
    )
    for key, value in items:
        yield (*path, key)
        yield from _places(value, (*path, key))


def _problems(path: tuple[Any, ...], value: object) -> tuple[Problem, ...]:
    """Return what is wrong with the example after a change at one place."""
    document = copy.deepcopy(EXAMPLE)
    table: Any = document
    for key in path[:-1]:
        table = table[key]
    table[path[-1]] = value
    try:
        config_of(document, Path("config.toml"))
    except ConfigError as error:
        return error.problems
    return ()


PLACES = list(_places(EXAMPLE))
NEW_KEYS = st.tuples(
    st.sampled_from([place[:-1] for place in PLACES if isinstance(place[-1], str)]), st.sampled_from(KEYS)
)


@settings(max_examples=200, deadline=None)
@given(place=st.sampled_from(PLACES) | NEW_KEYS.map(lambda pair: (*pair[0], pair[1])), junk=JUNK)
def test_whatever_stands_anywhere_there_is_a_configuration_or_its_problems(
    place: tuple[Any, ...], junk: object
) -> None:
    assert all(problem.message for problem in _problems(place, junk))


def test_a_secret_that_stands_anywhere_under_auth_is_not_shown() -> None:
    auth = [place for place in PLACES if "auth" in place and place[-1] not in {"kind", "user", "env"}]
    assert len(auth) == 4
    for place in [*auth, *((*place[:3], "secret") for place in auth), *((*place[:4], "env") for place in auth)]:
        for value in (f"{SECRET}!", [SECRET], {"value": SECRET}, {"env": f"{SECRET}!"}, {"env": [SECRET]}):
            problems = _problems(place, value)
            assert problems
            assert SECRET not in f"{problems} {ConfigError(problems)} {ConfigError(problems)!r}"
