"""Which cycles are likely to break, and how good such forecasts were: as tables and as JSON."""

from collections.abc import Iterator, Sequence
from math import isnan
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

from sla_engine.instant import format_instant, moment_of, seconds
from slabridge.app.forecast import Forecasts, OpenForecast
from slabridge.foresight.learned import Learned
from slabridge.foresight.model import LEAST, is_there
from slabridge.foresight.quality import Quality
from slabridge.foresight.samples import MOMENTS
from slabridge.foresight.trial import ERROR, GAIN, LATER, SKILL, Pair, Trial
from slabridge.show.risk import forecast_as_json
from slabridge.text.printed import line
from slabridge.text.spoken import spoken


def print_forecasts(console: Console, found: Forecasts) -> None:
    """Print the likeliest first; what each is like stands in `explain`, and in JSON."""
    console.print(Text(f"{learned(found.learned)}; {found.total:,} open cycles of which anything is known"))
    console.print(Text("risk: the share that broke of so many cycles alike, which had used as much"))
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in ("ticket", "objective", "risk", "alike", "left", "due (UTC)", "held by"):
        justify: JustifyMethod = "right" if name in {"risk", "alike", "left"} else "left"
        table.add_column(name, justify=justify, no_wrap=name != "held by")
    for one in found.cycles:
        result, forecast = one.result, one.forecast
        due = result.due_at if result.due_at is not None else result.due_if_resumed
        table.add_row(
            Text(line(one.key)),
            Text(f"{result.agreement}.{result.objective}"),
            f"{forecast.percent} %",
            "model" if forecast.like is None else f"{forecast.alike:,}",
            spoken(max(0, result.remaining)) or "0m",
            "" if due is None else f"{moment_of(due):%m-%d %H:%M}",
            Text(line(result.holder or "")),
        )
    console.print(table)


def as_json(one: OpenForecast) -> dict[str, Any]:
    """Return an open cycle as `forecast --json` prints it."""
    result, forecast = one.result, one.forecast
    return {
        "connection": one.connection,
        "ticket": one.key,
        "id": result.id,
        "agreement": result.agreement,
        "objective": result.objective,
        "cycle": result.cycle,
        **forecast_as_json(forecast),
        "used_seconds": seconds(result.target - result.remaining),
        "target_seconds": seconds(result.target),
        "due_at": None if result.due_at is None else format_instant(result.due_at),
        "due_if_resumed": None if result.due_if_resumed is None else format_instant(result.due_if_resumed),
        "holder": result.holder,
        "priority": ", ".join(result.dimensions.get("priority", ())) or None,
    }


def learned(found: Learned) -> str:
    """Return in a line what was learned, and until when."""
    models = f"; by a model: {', '.join(sorted(found.models))}" if found.models else ""
    groups = f"{len(found.survival.curves):,} groups of cycles that are alike"
    return f"learned from tickets until {_date(found.as_of)}: {groups}{models}"


def print_trials(console: Console, trials: Sequence[Trial]) -> None:
    """Print how good forecasts would have been, of the table and of the model, and whether the model is used."""
    for trial in trials:
        console.print(Text(_title(trial)))
        if trial.moments:
            console.print(_table(trial))
        for text in _reliability(trial):
            console.print(Text(text))
        console.print(Text(f"{verdict(trial)}\n"))


def _table(trial: Trial) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in ("when", "by", "cycles", "broke", "said", "AUC", "Brier", "skill", "error", "top 1/10"):
        table.add_column(name, justify="left" if name in {"when", "by"} else "right")
    for moment, pair in trial.moments.items():
        for by, quality in (("table", pair.table), ("model", pair.model)):
            if quality is not None:
                when = _moment(moment) if by == "table" else ""
                table.add_row(when, by, f"{quality.count:,}", *_figures(quality))
    return table


def verdict(trial: Trial) -> str:
    """Return whether the model is used for an objective, and why not."""
    if not trial.moments:
        return "The table is used: there is nothing to try a model on yet."
    named = (("later", LATER), ("at the start", 0))
    pairs = [(when, trial.moments[moment]) for when, moment in named if moment in trial.moments]
    if not is_there():
        return 'The table is used: for a model, pip install "slabridge[predict]".'
    if not pairs or any(pair.model is None for _, pair in pairs):
        few = (
            f"{LEAST} samples that broke and as many that did not, of the latest fifth of the cycles and of the others"
        )
        return f"The table is used: a model is learned from at least {few}."
    used = ("The table is used", "The model is used later", "The model is used")[trial.ships + trial.ships_at_start]
    needs = f"AUC {GAIN:.2f} above the table's, skill {SKILL:.2f}, error at most {ERROR:.2f}"
    return f"{used}. A model needs {needs}; it has {', '.join(f'{when} {_has(pair)}' for when, pair in pairs)}."


def trial_as_json(trial: Trial) -> dict[str, Any]:
    """Return a trial as `forecast --evaluate --json` prints it."""
    return {
        "objective": trial.objective,
        "learned_until": format_instant(trial.until),
        "learned_from_cycles": trial.learned,
        "began_from": format_instant(trial.first),
        "began_before": format_instant(trial.last),
        "model_used": trial.ships,
        "model_used_at_start": trial.ships_at_start,
        "moments": [
            {
                "moment": _moment(moment),
                "table": _quality(pair.table),
                "model": None if pair.model is None else _quality(pair.model),
            }
            for moment, pair in trial.moments.items()
        ],
    }


def _title(trial: Trial) -> str:
    learned_from = f"{trial.objective}: learned from {trial.learned:,} cycles until {_date(trial.until)}"
    if trial.first >= trial.last:
        return f"{learned_from}; too few days have passed since to try it on any that began later"
    span = f"from {_date(trial.first)} to {_date(trial.last - 1)}"
    return f"{learned_from}, tried on those that began {span}" + ("" if trial.moments else ", of which there are none")


def _moment(moment: int) -> str:
    if moment == LATER:
        return "later"
    return f"at {MOMENTS[moment] * 100:g}%" if moment else "start"


def _figures(quality: Quality) -> list[str]:
    shares = [f"{one * 100:.1f}%" for one in (quality.rate, quality.said)]
    measures = [_figure(one) for one in (quality.auc, quality.brier, quality.skill, quality.error)]
    top = f"{quality.precision * 100:.0f}% {quality.lift:.1f}x"
    return [*shares, *measures, top]


def _figure(value: float) -> str:
    return "-" if isnan(value) else f"{value:.3f}"


def _has(pair: Pair) -> str:
    assert pair.model is not None  # noqa: S101 - whoever calls has looked
    gain = pair.model.auc - pair.table.auc
    return f"{gain:+.3f} {pair.model.skill:.3f} {pair.model.error:.3f}"


def _reliability(trial: Trial) -> Iterator[str]:
    """Yield what was said of groups of later forecasts, and what came, in percent."""
    pair = trial.moments.get(LATER)
    for by, quality in () if pair is None else (("table", pair.table), ("model", pair.model)):
        if quality is not None:
            groups = (f"{one.said * 100:.0f}→{one.broke * 100:.0f}" for one in quality.reliability)
            yield f"{by}, later, said→came in %: {' '.join(groups)}"


def _quality(quality: Quality) -> dict[str, Any]:
    names = ("count", "rate", "said", "auc", "brier", "skill", "error", "precision", "recall", "lift")
    figures = {name: _number(getattr(quality, name)) for name in names}
    groups = [
        {"count": one.count, "said": _number(one.said), "broke": _number(one.broke)} for one in quality.reliability
    ]
    return {**figures, "reliability": groups}


def _number(value: float) -> float | None:
    return None if isnan(value) else round(value, 4)


def _date(at: int) -> str:
    return f"{moment_of(at):%Y-%m-%d}"
