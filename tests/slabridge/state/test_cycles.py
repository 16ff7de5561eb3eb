"""Open cycles as lists: what a list has, in which order, and who sees what of it."""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import chain

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from sla_engine import Result
from sla_engine.instant import HOUR
from slabridge.state import State, Transaction, cycles, forecasts, tickets
from slabridge.state.cycles import FILTERS, SORTS, STATUSES, OpenCycle, Seen, Wanted
from slabridge.state.forecasts import Foreseen
from slabridge.state.schema import metadata, result
from slabridge.state.schema import ticket as ticket_table
from slabridge.ticket.known import Evaluated
from slabridge.ticket.viewer import Viewer
from tests.slabridge.run.making import result as made
from tests.slabridge.state.making import save, ticket

NOW = 1_000 * HOUR
NAMES = ("Network", "Mail", "Mail, Network", 'Mail"', "Å%_")
VIEWERS = [Viewer(), *(Viewer(customer=name) for name in NAMES), *(Viewer(team=name) for name in NAMES)]

values = st.lists(st.sampled_from(NAMES), max_size=2, unique=True).map(tuple)


@st.composite
def results(draw: st.DrawFn) -> Result:
    status = draw(st.sampled_from([*STATUSES, "met"]))
    dimensions = {name: draw(values) for name in ("customer", "team", "priority")}
    return made(
        status=status,
        breached=status == "breached",
        stage={"paused": "paused", "met": "completed"}.get(status, "running"),
        stopped_at=NOW if status == "met" else None,
        excluded=draw(st.sampled_from([False, False, False, True])),
        due_at=draw(st.none() | st.sampled_from([NOW - 1, NOW, NOW + 5, NOW + HOUR, NOW + HOUR + 1])),
        agreement=draw(st.sampled_from(["standard", "teams"])),
        kind=draw(st.sampled_from(["sla", "ola"])),
        holder=draw(st.none() | st.sampled_from(NAMES)),
        breach_holder=draw(st.none() | st.sampled_from(NAMES)),
        dimensions={name: held for name, held in dimensions.items() if held},
    )


World = Sequence[tuple[str, bool, Result, float | None]]
"""By id: connection, whether it is gone, what it came to, and how likely that is to break."""
risks = st.none() | st.sampled_from([0.0, 0.25, 0.5, 1.0])
worlds = st.lists(st.tuples(st.sampled_from(["snow", "jira", "old"]), st.booleans(), results(), risks), max_size=12)


def fill(state: State, world: World) -> None:
    with state.begin() as sql:
        for table in reversed(metadata.sorted_tables):
            sql.execute(sa.delete(table))
    for n, (connection, gone, one, risk) in enumerate(world):
        save(state, ticket(str(n)))
        with state.begin() as sql:
            sql.execute(
                sa.text("UPDATE ticket SET connection = :name WHERE id = :id"), {"name": connection, "id": str(n)}
            )
            own = Transaction(sql, connection)
            tickets.evaluated(own, NOW, [Evaluated(str(n), [one])])
            tickets.lose(own, [str(n)] if gone else [])
            name = (str(n), one.agreement, one.objective, one.cycle)
            forecasts.put(own, [str(n)], [] if risk is None else [Foreseen(*name, risk, 40 + n, "priority", NOW, None)])


def expected(world: World, viewer: Viewer, wanted: Wanted) -> list[tuple[str, str, Result]]:
    """Return (connection, id, cycle) of a list, by the obvious way."""
    found = [
        (connection, str(n), one)
        for n, (connection, gone, one, _) in enumerate(world)
        if connection != "old" and not gone and one.stopped_at is None and not one.excluded
        if viewer.sees(one) and fits(connection, one, wanted)
    ]

    def by(row: tuple[str, str, Result]) -> tuple[object, ...]:
        connection, id_, one = row
        return (one.due_at, connection, id_, one.agreement, one.objective, one.cycle)

    dated = sorted((row for row in found if row[2].due_at is not None), key=by)
    undated = sorted((row for row in found if row[2].due_at is None), key=lambda row: by(row)[1:])
    turn = -1 if wanted.sort == "due" and wanted.descending else 1
    rows = dated[::turn] + undated[::turn]
    if wanted.sort == "status":
        rows.sort(key=lambda row: STATUSES.index(row[2].status), reverse=wanted.descending)
    elif wanted.sort == "risk":
        turn = 1 if wanted.descending else -1
        rows.sort(key=lambda row: 2.0 if (risk := world[int(row[1])][3]) is None else turn * risk)
    elif wanted.sort != "due":
        held = [row for row in rows if column(row[0], row[2], wanted.sort) is not None]
        held.sort(key=lambda row: str(column(row[0], row[2], wanted.sort)), reverse=wanted.descending)
        rows = held + [row for row in rows if column(row[0], row[2], wanted.sort) is None]
    return rows


def fits(connection: str, one: Result, wanted: Wanted) -> bool:
    runs = one.status in ("on_track", "at_risk")
    soon = runs and one.due_at is not None and NOW <= one.due_at <= NOW + HOUR
    narrowed = all((column(connection, one, name) or "") in held for name, held in wanted.where.items())
    return narrowed and (soon or not wanted.soon)


def column(connection: str, one: Result, name: str) -> str | None:
    if name in ("customer", "priority"):
        return ", ".join(one.dimensions.get(name, ())) or None
    return connection if name == "connection" else getattr(one, name)


def identified(found: Sequence[OpenCycle]) -> list[tuple[str, str]]:
    return [(one.connection, one.id) for one in found]


wanted = st.builds(
    Wanted,
    st.dictionaries(
        st.sampled_from(FILTERS),
        st.lists(st.sampled_from([*NAMES, *STATUSES, "snow", "jira", "standard", "ola", ""]), min_size=1).map(tuple),
        max_size=2,
    ),
    st.sampled_from(SORTS),
    st.booleans(),
    st.booleans(),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(world=worlds, viewer=st.sampled_from(VIEWERS), wanted=wanted, limit=st.integers(1, 5), foresees=st.booleans())
def test_a_list_has_what_fits_and_is_seen_in_its_order_whatever_parts_it_is_read_in(
    state: State, world: World, viewer: Viewer, wanted: Wanted, limit: int, *, foresees: bool
) -> None:
    fill(state, world)
    seen = Seen(viewer, ["snow", "jira"], NOW, foresees)
    shown = Wanted(wanted.where, soon=wanted.soon) if wanted.sort == "risk" and not foresees else wanted
    right = [(connection, id_) for connection, id_, _ in expected(world, viewer, shown)]
    with state.reading() as sql:
        whole = identified(cycles.listed(sql, seen, wanted))
        parts = [cycles.listed(sql, seen, wanted, offset=n, limit=limit) for n in range(0, len(right) + 2, limit)]
        along = list(chain.from_iterable(cycles.every(sql, seen, wanted)))
        counted = cycles.counted(sql, seen)
    postgresql = state.url.get_backend_name() == "postgresql"
    if postgresql and wanted.sort not in ("due", "status", "risk"):  # which sorts texts by its own collation
        assert sorted(whole) == sorted(right)
    else:
        assert whole == right
    assert [one for part in parts for one in identified(part)] == whole
    assert identified(along) == whole
    for open_ in along:
        risk = world[int(open_.id)][3] if foresees else None
        said = (None, None) if risk is None else (40 + int(open_.id), "priority")
        assert (open_.risk, open_.alike, open_.basis) == (risk, *said)
    every = expected(world, viewer, Wanted())
    assert sum(one.cycles for one in counted) == len(every)
    assert sum(one.soon for one in counted) == len(expected(world, viewer, Wanted(soon=True)))
    by_status = Counter(one.status for _, _, one in every)
    assert {status: sum(one.cycles for one in counted if one.status == status) for status in by_status} == by_status
    if not postgresql:  # PostgreSQL's collation says the same of what is there
        with state.reading() as sql:
            for n, (_, _, one, _) in enumerate(world):
                there = sa.select(ticket_table.c.id).where(ticket_table.c.id == str(n), cycles.seen_by(viewer))
                assert (sql.scalar(there) is not None) == viewer.sees(one)


@pytest.mark.parametrize("sort", SORTS)
def test_what_has_no_due_time_comes_behind_what_has_one(state: State, sort: str) -> None:
    late = made(status="breached", breached=True)
    fill(state, [("snow", False, structs.replace(late, due_at=due), None) for due in (None, NOW)])
    with state.reading() as sql:
        found = cycles.listed(sql, Seen(Viewer(), ["snow"], NOW, foresees=True), Wanted(sort=sort))
    assert identified(found) == [("snow", "1"), ("snow", "0")]


@pytest.mark.parametrize("descending", [False, True])
def test_by_risk_no_more_forecasts_are_read_than_are_shown(descending: bool) -> None:
    state = State("sqlite://")
    statements: list[str] = []
    with state.reading() as sql:
        sa.event.listen(sql, "before_cursor_execute", _collector(statements), retval=False)
        cycles.listed(sql, Seen(Viewer(), ["snow"], NOW, foresees=True), Wanted(sort="risk", descending=descending))
        plan = [row[3] for row in sql.exec_driver_sql(f"EXPLAIN QUERY PLAN {statements[0]}")]
    state.close()
    assert "SCAN forecast USING COVERING INDEX forecast_risk" in plan


@pytest.mark.parametrize("where", [Wanted(), Wanted({"status": ("at_risk", "on_track")})])
def test_of_a_year_only_open_cycles_are_looked_at_and_of_these_no_more_than_are_shown(where: Wanted) -> None:
    state = State("sqlite://")
    statements: list[str] = []
    with state.reading() as sql:
        sa.event.listen(sql, "before_cursor_execute", _collector(statements), retval=False)
        seen = Seen(Viewer(), ["snow"], NOW)
        cycles.counted(sql, seen)
        cycles.listed(sql, seen, where)
        plans = [[row[3] for row in sql.exec_driver_sql(f"EXPLAIN QUERY PLAN {one}")] for one in statements[:2]]
    state.close()
    assert "SCAN result USING COVERING INDEX result_open" in plans[0]
    assert any("USING COVERING INDEX result_open" in step for step in plans[1])
    assert not any("TEMP B-TREE FOR ORDER BY" in step for step in plans[1][: len(plans[1]) - 1])
    assert result.name == "result"


def _collector(statements: list[str]) -> Callable[..., None]:
    def collect(_c: object, _cursor: object, statement: str, parameters: tuple[object, ...], *_: object) -> None:
        text = statement
        for value in parameters:
            text = text.replace("?", repr(value), 1)
        statements.append(text)

    return collect
