"""What the tree of agreements leaves open: valid, and perhaps not meant (docs/configuration.md, "Warnings")."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

from sla_engine.agreement import Agreement, Definitions, Kind, calendars_of
from sla_engine.calendar import WEEKDAYS, CalendarDefinition
from sla_engine.chain.backing import backing
from sla_engine.clause import Clause, clauses_of
from sla_engine.condition import Condition, Equals, fields_of
from sla_engine.implication import implies, together
from sla_engine.instant import instant_of, moment_of
from sla_engine.intervals import Interval, subtract, union, working_intervals
from slabridge.config.agreements.agreement import KINDS
from slabridge.config.problem import KeyPath
from slabridge.config.reading import Reading

_WEEKS = (date(2026, 1, 12), date(2026, 7, 13))
"""The Mondays of a week in winter and of one in summer: zones differ in when their clocks change."""


def find_in_tree(definitions: Definitions, mapped: Mapping[tuple[str, str], Sequence[str]], found: Reading) -> None:
    """Note what is found; `mapped` is (connection, field) -> the values that it maps to."""
    clauses = clauses_of(definitions)
    _unbacked(definitions, clauses, found)
    _overlaps(definitions, found)
    _left_out(definitions, mapped, found)
    _never_chosen(clauses, found)


def _place(clause: Clause) -> KeyPath:
    return ("agreements", clause.agreement.table, "objectives", clause.objective.name)


def _unbacked(definitions: Definitions, clauses: Sequence[Clause], found: Reading) -> None:
    """Note promises to customers that nothing beneath keeps: at all, at some hours, or while it pauses."""
    if all(clause.agreement.kind == "sla" for clause in clauses):
        return
    backs = backing(definitions.agreements)
    for place, clause in enumerate(clauses):
        if clause.agreement.kind != "sla":
            continue
        beneath = [other for n, other in enumerate(clauses) if backs[n, place]]
        if not beneath:
            name = f"{clause.agreement.id}.{clause.objective.name}"
            remedy = f'write supports = ["{name}"] where a team or a supplier promises its part'
            found.problem(_place(clause), f"no agreement backs this promise: nobody beneath answers for it; {remedy}")
            continue
        _hours(clause, beneath, definitions, found)
        _pauses(clause, beneath, definitions, found)


def _hours(clause: Clause, beneath: Sequence[Clause], definitions: Definitions, found: Reading) -> None:
    names = list(dict.fromkeys(name for other in beneath for name in calendars_of(other.objective.targets)))
    for name in calendars_of(clause.objective.targets):
        spans: dict[str, list[int]] = {}
        for monday in _WEEKS:
            zone = ZoneInfo(definitions.timezone)
            ours = _week(definitions.calendars[name], monday, zone)
            theirs = union(span for each in names for span in _week(definitions.calendars[each], monday, zone))
            for day, text in _local([*subtract(ours, theirs)], zone):
                if day not in spans.setdefault(text, []):
                    spans[text].append(day)
        if spans:
            hours = ", ".join(f"{_days(days)} {text}" for text, days in spans.items())
            first = f"{WEEKDAYS[next(iter(spans.values()))[0]]} {next(iter(spans))[:5]}"
            found.problem(
                _place(clause),
                f'counts by calendar "{name}" also when no agreement beneath works ({" and ".join(names)}): {hours}. '
                f"Of what comes on {first} nobody has promised to take care",
            )


def _week(calendar: CalendarDefinition, monday: date, zone: ZoneInfo) -> list[Interval]:
    """Return the usual hours of a week, without holidays and other exceptions."""
    usual = replace(calendar, holidays=(), closed=(), open=(), weekly_maintenance=(), maintenance=())
    first, last = (instant_of(_midnight(monday + timedelta(days=days), zone)) for days in (0, 7))
    clipped = ((max(start, first), min(end, last)) for start, end in working_intervals(usual, monday.year))
    return [(start, end) for start, end in clipped if start < end]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _local(intervals: Sequence[Interval], zone: ZoneInfo) -> Iterator[tuple[int, str]]:
    """Yield (weekday, local times) of each day's part of the intervals."""
    for start, end in intervals:
        begin, until = (moment_of(at).astimezone(zone) for at in (start, end))
        while begin < until:
            stop = min(until, _midnight(begin.date() + timedelta(days=1), zone))
            to = f"{stop:%H:%M}" if stop.date() == begin.date() else "24:00"
            yield begin.weekday(), f"{begin:%H:%M}-{to}"
            begin = stop


def _days(days: Sequence[int]) -> str:
    ordered = sorted(days)
    if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return f"{WEEKDAYS[ordered[0]]}-{WEEKDAYS[ordered[-1]]}"
    return " and ".join(WEEKDAYS[day] for day in ordered)


def _pauses(clause: Clause, beneath: Sequence[Clause], definitions: Definitions, found: Reading) -> None:
    """Note where clocks beneath pause while the one above runs on, and no rule of the chain says for whom it waits."""
    if any(rule.waits is None for rule in definitions.chain):
        return
    rule = clause.objective.rule
    excuses = [rule.pause, rule.stop, rule.cancel, *(chain.waits for chain in definitions.chain)]
    left: dict[str, list[str]] = {}
    for other in beneath:
        # Where another promise beneath runs without a pause, somebody answers: a supplier's, say.
        running = [one.objective.rule for one in beneath if one is not other and one.objective.rule.pause is None]
        answers = [*excuses, *(one.start for one in running)]
        rest = _left(other.objective.rule.pause, [one for one in answers if one is not None])
        if rest is not None:
            left.setdefault(rest, []).append(f"{other.agreement.table}.{other.objective.name}")
    for rest, names in left.items():
        found.problem(
            _place(clause),
            f"runs on where {' and '.join(names)} {'pauses' if len(names) == 1 else 'pause'}{rest}: for that time "
            "nobody beneath answers; pause both, or neither, or say in [[chain]] for whom the ticket waits",
        )


def _left(pause: Condition | None, excuses: Sequence[Condition]) -> str | None:
    """Return what of a pause no other condition covers, as words; None where they cover it."""
    if pause is None or any(implies(pause, excuse) for excuse in excuses):
        return None
    if isinstance(pause, Equals):
        covered = {v for one in excuses if isinstance(one, Equals) and one.field == pause.field for v in one.values}
        rest = [value for value in pause.values if value not in covered]
        return f" at {pause.field} = {' or '.join(rest)}" if rest else None
    return ""


def _overlaps(definitions: Definitions, found: Reading) -> None:
    """Note agreements of one kind that promise the same to the same tickets."""
    for one, other in combinations(definitions.agreements, 2):
        names = [o.name for o in one.objectives if o.name in {p.name for p in other.objectives}]
        if one.kind != other.kind or one.id == other.id or not names or not _valid_at_once(one, other):
            continue
        example = together([one.scope, other.scope])
        if example is not None:
            ticket = "any ticket" if not example else "a ticket with " + _said(example)
            found.problem(
                ("agreements", other.table),
                f'applies beside "{one.table}", both with {" and ".join(names)}: {ticket} is under both. '
                "If that is not meant, let the scope of one leave out that of the other",
            )


def _valid_at_once(one: Agreement, other: Agreement) -> bool:
    first, second = (a.valid_from or date.min for a in (one, other))
    return first < (other.valid_to or date.max) and second < (one.valid_to or date.max)


def _said(example: Mapping[str, str]) -> str:
    return ", ".join(f'{field} = "{value}"' for field, value in sorted(example.items()))


def _left_out(definitions: Definitions, mapped: Mapping[tuple[str, str], Sequence[str]], found: Reading) -> None:
    """Note values that the scopes of a kind tell apart, and that no scope of the kind holds for."""
    values: dict[str, dict[str, None]] = {}
    for (_, field), those in mapped.items():
        values.setdefault(field, {}).update(dict.fromkeys(those))
    for kind in KINDS:
        if kind == "uc":  # a supplier is there for some values, and that is what its scope says
            continue
        scopes = [agreement.scope for agreement in definitions.agreements if agreement.kind == kind]
        for field in sorted(frozenset().union(*map(fields_of, scopes))):
            _left_out_of(kind, field, [*values.get(field, ())], scopes, found)


def _left_out_of(
    kind: Kind, field: str, values: Sequence[str], scopes: Sequence[Condition | None], found: Reading
) -> None:
    left = [value for value in values if all(together([scope, Equals(field, (value,))]) is None for scope in scopes)]
    if left and len(left) < len(values):
        found.problem(
            ("agreements",),
            f"no {kind} agreement is there for {field} = {' or '.join(left)}, which a connection maps. "
            "If that is not meant, name it in a scope",
        )


def _never_chosen(clauses: Sequence[Clause], found: Reading) -> None:
    """Note targets before which another one always holds."""
    for clause in clauses:
        targets = clause.objective.targets
        for n, target in enumerate(targets):
            for before in targets[:n]:
                if before.when is None or (target.when is not None and implies(target.when, before.when)):
                    found.problem(
                        (*_place(clause), "targets", n),
                        "is never chosen: a target before it holds wherever this one does; put it first, or drop it",
                    )
                    break
