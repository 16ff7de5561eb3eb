"""What is made for results in a tool, or taken back: a table, and what people have to do."""

import json
from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from slabridge.app.provision import Outcome
from slabridge.text.printed import line


def table_of(outcome: Outcome, *, done: bool, undo: bool) -> Table:
    """Return what is made or taken back as a table, but for what goes with another thing."""
    what = "taken back" if undo else "made"
    heading = "in the file" if outcome.file is not None else what if done else f"would be {what}"
    things = outcome.done if done and outcome.file is None else outcome.plan.things
    table = Table()
    table.add_column("kind")
    table.add_column(heading, overflow="fold")
    for thing in things:
        if thing.text:
            table.add_row(thing.kind, Text(line(thing.text)))
    return table


def lines_of(outcome: Outcome, *, done: bool, undo: bool) -> Iterator[str]:
    """Yield what else there is to say; `done` is whether it was done, or only looked at."""
    plan = outcome.plan
    yield from (f"left as it is: {text}" for text in plan.left)
    if not plan.things and not outcome.problems and not outcome.trouble:
        yield _nothing_to_undo(outcome) if undo else "all of it is there: nothing to make"
    elif not done and plan.things:
        yield "nothing was changed; --undo takes it back" if undo else "nothing was changed; --apply makes it"
    if outcome.file is not None:
        yield f"written: {outcome.file}"
    if done and not undo and outcome.ids:
        yield "names of fields can change and be doubled; put their ids into the configuration:"
        for name, id_ in outcome.ids.items():
            yield f"  field = {json.dumps(id_)}  # instead of {json.dumps(name, ensure_ascii=False)}"
    if plan.by_hand:
        yield "by hand:"
        yield from (f"  {n}. {text}" for n, text in enumerate(plan.by_hand, 1))


def _nothing_to_undo(outcome: Outcome) -> str:
    known = outcome.plan.held or outcome.plan.by_hand
    lost = ": the state lists nothing that was made; if the state is new, run --apply first, which finds what is ours"
    return f"there is nothing to take back{'' if known else lost}"


def troubles_of(outcome: Outcome) -> Iterator[str]:
    """Yield what went wrong, a line each."""
    yield from outcome.problems
    yield from outcome.unwritable
    if outcome.trouble:
        yield outcome.trouble
