"""Rows of task_sla in the database: brought up to date when somebody reads them, from the audit trail of the tasks.

An update does not wait for its SLAs here, so loading is as fast without them. The first reading takes in what is open
then or was updated in the week before.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from slabridge_sandbox.clock import Clock
from slabridge_sandbox.instant import DAY, HOUR, SECOND
from slabridge_sandbox.servicenow import relative, schedule
from slabridge_sandbox.servicenow.contract_sla import SlaDefinition, defaults, read_stamp
from slabridge_sandbox.servicenow.date_time import stamp_of
from slabridge_sandbox.servicenow.record import Record, identify
from slabridge_sandbox.servicenow.schema import TABLES
from slabridge_sandbox.servicenow.table import quoted
from slabridge_sandbox.servicenow.task_sla import TaskSla, TaskSlas

_WEEK = 7 * DAY
_LATE = HOUR
"""How long after its stamp an update may still turn up."""
_CHUNK = 500
_DATES = {
    column.name
    for table in TABLES.values()
    if table.storage == "task"
    for column in table.columns.values()
    if column.kind == "glide_date_time"
}

Texts = dict[str, str]
"""A record with its values as texts, "" where empty."""


@dataclass(slots=True)
class _Task:
    """A task as far as it was replayed: up to the update with this number."""

    slas: TaskSlas = field(default_factory=TaskSlas)
    texts: Texts = field(default_factory=dict)
    checkpoint: int = -1


class SlaRecords:
    """The SLAs of the tasks of one database."""

    def __init__(self, db: sqlite3.Connection, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._tasks: dict[str, _Task] = {}
        self._reached = -1
        self._repairs = 0

    def create(self) -> None:
        """Write the schedules, relative durations and definitions of a new instance."""
        for table, row in schedule.rows():
            self._put(table, row)
        for row in relative.rows():
            self._put("cmn_relative_duration", row)
        for definition in defaults():
            self._put("contract_sla", definition)

    def catch_up(self) -> None:
        """Process what happened to tasks since the last time, and do what the recalculation jobs did."""
        now = self._clock.now // SECOND * SECOND
        changed: list[tuple[str, TaskSla]] = []
        for table, definitions in self._definitions().items():
            touched = self._touched(table, now)
            for start in range(0, len(touched), _CHUNK):
                for sys_id in self._replay(table, touched[start : start + _CHUNK], definitions):
                    changed += [(sys_id, row) for row in self._tasks[sys_id].slas.rows]
        for sys_id, task in self._tasks.items():
            changed += [(sys_id, row) for row in task.slas.rows if row.active and row.recalculate(now)]
        with self._db:
            for sys_id, row in changed:
                self._put("task_sla", self._record(sys_id, row))
            self._db.execute("DELETE FROM task_sla WHERE task NOT IN (SELECT sys_id FROM task)")
        self._reached = now

    def repair(self) -> int:
        """Delete all rows and make them anew from history, with new sys_ids; return how many there are then."""
        self._repairs += 1
        self._tasks.clear()
        self._reached = -1
        with self._db:
            self._db.execute("DELETE FROM task_sla")
        self.catch_up()
        return int(self._db.execute("SELECT count(*) FROM task_sla").fetchone()[0])

    def _definitions(self) -> dict[str, list[SlaDefinition]]:
        """Return the active definitions by the class of tasks that they are for."""
        schedules = dict(self._db.execute("SELECT sys_id, name FROM cmn_schedule").fetchall())
        durations = {identify("cmn_relative_duration", name): known for name, known in relative.RELATIVE.items()}
        found: dict[str, list[SlaDefinition]] = {}
        for row in self._rows("contract_sla", "active = 'true' ORDER BY sys_id"):
            if row["collection"] in TABLES:
                found.setdefault(row["collection"], []).append(SlaDefinition.of(row, schedules, durations))
        return found

    def _touched(self, table: str, now: int) -> list[str]:
        """Return the tasks of a class that were updated since the last time."""
        if self._reached < 0:
            condition, since = "active = 'true' OR sys_updated_on >= ?", now - _WEEK
        else:
            condition, since = "sys_updated_on >= ?", self._reached - _LATE
        sql = f"SELECT sys_id, sys_mod_count FROM {table} WHERE {condition}"  # noqa: S608 - names of the schema
        return [
            sys_id
            for sys_id, count in self._db.execute(sql, (stamp_of(since),))
            if sys_id not in self._tasks or self._tasks[sys_id].checkpoint < int(count or 0)
        ]

    def _replay(self, table: str, ids: Sequence[str], definitions: Sequence[SlaDefinition]) -> Iterator[str]:
        """Take these tasks through the updates that were not processed yet."""
        marks = ", ".join("?" * len(ids))
        audit: dict[str, list[Texts]] = {}
        for row in self._rows("sys_audit", f"documentkey IN ({marks}) ORDER BY record_checkpoint, rowid", ids):
            audit.setdefault(row["documentkey"], []).append(row)
        for current in self._rows(table, f"sys_id IN ({marks})", ids):
            sys_id = current["sys_id"]
            task = self._tasks.setdefault(sys_id, _Task())
            _advance(task, current, audit.get(sys_id, ()), definitions)
            yield sys_id

    def _rows(self, table: str, where: str, values: Sequence[str] = ()) -> Iterator[Texts]:
        names = TABLES[table].stored
        for row in self._db.execute(f"SELECT {quoted(names)} FROM {table} WHERE {where}", list(values)):  # noqa: S608 - names of the schema and our words
            yield {name: "" if value is None else str(value) for name, value in zip(names, row, strict=True)}

    def _record(self, task: str, row: TaskSla) -> Record:
        """Return a row as it is stored."""
        definition, attached = row.definition, stamp_of(row.attached)
        return {
            "sys_id": identify("task_sla", task, definition.sys_id, row.attached, row.number, self._repairs),
            "sys_created_on": attached,
            "sys_created_by": "system",
            "sys_updated_on": stamp_of(row.updated),
            "sys_updated_by": "system",
            "sys_mod_count": 0,
            "task": task,
            "sla": definition.sys_id,
            "stage": row.stage,
            "active": str(row.active).lower(),
            "has_breached": str(row.breached).lower(),
            "start_time": stamp_of(row.start),
            "end_time": None if row.end is None else stamp_of(row.end),
            "planned_end_time": stamp_of(row.planned_end),
            "original_breach_time": stamp_of(row.original_breach),
            "pause_time": None if row.paused_at is None else stamp_of(row.paused_at),
            "pause_duration": stamp_of(row.pause),
            "business_pause_duration": stamp_of(row.business_pause),
            "duration": stamp_of(row.duration),
            "business_duration": stamp_of(row.business),
            "percentage": f"{row.percentage:g}",
            "business_percentage": f"{row.business_percentage:g}",
            "time_left": stamp_of(row.time_left),
            "business_time_left": stamp_of(row.business_time_left),
            "schedule": identify("cmn_schedule", definition.schedule) if definition.schedule else None,
        }

    def _put(self, table: str, row: Record) -> None:
        marks = ", ".join("?" * len(row))
        self._db.execute(
            f"INSERT OR REPLACE INTO {table} ({', '.join(row)}) VALUES ({marks})",  # noqa: S608 - names of the schema
            list(row.values()),
        )


def _advance(task: _Task, current: Texts, audit: Sequence[Texts], definitions: Sequence[SlaDefinition]) -> None:
    """Process the updates of a task that lie behind its checkpoint, and at last what it holds now.

    The last step matters where a change left no audit row.
    """
    if task.checkpoint < 0:
        texts = current | {row["fieldname"]: row["oldvalue"] for row in reversed(audit) if row["fieldname"] in current}
        task.texts, task.checkpoint = texts, 0
        task.slas.update(texts, read_stamp(current["sys_created_on"]), definitions, _instants(texts))
    pending: dict[int, list[Texts]] = {}
    for row in audit:
        pending.setdefault(int(row["record_checkpoint"] or 0), []).append(row)
    for checkpoint in sorted(pending):
        if checkpoint > task.checkpoint:
            changes = {row["fieldname"]: row["newvalue"] for row in pending[checkpoint] if row["fieldname"] in current}
            _step(task, changes, pending[checkpoint][0]["sys_created_on"], definitions)
    unseen = {name: value for name, value in current.items() if not name.startswith("sys_")}
    _step(task, unseen, current["sys_updated_on"], definitions)
    task.checkpoint = int(current["sys_mod_count"] or 0)


def _step(task: _Task, changes: Mapping[str, str], at: str, definitions: Sequence[SlaDefinition]) -> None:
    if any(task.texts.get(name) != value for name, value in changes.items()):
        task.texts = {**task.texts, **changes}
        task.slas.update(task.texts, read_stamp(at), definitions, _instants(task.texts))


def _instants(texts: Texts) -> dict[str, int]:
    return {name: read_stamp(texts[name]) for name in _DATES if texts.get(name)}


def repair_route(slas: SlaRecords) -> BaseRoute:
    """Return the route that repairs all SLAs, as an administrator does."""

    async def repair(_: Request) -> Response:
        return JSONResponse({"rows": slas.repair()})

    return Route("/sandbox/repair-slas", repair, methods=["POST"])
