"""Forgetting people: a keyed hash in the place of their names, in all that the state has and all it reads later."""

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row

from connectors.interface import NativeTicket
from slabridge.config import Config, ConfigError, Problem
from slabridge.config.agreements.definitions import DEFINING, REPORTING
from slabridge.config.problem import KeyPath
from slabridge.exit import Exit
from slabridge.run.people import key_of
from slabridge.state import ConnectionState, State, Transaction, forecasts, forgotten, lease, personal, tickets
from slabridge.ticket.names import authors_of, held_in, named, pairs_of
from slabridge.ticket.people import Called, Key, People, is_name, words_of

_DECIDING = ("fields", "values", "writeback", "links")
"""Keys of a connection that decide on what tickets come to, or where it is written."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Who is forgotten: all `names` of them that are replaced, by `person` ("" where it is everybody).

    `rows` counts, by table, those in which they stand; `places` are keys of the file that name them. `left` says what
    could not be done.
    """

    names: tuple[str, ...]
    person: str
    rows: Mapping[str, int]
    places: tuple[str, ...] = ()
    left: str = ""
    done: bool = False

    @property
    def exit_code(self) -> Exit:
        """Partial where the database may still hold what was replaced."""
        return Exit.PARTIAL if self.left else Exit.COMPLETE


@dataclass(slots=True)
class _Work:
    """What is to be replaced in a state: of tickets by connection, and of all else."""

    state: State
    elsewhere: People
    tickets: Mapping[str, People] = field(default_factory=dict)

    def of(self, table: str) -> Callable[[Row[Any]], People]:
        """Return who is replaced in a row of a table."""
        if table != "ticket":
            return lambda _: self.elsewhere
        return lambda row: self.tickets.get(row.connection, self.elsewhere)

    def through(self, at: int | None) -> Counter[str]:
        """Replace names in all tables at an instant (ms UTC), or (None) only count the rows that have any."""
        found: Counter[str] = Counter()
        for table in personal.naming_tables():
            after: personal.Place | None = None
            while True:
                with self.state.begin() if at is not None else self.state.reading() as sql:
                    changed, after = personal.replace_names(sql, table, self.of(table.name), after, at)
                    if at is not None:
                        lease.renew(sql)
                found[table.name] += changed
                if after is None:
                    break
        if at is not None:
            with self.state.begin() as sql:
                forecasts.unlearn(sql)
        return +found


def forget(config: Config, names: Collection[str], *, apply: bool) -> Forgotten:
    """Forget a person by any of their names, ids or accounts; those that stand together with one are found.

    Without `apply` it is only said what would be done.

    Raises:
        ConfigError: there is no key, or the file itself goes by a name of the person.
        StateError: the state cannot be used. Busy: a run uses it.
    """
    key = _key(config)
    for name in names:
        if not is_name(name):
            raise ConfigError([Problem("--person", "", name, "is no name: there is no letter in it")])

    def step(state: State) -> Forgotten:
        all_names = _all_names(config, state, names)
        with state.begin() if apply else state.reading() as sql:
            known = forgotten.called(sql, key)
            person = _person(key, known, all_names)
            mine = {key.pseudonym(name): Called(person, len(words_of(name))) for name in all_names}
            people = People(key, {**known, **mine})
            places = _places(config, people)
            if apply:
                forgotten.forget(sql, key, person, all_names)
        rows = _Work(state, people).through(_now() if apply else None)
        return Forgotten(tuple(sorted(all_names)), person, rows, places, state.compact() if apply else "", apply)

    return _opened(config, step, apply=apply)


def forget_everybody(config: Config, *, apply: bool) -> Forgotten:
    """Put pseudonyms in the place of all people in a state that was made without them.

    Raises:
        ConfigError: there is no key, or the file does not say pseudonyms = true.
        StateError: the state cannot be used. Busy: a run uses it.
    """
    key, privacy = _key(config), config.privacy
    if not privacy.pseudonyms:
        message = "must be true where everybody is to be replaced; else the next run reads all names again"
        raise ConfigError([Problem(config.file, "privacy.pseudonyms", None, message)])
    fields = {one.name: privacy.fields_of(one) for one in config.connections}

    def step(state: State) -> Forgotten:
        with state.reading() as sql:
            known = forgotten.called(sql, key)
        elsewhere = People(key, {**_everybody(config, state, key, fields), **known}, anywhere=False)
        work = _Work(state, elsewhere, {name: People(key, known, held) for name, held in fields.items()})
        rows = work.through(_now() if apply else None)
        if apply:
            with state.begin() as sql:
                for name, held in fields.items():
                    forgotten.set_pseudonyms(Transaction(sql, name), key, held)
        return Forgotten((), "", rows, (), state.compact() if apply else "", apply)

    return _opened(config, step, apply=apply)


def _everybody(config: Config, state: State, key: Key, fields: Mapping[str, Collection[str]]) -> Mapping[str, Called]:
    """Return all people of all tickets, by the pseudonym of each of their names.

    A name of one word that another field holds, too, is left out: it may be what a team is called.
    """
    codes: dict[str, str] = {}
    others: set[tuple[str, ...]] = set()
    for connection, native in _tickets(config, state):
        for code, name in held_in(native, fields[connection]) | authors_of(native):
            codes |= {text: code for text in (code, name) if is_name(text)}
        others.update(
            words
            for _, name in held_in(native, native.fields.keys() - fields[connection])
            if len(words := words_of(name)) == 1
        )
    return {
        key.pseudonym(text): Called(key.pseudonym(code), len(words_of(text)))
        for text, code in codes.items()
        if words_of(text) not in others
    }


def _opened(config: Config, step: Callable[[State], Forgotten], *, apply: bool) -> Forgotten:
    state = State.of(config.state, create=apply, migrate=apply)
    try:
        if not apply:
            return step(state)
        with lease.held(state):
            return step(state)
    finally:
        state.close()


def _key(config: Config) -> Key:
    key = key_of(config)
    if key is None:
        remedy = 'write key = { env = "SLABRIDGE_KEY" } into [privacy], and let that be a long random text'
        raise ConfigError(
            [Problem(config.file, "privacy.key", None, f"is missing, and the hash is made with it; {remedy}")]
        )
    return key


def _all_names(config: Config, state: State, names: Collection[str]) -> set[str]:
    """Return these names with those that stand together with them: ids of a name, and what these ids are called."""
    found = set(names)
    ids = {code for _, native in _tickets(config, state) for code, _ in named(pairs_of(native), found)}
    if ids:
        found |= {
            text
            for _, native in _tickets(config, state)
            for pair in pairs_of(native)
            if pair[0] in ids
            for text in pair
        }
    return {name for name in found if is_name(name)}


def _tickets(config: Config, state: State) -> Iterator[tuple[str, NativeTicket]]:
    for connection in config.connections:
        after = ""
        while True:
            with ConnectionState(state, connection.name).reading() as transaction:
                part = tickets.natives(transaction, after)
            if not part.last:
                break
            after = part.last
            yield from ((connection.name, native) for native in part.natives)


def _person(key: Key, known: Mapping[str, Called], names: Collection[str]) -> str:
    """Return the pseudonym of a person: that of a name which was forgotten before, else of the longest."""
    before = {known[key.pseudonym(name)].person for name in names if key.pseudonym(name) in known}
    return min(before) if before else key.pseudonym(max(names, key=lambda name: (len(name), name)))


def _places(config: Config, people: People) -> tuple[str, ...]:
    """Return the keys of the file that name the person, and that may go on doing so: they are the administrator's.

    Raises:
        ConfigError: what tickets come to goes by the name.
    """
    found = [path for path in _texts(config.document, ()) if _is_named(people, path[-1])]
    deciding = [path[:-1] for path in found if _decides(path[:-1])]
    if deciding:
        message = "names the person, and what tickets come to goes by it; change that first"
        raise ConfigError(Problem(*config.places.of(path), None, message) for path in deciding)
    return tuple(": ".join(config.places.of(path[:-1])) for path in found)


def _is_named(people: People, text: object) -> bool:
    return isinstance(text, str) and people.text(text) != text


def _decides(path: KeyPath) -> bool:
    return path[0] in (*DEFINING, *REPORTING) or (path[0] == "connections" and len(path) > 2 and path[2] in _DECIDING)


def _texts(held: object, path: KeyPath) -> Iterator[KeyPath]:
    """Yield the path of each text of a document, with the text behind it; names of tables are texts, too."""
    if isinstance(held, Mapping):
        for name, value in held.items():
            yield (*path, name, name)
            yield from _texts(value, (*path, name))
    elif isinstance(held, list | tuple):
        for n, value in enumerate(held):
            yield from _texts(value, (*path, n))
    elif isinstance(held, str):
        yield (*path, held)


def _now() -> int:
    return time.time_ns() // 1_000_000
