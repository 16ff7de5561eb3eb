"""Native fields and codes in the names that a connection gives them; what it does not name is to be checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from slabridge.config import Connection
from slabridge.importing.document import Section
from slabridge.importing.finding import Finding, Kind, Untranslatable

SUBJECT = "fields and values"
"""What findings about words are about."""
_RESERVED = {"not", "event", "else", "source", "last_comment", "last_public_comment", "opened_in"}


@dataclass(slots=True)
class Vocabulary:
    """The words of a connection (None: there is none), and the names that codes of (native field, code) have there.

    `unmapped` grows with native fields that the connection does not map, by our name of them; `checks` with what a
    person must look at, each once.
    """

    connection: Connection | None
    names: Mapping[tuple[str, str], str]
    unmapped: dict[str, str] = field(default_factory=dict)
    checks: dict[Finding, None] = field(default_factory=dict)

    def field(self, native: str) -> str:
        """Return what a native field is called here; one that is not mapped keeps its name."""
        taken: Mapping[str, str] = {} if self.connection is None else self.connection.fields
        for name, mapped in taken.items():
            if mapped.casefold() == native.casefold():
                return name
        name = native.replace(".", "_")
        name = f"native_{name}" if name in _RESERVED or name in taken else name
        if name not in self.unmapped:
            self.unmapped[name] = native
            place = (
                "[connections.NAME.fields]"
                if self.connection is None
                else f"[connections.{self.connection.name}.fields]"
            )
            self.say(Kind.CHECK, native, "", f"is not mapped; write {name} = {native!r} under {place}")
        return name

    def values(self, native: str, codes: Sequence[str], column: str) -> list[str]:
        """Return what codes of a field are called here; "" is an unset field and stays.

        Raises:
            Untranslatable: a value here means some of these codes and others too, or nobody knows a record's name.
        """
        name = self.field(native)
        mapping = {} if self.connection is None else self.connection.values.get(name, {})
        found = [self._value(native, code, mapping, column) for code in codes]
        asked = set(codes) | {self.names.get((native, code), code) for code in codes}
        for other, canonical in mapping.items():
            if canonical in found and other not in asked and _alike(other, codes):
                raise Untranslatable(
                    column, native, f"{canonical!r} is here both {other} and a value that the condition tells from it"
                )
        return list(dict.fromkeys(found))

    def _value(self, native: str, code: str, mapping: Mapping[str, str], column: str) -> str:
        if not code:
            return code
        label = self.names.get((native, code))
        found = mapping.get(code, mapping.get(label or code))
        if found is not None:
            return found
        if label in {None, code} and len(code) == 32 and set(code) <= set("0123456789abcdef"):
            raise Untranslatable(column, code, f"is the sys_id of a {native} whose name is not known")
        if mapping or label is None:
            self.say(Kind.CHECK, native, code, f"is not among the values of {self.field(native)}; it stands as it is")
        return label or code

    def say(self, kind: Kind, column: str, text: str, why: str) -> None:
        """Note what is to be said of the words, once."""
        self.checks[Finding(kind, SUBJECT, column, text, why)] = None

    def heading(self) -> list[Section]:
        """Return what is said of the words, as comments."""
        found = [one for one in self.checks if one.subject == SUBJECT]
        lines = [f"{one.kind}: {one.column}{f' = {one.text}' if one.text else ''}: {one.why}" for one in found]
        return [Section((), {}, lines)] if lines else []


def _alike(other: str, codes: Sequence[str]) -> bool:
    """Say whether a mapped value is written as the codes are: a label beside numbers is another name of one of them."""
    numbers = all(code.lstrip("-").isdecimal() for code in codes if code)
    return other.lstrip("-").isdecimal() or not numbers
