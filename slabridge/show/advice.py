"""What is proposed, on a terminal and as JSON."""

from collections.abc import Iterator
from typing import Any, Final

from slabridge.advice.change import Effect
from slabridge.advice.judged import GROWTH, Advice
from slabridge.app.advise import Advised
from slabridge.text.language import Language
from slabridge.text.printed import line, printable
from slabridge.text.said import Said, said, word
from slabridge.whatif.sums import Count

_KINDS: Final = {
    "route": word("route"),
    "backing": word("backing OLA"),
    "calendar": word("calendar"),
    "target": word("target"),
}
_WHY: Final[dict[Effect, str]] = {
    "helps": word("helps to keep what is promised"),
    "more": word("promises the customer more"),
    "less": word("THE CUSTOMER WOULD GET LESS: a longer promise keeps nothing better, it only asks for less"),
}


def lines_of(found: Advised, language: Language) -> Iterator[str]:
    """Yield it line by line; what is to be pasted stands as it is."""
    tell = language.tell
    yield line(tell(_looked_at(found)))
    if not found.advice:
        yield line(tell(said("There is no change that the period speaks for.")))
    for number, one in enumerate(found.advice, 1):
        yield ""
        yield line(f"{number}. {language.word(_KINDS[one.change.kind])}: {tell(one.change.what)}")
        for text in (said(_WHY[one.change.effect]), *done_by(one), *one.change.rests, *grown(one)):
            yield line(f"   {tell(text)}")
        yield ""
        if one.change.paste is None:
            text = said("nothing in this file sends tickets anywhere: change the rule of assignment in the tool")
            yield line(f"   # {tell(text)}")
        else:
            yield line(f"   # {tell(one.change.what)}")
            yield line(f"   # {tell(one.change.paste.where)}")
            yield from (f"   {printable(text)}" for text in str(one.change.paste).split("\n"))


def _looked_at(found: Advised) -> Said:
    period, breached = found.period.name, found.breached
    if found.cycles == 1:
        return said(
            "%(period)s: 1 completed cycle to a customer, %(breached)s breached. Nothing is changed.",
            period=period,
            breached=breached,
        )
    return said(
        "%(period)s: %(cycles)s completed cycles to customers, %(breached)s breached. Nothing is changed.",
        period=period,
        cycles=found.cycles,
        breached=breached,
    )


def done_by(one: Advice) -> Iterator[Said]:
    """Yield what a change would have done to the quarter."""
    if one.change.effect == "helps" and one.change.unfit:
        yield said(
            "would have taken a risk from %(count)s cycles of %(promise)s, begun when all beneath may keep their time "
            "and it is broken",
            count=one.at_risk,
            promise=one.change.promise,
        )
    elif one.change.spares is not None:
        yield said(
            "had it been kept, at most %(count)s of %(of)s breaches of %(promise)s would not have been",
            count=one.spares,
            of=one.of,
            promise=one.change.promise,
        )
    if one.before.cycles:
        yield said(
            "in the period %(objective)s: %(before)s, judged anew %(after)s",
            objective=one.change.tried,
            before=_counted(one.before),
            after=_counted(one.after),
        )
    else:
        yield said(
            "in the period %(objective)s would have been: %(after)s",
            objective=one.change.tried,
            after=_counted(one.after),
        )


def grown(one: Advice) -> Iterator[Said]:
    """Yield what becomes of its promise if more tickets come, where that is known and anything."""
    if one.grown is None or not one.fall:
        return
    told: dict[str, str | int] = {"promise": one.change.promise, "growth": GROWTH, "points": f"{one.fall:.2f}"}
    if one.grown.breaks_at is None:
        yield said("if %(growth)s %% more tickets come, %(promise)s loses %(points)s points and is not broken", **told)
    else:
        yield said(
            "if %(growth)s %% more tickets come, %(promise)s loses %(points)s points; it breaks from %(at)s %% more on",
            at=one.grown.breaks_at,
            **told,
        )


def _counted(count: Count) -> Said:
    return said("%(breached)s of %(cycles)s cycles breached", breached=count.breached, cycles=count.cycles)


def as_json(found: Advised) -> dict[str, Any]:
    """Return it as plain values."""
    return {
        "period": found.period.name,
        "cycles": found.cycles,
        "breached": found.breached,
        "advice": [_advice(one) for one in found.advice],
    }


def _advice(one: Advice) -> dict[str, Any]:
    change = one.change
    return {
        "kind": change.kind,
        "effect": change.effect,
        "customer_gets_less": change.effect == "less",
        "what": str(change.what),
        "promise": change.promise,
        "spares": one.spares,
        "of": one.of,
        "at_risk": one.at_risk,
        "objective": change.tried,
        "before": _count(one.before),
        "after": _count(one.after),
        "growth": None
        if one.grown is None
        else {"percent": GROWTH, "points": one.grown.fall(GROWTH), "breaks_at_percent": one.grown.breaks_at},
        "rests_on": [*map(str, change.rests)],
        "table": None if change.paste is None else ".".join(change.paste.path),
        "where": None if change.paste is None else str(change.paste.where),
        "toml": None if change.paste is None else str(change.paste),
    }


def _count(count: Count) -> dict[str, int]:
    return {"cycles": count.cycles, "breached": count.breached}
