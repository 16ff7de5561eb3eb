"""People's names in tickets and texts, and the keyed hashes that stand in their place (docs/privacy.md). Pure."""

import hmac
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from pydantic import SecretStr

from connectors.interface import NativeComment, NativeEntry, NativeTicket, Value, Values

_WORD = re.compile(r"[^\W_]+")
_PSEUDONYM = re.compile(r"person-[0-9a-f]{12}")
_KEPT = 50_000
"""Values and texts of which it is remembered what stands in their place: tickets share most of theirs."""


def words_of(text: str) -> tuple[str, ...]:
    """Return the words by which names are compared: those of `Andersson, Anna` are those of `anna.andersson`."""
    return tuple(sorted(word.casefold() for word in _WORD.findall(unicodedata.normalize("NFC", text))))


def is_name(text: str) -> bool:
    """Return whether people can be called so: there is a letter in it. Numbers alone are ids of many things."""
    return any(map(str.isalpha, text))


class Key:
    """The secret of the keyed hashes: HMAC-SHA-256, of which 48 bits are shown."""

    def __init__(self, secret: SecretStr) -> None:
        self._secret = secret

    @property
    def check(self) -> str:
        """What tells this key from another one, and nothing about it."""
        return self._hash("\0")

    def pseudonym(self, text: str) -> str:
        """Return what stands in a name's place: the same for the same words."""
        return f"person-{self._hash(' '.join(words_of(text)) or text)}"

    def _hash(self, text: str) -> str:
        return hmac.digest(self._secret.get_secret_value().encode(), text.encode(errors="replace"), "sha256").hex()[:12]


@dataclass(frozen=True, slots=True)
class Called:
    """What stands in the place of a name of so many `words`: the `person`, by whichever of their names."""

    person: str
    words: int


_NOBODY: Mapping[str, Called] = MappingProxyType({})


class People:
    """Puts pseudonyms in the place of names."""

    def __init__(
        self,
        key: Key | None = None,
        named: Mapping[str, Called] = _NOBODY,
        fields: frozenset[str] | None = None,
        *,
        anywhere: bool = True,
    ) -> None:
        """Replace those who are `named`, by the pseudonym of each of their names, wherever they stand.

        In tickets everybody is replaced whom these `fields` (native ones) hold, and every author, unless it is None.
        If not `anywhere`, a name of one word is found only where nothing stands beside it.
        """
        self._key, self._named, self._fields, self._anywhere = key, named, fields, anywhere
        self._lengths = sorted({one.words for one in named.values()}, reverse=True)
        self._text = lru_cache(_KEPT)(self._without_names)
        self._value = lru_cache(_KEPT)(self._without_person)
        self._held = lru_cache(_KEPT)(self._without_people)

    def __bool__(self) -> bool:
        """Return whether anybody is replaced."""
        return self._key is not None and (bool(self._named) or self._fields is not None)

    def within(self, fields: frozenset[str]) -> "People":
        """Return the same for tickets of which these native fields hold people; where names stand, they stay."""
        return self if self._fields is None else People(self._key, self._named, fields, anywhere=self._anywhere)

    def ticket(self, native: NativeTicket) -> NativeTicket:
        """Return a ticket without the names."""
        if not self:
            return native
        return replace(
            native,
            fields={name: self._held(held, self._is_person(name)) for name, held in native.fields.items()},
            history=self._entries(native.history),
            observed=self._entries(native.observed),
            comments=tuple(map(self._comment, native.comments)),
            written={name: text and self.text(text) for name, text in native.written.items()},
        )

    def text(self, text: str) -> str:
        """Return a text in which nobody is named who is always replaced."""
        return self._text(text) if self._named else text

    def document(self, held: Any, *, keys: bool = False) -> Any:  # noqa: ANN401 - any JSON
        """Return JSON in whose texts they are not named, nor, where `keys` are others' words, in these."""
        if isinstance(held, str):
            return self.text(held)
        if isinstance(held, Mapping):
            return {self.text(k) if keys else k: self.document(value, keys=keys) for k, value in held.items()}
        if isinstance(held, list | tuple):
            return [self.document(value, keys=keys) for value in held]
        return held

    def _entries(self, entries: Iterable[NativeEntry]) -> tuple[NativeEntry, ...]:
        return tuple(
            NativeEntry(
                entry.at,
                self._author(entry.by),
                {
                    name: (self._held(before, self._is_person(name)), self._held(after, self._is_person(name)))
                    for name, (before, after) in entry.changes.items()
                },
            )
            for entry in entries
        )

    def _comment(self, comment: NativeComment) -> NativeComment:
        by, person = self._author(comment.by), self._author(comment.person)
        if person != comment.person and by == comment.by:  # an account that was not known for this person's yet
            by = person
        return replace(comment, by=by, person=person)

    def _author(self, name: str) -> str:
        return self._value(Value(name, name), self._fields is not None).code if name else name

    def _is_person(self, field: str) -> bool:
        return self._fields is not None and field in self._fields

    def _without_people(self, values: Values, everybody: bool) -> Values:
        return tuple(self._value(value, everybody) for value in values)

    def _without_person(self, value: Value, everybody: bool) -> Value:
        code, name = value
        if self._key is None or _PSEUDONYM.fullmatch(code):
            return value
        person = self._whole(code)
        if person is None and (called := self._whole(name)) is not None:
            # A namesake, or another account of the same person: nobody knows, so it stays another one.
            person = called if words_of(code) == words_of(name) else self._key.pseudonym(code)
        if person is None and everybody:
            person = self._key.pseudonym(code)
        return Value(self.text(code), self.text(name)) if person is None else Value(person, person)

    def _whole(self, text: str) -> str | None:
        """Return who is called by a whole text."""
        if self._key is None or len(words_of(text)) not in self._lengths or _PSEUDONYM.fullmatch(text):
            return None
        found = self._named.get(self._key.pseudonym(text))
        return None if found is None else found.person

    def _without_names(self, text: str) -> str:
        whole = self._whole(text)
        if whole is not None:
            return whole
        shown = unicodedata.normalize("NFC", text)
        words = [found.span() for found in _WORD.finditer(shown)]
        parts: list[str] = []
        done = n = 0
        while n < len(words):
            count, person = self._next(shown, words, n)
            if person is not None:
                parts += [shown[done : words[n][0]], person]
                done = words[n + count - 1][1]
            n += count
        return "".join([*parts, shown[done:]]) if parts else text

    def _next(self, text: str, words: Sequence[tuple[int, int]], n: int) -> tuple[int, str | None]:
        """Return of how many words, from the n-th on, a name is, and whose: the longest; 1 and None without any."""
        for count in self._lengths:
            if n + count <= len(words) and (count > 1 or self._anywhere):
                person = self._whole(text[words[n][0] : words[n + count - 1][1]])
                if person is not None:
                    return count, person
        return 1, None
