"""A connection's part of a first configuration, as TOML with comments: what was proposed, and what to look at."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from connectors.interface import Found, FoundField, FoundValue
from slabridge.proposal.fields import Chosen, chosen
from slabridge.proposal.meaning import STATUSES, Guess, priority_of, status_of
from slabridge.text.printed import line
from slabridge.text.toml import value

CHECK = "# check: "
"""What stands before everything that somebody has to look at."""
_RESULTS = (("status", "status"), ("due", "due_at"), ("breached at", "breached_at"), ("holder", "holder"))
_SOLVED = ("resolution", "restoration", "rto")
"""What templates call the promise that a ticket is solved."""
_KINDS = ("sla", "ola")
_SHOWN = {"on_track": "On track", "at_risk": "At risk", "paused": "Paused", "breached": "Breached", "met": "Met"}
_SLAS = {"response": ("respon", "answer", "svar"), "resolution": ("resol", "fix", "lös", "åtgärd")}
_OTHERS = 8
_MOST = 60


@dataclass(frozen=True, slots=True)
class Where:
    """How a connection is reached: its name and tool, what its table begins with, and how columns are called there."""

    name: str
    type: str
    head: Sequence[str]
    own_columns: bool


def connection_text(where: Where, found: Found, promises: Sequence[str], asked: Sequence[str]) -> str:
    """Return the TOML of a connection.

    `promises` are the objectives of SLAs, as `agreement.objective`, `asked` the fields that agreements ask for.
    """
    fields = chosen(found, asked)
    parts = [
        [f"[connections.{where.name}]", *where.head],
        _fields(where, found, fields),
        *(_values(where, one, found.sampled) for one in fields if one.name in {"status", "priority"}),
        _native(where, found, promises),
        *_written(where, found, promises),
        [
            f"[connections.{where.name}.writeback.comments]   # internal notes; a first run posts nothing that is past",
            'on = ["at_risk", "breached"]',
            'kinds = ["sla", "ola"]',
        ],
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _fields(where: Where, found: Found, fields: Sequence[Chosen]) -> list[str]:
    head = f"[connections.{where.name}.fields]   # our name = theirs; of the {found.sampled} newest tickets"
    rows = [head]
    for one in fields:
        label = "" if one.field.label == one.field.name else f"{line(one.field.label, _MOST)}, "
        note = f"# {label}set on {one.field.tickets}"
        rows += [f"{CHECK}{line(one.check, 200)}"] if one.check else []
        rows.append(f"{one.name} = {_text(one.field.name)}   {note}")
    used = {one.field.name for one in fields}
    others = [one for one in found.fields if one.kind == "choice" and one.values and one.name not in used]
    for other in sorted(others, key=lambda one: -one.tickets)[:_OTHERS]:
        if other.tickets:
            most = ", ".join(f"{line(held.name, _MOST)} ({held.tickets})" for held in other.values[:3])
            rows.append(f"# {_key(other.label)} = {_text(other.name)}   # {most}")
    return rows


def _values(where: Where, one: Chosen, sampled: int) -> list[str]:
    """Return the values of a field with what they mean, and how many tickets of the sample hold each."""
    means = status_of if one.name == "status" else priority_of
    guessed: dict[str, list[tuple[FoundValue, Guess]]] = {}
    for found in one.field.values:
        guess = means(found)
        guessed.setdefault(guess.value, []).append((found, guess))
    order = STATUSES if one.name == "status" else sorted(guessed)
    rows = [f"[connections.{where.name}.values.{one.name}]   # our value = their codes; of {sampled} tickets so many"]
    for name in order:
        values = guessed.get(name, [])
        unsure = [line(one.name, _MOST) for one, guess in values if not guess.sure]
        if unsure:
            rows.append(f"{CHECK}{', '.join(unsure)}: is that {name}?")
        if values:
            codes = ", ".join(_text(one.code) for one, _ in values)
            told = ", ".join(f"{line(one.name, _MOST)} ({one.tickets})" for one, _ in values)
            rows.append(f"{name} = [{codes}]   # {told}")
    return rows


def _native(where: Where, found: Found, promises: Sequence[str]) -> list[str]:
    """Return which of the tool's own SLAs seem to promise the same, by their names."""
    rows = []
    left = list(found.definitions)
    for promise in promises:
        words = _SLAS.get(promise.rpartition(".")[2], ())
        names = [name for name in left if any(word in name.lower() for word in words)]
        left = [name for name in left if name not in names]
        if names:
            rows.append(f'"{promise}" = [{", ".join(map(_text, names))}]')
    if left:
        rows.append(f"# not compared: {line(', '.join(left), 200)}")
    head = [f"[connections.{where.name}.native]   # which of the tool's own SLAs `slabridge compare` puts beside which"]
    return [*head, f"{CHECK}by their names alone", *rows] if rows else []


def _written(where: Where, found: Found, promises: Sequence[str]) -> Iterator[list[str]]:
    """Yield the fields for results: those that are there, by their ids, and as comments those that are not.

    Of SLAs they are those of the promise to solve it, where there is one: a status and a due time of two different
    promises would contradict each other on the ticket.
    """
    there = {field.name if where.own_columns else field.label: field for field in found.fields}
    solved = next((name for name in _SOLVED for one in promises if one.endswith(f".{name}")), "")
    missing, known = False, False
    for kind in _KINDS:
        of = f"sla.{solved}" if kind == "sla" and solved else kind
        for label, result in _RESULTS:
            name = f"u_{kind}_{label.replace(' ', '_')}" if where.own_columns else f"{kind.upper()} {label}"
            field = there.get(name)
            shown = "" if field is None or field.name == name else f"   # {name}"
            rows = [
                f"[[connections.{where.name}.writeback.fields]]",
                f"field = {_text(name if field is None else field.name)}{shown}",
                f'value = "{of}.{result}"',
                *([f"values = {{ {_options(field)} }}"] if result == "status" else []),
            ]
            if field is None:
                rows = [f"# {row}" for row in rows]
            elif not known:
                rows = [f"{CHECK}fields of these names are there already: are they for this, and nobody else's?", *rows]
            missing, known = missing or field is None, known or field is not None
            yield rows
    if missing:
        yield ["# What is a comment above is not there yet: take its # away, and `slabridge provision` makes it."]


def _options(field: FoundField | None) -> str:
    """Return the words of a status with the options that a field has for them, else with ours."""
    there = {one.name.casefold(): one.name for one in field.values} if field is not None else {}
    pairs: Mapping[str, str] = {word: there.get(shown.casefold(), shown) for word, shown in _SHOWN.items()}
    return ", ".join(f"{word} = {_text(shown)}" for word, shown in pairs.items())


def _text(text: str) -> str:
    return value(line(text, 400))


def _key(label: str) -> str:
    """Return a label as a name that needs no quotes in TOML."""
    return "_".join(re.findall(r"[a-z0-9]+", label.lower())) or "other"
