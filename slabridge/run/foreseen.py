"""What is foreseen of tickets: how likely their open cycles are to break (docs/foresight.md)."""

from collections.abc import Iterator, Mapping, Sequence

import sqlalchemy as sa

from sla_engine import Engine, Result
from slabridge.config import Config
from slabridge.foresight.forecast import STEPS, Forecaster, is_undecided
from slabridge.foresight.learned import unpacked
from slabridge.run.context import Context
from slabridge.run.terms import Risk
from slabridge.state import Transaction, forecasts
from slabridge.state.forecasts import Foreseen


def forecaster_of(config: Config, engine: Engine, sql: sa.Connection) -> Forecaster | None:
    """Return what says how likely cycles are to break; None: the file does not ask for it, or nothing was learned."""
    document = forecasts.learned(sql) if config.foresight.in_runs else None
    learned = None if document is None else unpacked(document)
    return None if learned is None else Forecaster(learned, engine.calendars, engine.zone)


def keep_foreseen(transaction: Transaction, context: Context, judged: Mapping[str, Sequence[Result]]) -> None:
    """Keep what is foreseen of tickets, by id, that came to these results."""
    forecaster = context.run.forecaster
    if forecaster is not None:
        forecasts.put(transaction, judged, [*_foreseen(forecaster, judged, context.as_of)])


def risk_steps(context: Context, judged: Mapping[str, Sequence[Result]]) -> Iterator[tuple[str, int]]:
    """Yield when time alone brings a step of risk that is told or written, ms UTC with the ticket's id."""
    forecaster, steps = context.run.forecaster, context.run.config.risk_steps(context.name)
    if forecaster is None or not steps:
        return
    tickets = [(id_, result) for id_, found in judged.items() for result in found if is_undecided(result)]
    cycles = [result for _, result in tickets]
    said = forecaster.of(cycles, context.as_of)
    for (id_, _), at in zip(tickets, forecaster.next_at(cycles, said, context.as_of, steps), strict=True):
        if at is not None:
            yield id_, at


def risk_of(context: Context) -> Risk:
    """Return what says how likely a cycle is to break."""
    forecaster = context.run.forecaster

    def risk(result: Result, at: int) -> int | None:
        forecast = None if forecaster is None else forecaster.of([result], at)[0]
        return None if forecast is None else forecast.percent

    return risk


def _foreseen(forecaster: Forecaster, judged: Mapping[str, Sequence[Result]], at: int) -> Iterator[Foreseen]:
    tickets = [(id_, result) for id_, found in judged.items() for result in found if is_undecided(result)]
    cycles = [result for _, result in tickets]
    said = forecaster.of(cycles, at)
    next_at = forecaster.next_at(cycles, said, at, STEPS)
    for (id_, cycle), forecast, then in zip(tickets, said, next_at, strict=True):
        if forecast is not None:
            basis = "model" if forecast.like is None else forecast.like.told_apart_by
            name = (id_, cycle.agreement, cycle.objective, cycle.cycle)
            yield Foreseen(*name, forecast.risk, forecast.alike, basis, at, then)
