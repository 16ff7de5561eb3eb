"""The comment on a transition: what was agreed, the time used, the due time, and who holds the ticket."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sla_engine import Definitions, Result
from slabridge.text.language import Language
from slabridge.text.printed import line, lines
from slabridge.text.said import Said, said, word
from slabridge.text.spoken import WEEKDAYS, shown_percent, spoken, zoned
from slabridge.text.template import compiled

_HEADS: Mapping[str, str] = {
    "at_risk": word("at risk"),
    "breached": word("breached"),
    "on_track": word("on track"),
    "paused": word("paused"),
}
_MOST = 255
"""The longest name or value in a comment: a tool refuses a comment that is too long."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a comment is about: a cycle, and by which definitions it was judged.

    `ticket` is the key of the ticket that it stands on, `of` that of the ticket above that the cycle is of, where it is
    not this one's; `carrier` the holder and the key of the ticket that has the cycle's time, where that is another than
    the cycle's own.
    """

    result: Result
    definitions: Definitions
    ticket: str = ""
    of: str | None = None
    carrier: tuple[str | None, str] | None = None

    @property
    def agreement(self) -> str:
        """What the agreement is called."""
        found = next(a for a in self.definitions.agreements if a.table == self.result.table)
        return found.name or found.id

    def local(self, instant: int | None) -> Said | str:
        """Return an instant in the zone of the cycle's calendar."""
        if instant is None:
            return ""
        zone = self.definitions.calendars[self.result.calendar].timezone
        at = zoned(instant, zone)
        return said("%(day)s %(time)s", day=said(WEEKDAYS[at.weekday()]), time=f"{at:%Y-%m-%d %H:%M %Z} ({zone})")


def message_of(told: Told, language: str = "en", template: str | None = None) -> str:
    """Return the comment's text: a few plain lines, nothing in them from the ticket but names, keys and mapped fields.

    `template` is the administrator's own (docs/configuration.md, "Comments").
    """
    shown = Language(language)
    if template is not None:
        return lines(compiled(template).render(names_of(told, shown))).strip()
    return "\n".join(shown.tell(one) for one in _said(told))


def names_of(told: Told, language: Language) -> dict[str, object]:
    """Return what a template can name (`slabridge.text.template.NAMES`): texts, "" where there is nothing to say."""
    result = told.result
    carrier = told.carrier or (None, "")
    return {
        "ticket": _clipped(told.ticket),
        "above": _clipped(told.of),
        "kind": result.kind.upper(),
        "status": language.word(_HEADS[result.status]),
        "agreement": told.agreement,
        "objective": result.objective,
        "cycle": str(result.cycle),
        "used": spoken(result.target - result.remaining),
        "target": spoken(result.target),
        "remaining": spoken(max(0, result.remaining)),
        "over": spoken(max(0, -result.remaining)),
        "percent": language.number(shown_percent(result.percent)),
        "due": language.tell(told.local(result.breached_at or result.due_at or result.due_if_resumed)),
        "ended": language.tell(told.local(result.stopped_at)),
        "holder": _clipped(result.holder),
        "carrier": _clipped(carrier[0]),
        "carrier_ticket": _clipped(carrier[1]),
        "fields": _Fields(result.dimensions),
    }


class _Fields:
    """The mapped fields, for a template to name: "" where one is unset; whatever they are called, no methods."""

    __slots__ = ("_held",)

    def __init__(self, held: Mapping[str, Sequence[str]]) -> None:
        self._held = held

    def __getitem__(self, name: str) -> str:
        return _clipped(", ".join(self._held.get(name, ())))


def _clipped(text: str | None) -> str:
    return line(text, _MOST) if text else ""


def _said(told: Told) -> Iterator[Said]:
    result = told.result
    head = said(
        "%(kind)s %(status)s: %(agreement)s, %(objective)s",
        kind=result.kind.upper(),
        status=said(_HEADS[result.status]),
        agreement=told.agreement,
        objective=result.objective,
    )
    if told.of is not None:
        head = said(
            "%(kind)s %(status)s on %(ticket)s: %(agreement)s, %(objective)s",
            kind=result.kind.upper(),
            status=said(_HEADS[result.status]),
            ticket=_clipped(told.of),
            agreement=told.agreement,
            objective=result.objective,
        )
    yield said("%(head)s (cycle %(number)s)", head=head, number=result.cycle) if result.cycle > 1 else head
    used, target = spoken(result.target - result.remaining), spoken(result.target)
    if result.percent is None:
        yield said("Working time: %(used)s of %(target)s used.", used=used, target=target)
    else:
        percent = shown_percent(result.percent)
        yield said(
            "Working time: %(used)s of %(target)s used (%(percent)s %%).", used=used, target=target, percent=percent
        )
    if result.breached_at is not None:
        yield said("It was due %(time)s.", time=told.local(result.breached_at))
    elif result.due_at is not None:
        yield said("It is due %(time)s.", time=told.local(result.due_at))
    elif result.due_if_resumed is not None:
        yield said("It is paused; resumed now, it would be due %(time)s.", time=told.local(result.due_if_resumed))
    if result.stopped_at is not None:
        yield said("It has ended since, %(time)s.", time=told.local(result.stopped_at))
    yield said("Held by %(holder)s.", holder=_clipped(result.holder)) if result.holder else said("Nobody holds it.")
    if told.carrier is not None:
        holder, key = told.carrier
        who = _clipped(holder) if holder else said("nobody")
        yield said("It waits for %(holder)s, on %(ticket)s.", holder=who, ticket=_clipped(key))
