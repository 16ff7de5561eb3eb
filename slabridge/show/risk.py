"""How likely a cycle is to break and what that rests on, and with whom tickets end, in words and as plain values."""

from typing import Any

from slabridge.app.board import OpenCycle
from slabridge.app.foreseer import Ends
from slabridge.foresight.forecast import Forecast
from slabridge.foresight.survival import Like
from slabridge.show.sentences import named
from slabridge.text.said import Said, said

_PLACES = 4
"""Of a risk or share, 0 to 1, as plain value."""
_MOSTLY = 0.5
"""The share of tickets from which on a team is named beside the holder."""


def forecast_of(one: OpenCycle) -> Forecast | None:
    """Return how likely an open cycle is to break, as the last run left it; None where nobody knows."""
    if one.risk is None or one.alike is None or one.basis is None:
        return None
    if one.basis == "model":
        return Forecast(one.risk, one.alike, None)
    told = one.basis.split(", ")
    like = Like(
        f"{one.agreement}.{one.objective}",
        (one.priority or "") if "priority" in told else None,
        (one.holder or "") if "holder" in told else None,
    )
    return Forecast(one.risk, one.alike, like)


def why(forecast: Forecast) -> Said:
    """Return what a forecast rests on."""
    if forecast.like is None:
        return said("by the model, which looks at more")
    like = {"priority": forecast.like.priority, "holder": forecast.like.holder}
    return said(
        "of 100 cycles%(like)s that had used as much, %(broke)s broke (%(count)s cycles)",
        like=_like(**like),
        broke=forecast.percent,
        count=forecast.alike,
    )


def likely(forecast: Forecast) -> Said:
    """Return how likely a cycle is to break, and why."""
    return said("%(percent)s likely to break: %(why)s", percent=f"{forecast.percent} %", why=why(forecast))


def ended(ends: Ends) -> Said:
    """Return with whom tickets like one another ended."""
    teams = ", ".join(f"{team} {_percent(share)}" for team, share in ends.teams)
    return said("Where tickets like this one ended: %(teams)s (of %(count)s tickets)", teams=teams, count=ends.count)


def hint(ends: Ends, holder: str | None) -> Said | None:
    """Return where most tickets like one that somebody has ended; None: there, or here and there."""
    (team, share), *_ = ends.teams
    if team == holder or share < _MOSTLY:
        return None
    return said("mostly ends at %(team)s, %(share)s", team=team, share=_percent(share))


def forecast_as_json(forecast: Forecast) -> dict[str, Any]:
    """Return a forecast as plain values."""
    like = None if forecast.like is None else {"priority": forecast.like.priority, "holder": forecast.like.holder}
    return {
        "risk": rounded(forecast.risk),
        "by": "model" if forecast.like is None else "table",
        "like": like,
        "alike": forecast.alike,
    }


def ends_as_json(ends: Ends) -> dict[str, Any]:
    """Return with whom tickets ended as plain values."""
    return {"tickets": ends.count, "teams": [{"team": team, "share": rounded(share)} for team, share in ends.teams]}


def rounded(share: float) -> float:
    """Return a risk or share, 0 to 1, as plain value."""
    return round(share, _PLACES)


def _like(priority: str | None, holder: str | None) -> str | Said:
    what = said("no priority") if priority == "" else priority
    who = None if holder is None else named(holder or None)
    if what is not None and who is not None:
        return said(" of %(priority)s held by %(holder)s", priority=what, holder=who)
    if what is not None:
        return said(" of %(priority)s", priority=what)
    return "" if who is None else said(" held by %(holder)s", holder=who)


def _percent(share: float) -> str:
    return f"{int(share * 100 + 1e-9)} %"
