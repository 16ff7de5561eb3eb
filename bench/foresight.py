"""How long it takes to learn and to foresee, and how good that is on a real log.

    python -m bench.foresight [--tickets tickets.jsonl.gz]

Of a log, which docs/examples/log.toml is for, it is said how good forecasts were of cycles that began from 24 April to
31 May 2016, by what was known on 10 April: at their start, and four hours later of those that were open still. Beside
the table and the model stands the share that broke of each priority and team, smoothed by twenty. Without a log tickets
are made up, as in bench/reading.py, and nothing is said of how good forecasts are.
"""

import argparse
import gzip
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np

from bench.figure import Figure, of
from bench.reading import OPENED, made_up
from bench.tool import now
from sla_engine import Engine, read_lines
from sla_engine.clause import Clause
from sla_engine.derived import derived
from sla_engine.instant import HOUR, parse_instant
from sla_engine.table import Table
from slabridge.config.foresight import load_foresight
from slabridge.foresight.curve import Floats
from slabridge.foresight.forecast import Forecaster
from slabridge.foresight.lesson import Lesson, Subject, Window
from slabridge.foresight.model import Model
from slabridge.foresight.quality import Quality
from slabridge.foresight.samples import Looks, Samples, samples_at, samples_of
from slabridge.foresight.survival import Like, Survival, likes_of
from slabridge.foresight.trial import Teacher
from slabridge_sandbox.generate import FIRST_MONDAY

CONFIGURATION = Path(__file__).parents[1] / "docs" / "examples" / "log.toml"
OBJECTIVE = "desk.resolution"
LEARNED = parse_instant("2016-03-01T00:00:00Z"), parse_instant("2016-04-10T00:00:00Z")
TRIED = parse_instant("2016-04-24T00:00:00Z"), parse_instant("2016-06-01T00:00:00Z")
END = parse_instant("2017-03-01T00:00:00Z")
CHUNK = 4_000
FORECASTS = 100_000
SMOOTH = 20


def tables_of(lines: Sequence[bytes], fields: frozenset[str]) -> Iterator[Table]:
    """Yield tickets as tables."""
    rest = iter(lines)
    while part := list(islice(rest, CHUNK)):
        yield read_lines(part, fields).table


def speed(engine: Engine, subject: Subject, lines: Sequence[bytes], times: int, as_of: int) -> list[Figure]:
    """Learn from the lines as often as that, and foresee the cycles that are open."""
    tables = [*tables_of(lines, engine.fields.union(subject.fields))] * times
    tickets = sum(len(table.first) - 1 for table in tables)
    began = now()
    for table in tables:
        seen = table.until(as_of)
        for _ in engine.judge(derived(seen, engine.fields, engine.calendars), as_of):
            pass
    judged = now() - began
    began, lesson, window = now(), Lesson.none(), Window.of(0, as_of)
    for table in tables:
        lesson.look(engine, table, subject, window)
    looked = now() - began
    learned = lesson.learned(Teacher(engine.zone, subject.holder, with_model=True), engine, subject, window)
    took = now() - began
    figures = [
        Figure(
            f"learn from {tickets:,} tickets: {len(learned.trials)} objectives, tried, with a model each",
            f"{took.processor:.1f} s, of which {looked.processor:.1f} s to look at them",
            f"judging them once: {judged.processor:.2f} s",
            of(took.processor / judged.processor),
        ).shown()
    ]
    read = read_lines(lines, engine.columns)
    results = [one for one in engine.evaluate_read(read, as_of).results if one.stopped_at is None and not one.breached]
    if not results:
        return figures
    cycles = (results * (FORECASTS // len(results) + 1))[:FORECASTS]
    model = Model.of(Samples.together(lesson.came[OBJECTIVE]), engine.zone) if OBJECTIVE in lesson.came else None
    for name, models in (("the table", {}), ("the model", {OBJECTIVE: model} if model is not None else None)):
        if models is not None:
            forecaster = Forecaster(replace(learned, models=models), engine.calendars, engine.zone)
            began = now()
            forecaster.of(cycles, as_of)
            took = now() - began
            aim = "ten seconds"
            figures.append(
                Figure(f"{FORECASTS:,} forecasts by {name}", f"{took.wall:.2f} s", aim, of(took.wall / 10)).shown()
            )
    return figures


def goodness(engine: Engine, subject: Subject, lines: Sequence[bytes]) -> Iterator[Figure]:
    """Yield how good forecasts were that were learned until one instant, of cycles that began after another."""
    (table,) = [read_lines(lines, engine.fields.union(subject.fields)).table]
    objectives = dict(_named(samples_of(engine, table, LEARNED[1], LEARNED[0], subject.fields)))
    known = objectives[OBJECTIVE]
    survival, model = Survival.of(OBJECTIVE, known, subject.holder), Model.of(known, engine.zone)
    whole = derived(table.until(END), engine.fields.union(subject.fields), engine.calendars)
    final = next(
        part
        for part in engine.judge(whole, END)
        if f"{part.clause.agreement.id}.{part.clause.objective.name}" == OBJECTIVE
    )
    started = final.verdicts.started_at
    cycle = np.flatnonzero((started >= TRIED[0]) & (started < TRIED[1]) & (final.verdicts.cycle == 1))
    for hours in (0, 4):
        tried = samples_at(engine, final, Looks(cycle, started[cycle] + hours * HOUR, cycle * 0), subject.fields)
        at_start = known.only(known.moment == 0)
        said = {
            "the table": survival.risks(likes_of(OBJECTIVE, tried, subject.holder), tried.used, tried.target).risk,
            "the model": None if model is None else model.risks(tried, engine.zone),
        }
        rate = Quality.of(rates(at_start, tried, subject), tried.breached)
        for name, risks in said.items():
            if risks is not None:
                found = Quality.of(risks, tried.breached)
                good = f"skill {found.skill:.3f}, error {found.error:.3f}, top tenth {found.lift:.1f}x"
                yield Figure(
                    f"{name}, {hours} h after the start: {found.count:,} open cycles, of which {found.rate:.1%} broke",
                    f"AUC {found.auc:.3f}, {good}",
                    f"rates by priority and team: AUC {rate.auc:.3f}, top tenth {rate.lift:.1f}x",
                    f"AUC {found.auc - rate.auc:+.3f}",
                ).shown()


def _named(found: Iterator[tuple[Clause, Samples]]) -> Iterator[tuple[str, Samples]]:
    return ((f"{clause.agreement.id}.{clause.objective.name}", samples) for clause, samples in found)


def rates(known: Samples, tried: Samples, subject: Subject) -> Floats:
    """Return the share that broke of cycles of the same priority and team, smoothed."""
    broke, of_all = Counter[Like](), Counter[Like]()
    for like, broken in zip(likes_of(OBJECTIVE, known, subject.holder), known.breached.tolist(), strict=True):
        of_all[like] += 1
        broke[like] += broken
    base = float(known.breached.mean())
    likes = likes_of(OBJECTIVE, tried, subject.holder)
    return np.array([(broke[like] + SMOOTH * base) / (of_all[like] + SMOOTH) for like in likes])


def main(arguments: Sequence[str] | None = None) -> list[Figure]:
    """Measure, print, and return the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=Path, help="a log of tickets, .gz too, with the fields of the configuration")
    parser.add_argument("--times", type=int, default=4, help="how often it is learned from (%(default)s)")
    parser.add_argument("--made-up", type=int, default=24_918, help="how many, without --tickets (%(default)s)")
    options = parser.parse_args(arguments)
    definitions, foresight = load_foresight(CONFIGURATION)
    engine = Engine(definitions, foresight.fields)
    subject = Subject(foresight.fields, foresight.holder, foresight.routes)
    if options.tickets is None:
        return speed(engine, subject, [*made_up(options.made_up)], options.times, FIRST_MONDAY + OPENED)
    raw = options.tickets.read_bytes()
    lines = (gzip.decompress(raw) if options.tickets.suffix == ".gz" else raw).splitlines()
    return [*speed(engine, subject, lines, options.times, TRIED[1]), *goodness(engine, subject, lines)]


if __name__ == "__main__":
    main()
