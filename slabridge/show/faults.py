"""Recurring faults, on a terminal and as JSON."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sla_engine.instant import format_instant, seconds
from slabridge.app.faults import LARGEST, Faults, Prevented
from slabridge.report.cause import Cause
from slabridge.report.figures import Figures, Promise
from slabridge.report.recurring import Broken
from slabridge.report.shown import shown_number, shown_share
from slabridge.text.language import Language
from slabridge.text.printed import line
from slabridge.text.said import Said, said, word
from slabridge.text.spoken import spoken


def print_faults(console: Console, found: Faults, language: Language) -> None:
    """Print the faults, what is likely to cause them, and what preventing them would have done."""
    for text in _head(found):
        console.print(Text(line(language.tell(text))))
    if not found.recurring.found:
        return
    largest = found.recurring.found[:LARGEST]
    console.print(_faults(found, largest, language))
    for fault in largest:
        for cause in fault.causes:
            console.print(Text(line(language.tell(_cause(fault, cause)))))
    if found.largest:
        console.print(_prevented(found, language))


def _head(found: Faults) -> Iterator[Said]:
    recurring = found.recurring
    yield said(
        "%(period)s, as of %(time)s: recurring faults by %(fields)s",
        period=found.period.name,
        time=format_instant(found.as_of),
        fields=", ".join(recurring.fields),
    )
    yield said(
        "tickets created: %(tickets)s, of which %(unset)s have none of these values; breached cycles: %(breached)s, "
        "beyond their targets by %(time)s",
        tickets=recurring.tickets,
        unset=recurring.unset,
        breached=recurring.breached,
        time=_time(recurring.over),
    )
    if not recurring.can_tell:
        yield said("more than half of the tickets have no values to tell faults by: choose other fields with --by")
    if not recurring.found:
        yield said("no fault came again often enough")
    elif len(recurring.found) > LARGEST:
        yield said("%(count)s faults recur; shown are the %(most)s largest", count=len(recurring.found), most=LARGEST)


def _faults(found: Faults, largest: Iterable[Broken], language: Language) -> Table:
    counts = (word("fault"), word("tickets"), word("of all"), word("cycles"), word("breached"))
    columns = map(language.word, (*counts, word("breached time"), word("of all")))
    table = Table(*columns, title=language.word(word("Recurring faults")))
    for fault in largest:
        table.add_row(
            Text(_name(fault)),
            str(len(fault.tickets)),
            language.tell(_share(len(fault.tickets), found.recurring.tickets)),
            str(fault.cycles),
            str(fault.breached),
            language.tell(_time(fault.over)),
            language.tell(_share(fault.over, found.recurring.over)),
        )
    return table


def _cause(fault: Broken, cause: Cause) -> Said:
    return said(
        "%(fault)s: likely %(field)s = %(value)s: on %(breached)s of %(of_breached)s breached tickets, on %(others)s "
        "of %(of_others)s others (%(more)s points more, at least %(least)s)",
        fault=_name(fault),
        field=cause.field,
        value=cause.value,
        breached=cause.breached,
        of_breached=cause.of_breached,
        others=cause.others,
        of_others=cause.of_others,
        more=_points(cause.more),
        least=_points(cause.at_least),
    )


def _prevented(found: Faults, language: Language) -> Table:
    columns = (word("had it not come again"), word("tickets less"), word("promise"), word("credits"))
    table = Table(*map(language.word, columns), title=language.word(word("What preventing them would have done")))
    for one in found.largest:
        _add(table, _name(one.fault), len(one.fault.again), (found.figures, one.figures), language)
    number = sum(len(one.fault.again) for one in found.largest)
    _add(table, language.word(word("all of them together")), number, (found.figures, found.together), language)
    return table


def _add(table: Table, name: str, number: int, sides: tuple[Figures, Figures], language: Language) -> None:
    promises = [f"{line(was.name)}: {_both(_percent(was), _percent(now), language)}" for was, now in changed(*sides)]
    owed = [
        _both(_money(sides[0], currency, language), _money(sides[1], currency, language), language)
        for currency in sides[0].credits
    ]
    unchanged = language.word(word("unchanged"))
    table.add_row(Text(name), str(number), Text("\n".join(promises) or unchanged), Text("\n".join(owed)))


def changed(was: Figures, now: Figures) -> Iterator[tuple[Promise, Promise | None]]:
    """Yield the promises whose percentage differs, before and after; None where nothing is left of it."""
    after = {(one.name, one.measure): one for one in now.promises}
    for one in was.promises:
        other = after.get((one.name, one.measure))
        if other is None or other.percent != one.percent:
            yield one, other


def _percent(promise: Promise | None) -> str:
    return "-" if promise is None or promise.percent is None else f"{promise.percent} %"


def _both(was: str, now: str, language: Language) -> str:
    return language.tell(was) if was == now else f"{language.tell(was)} -> {language.tell(now)}"


def _money(figures: Figures, currency: str, language: Language) -> str:
    return f"{language.number(str(figures.credits.get(currency, 0)))} {currency}"


def _name(fault: Broken) -> str:
    return line(", ".join(fault.values))


def _time(ms: int) -> str:
    return spoken(ms) or "0s"


def _points(share: float) -> str:
    return shown_number(Fraction(share) * 100, 1)


def _share(part: int, whole: int) -> str:
    return f"{shown_share(Fraction(part, whole), 1)} %" if whole else "-"


def as_json(found: Faults) -> dict[str, Any]:
    """Return all faults as plain values, times in seconds."""
    recurring = found.recurring
    prevented = {one.fault.values: one for one in found.largest}
    return {
        "period": found.period.name,
        "as_of": format_instant(found.as_of),
        "fields": [*recurring.fields],
        "kind": recurring.kind,
        "tickets": recurring.tickets,
        "unset": recurring.unset,
        "can_tell": recurring.can_tell,
        "breached": recurring.breached,
        "breached_seconds": seconds(recurring.over),
        "figures": _figures(found.figures),
        "faults": [_fault(fault, prevented.get(fault.values)) for fault in recurring.found],
        "together": _figures(found.together),
        "lacking": [*map(str, found.lacking)],
    }


def _fault(fault: Broken, prevented: Prevented | None) -> dict[str, Any]:
    return {
        "values": [*fault.values],
        "tickets": len(fault.tickets),
        "again": len(fault.again),
        "cycles": fault.cycles,
        "breached": fault.breached,
        "breached_seconds": seconds(fault.over),
        "causes": [
            {
                "field": one.field,
                "value": one.value,
                "breached": one.breached,
                "of_breached": one.of_breached,
                "others": one.others,
                "of_others": one.of_others,
                "more": round(one.more, 4),
                "at_least": round(one.at_least, 4),
            }
            for one in fault.causes
        ],
        "prevented": None if prevented is None else _figures(prevented.figures),
    }


def _figures(found: Figures) -> dict[str, Any]:
    keys = ("name", "measure", "target", "percent", "cases", "kept")
    return {
        "promises": [{key: getattr(one, key) for key in keys} for one in found.promises],
        "credits": {currency: str(amount) for currency, amount in found.credits.items()},
    }
