"""The runs of many customers on many workers: real processes, over a real Redis and a real PostgreSQL."""

import asyncio
import base64
import json
import pickle
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import redis
import sqlalchemy as sa

from sla_engine.instant import HOUR
from slabridge.state import State
from slabridge_sandbox.embedded import Sandbox
from tests.hanging import hanging
from tests.patience import PATIENCE
from tests.slabridge.fleet.desk import NAMES, Desk
from tests.slabridge.fleet.redis_server import Line
from tests.slabridge.run.job import NOON, small
from tests.slabridge.state.content import content

QUEUE = "slabridge"
LATER = NOON + 3 * HOUR
RUNS = ("run", "pulled_in", "changed_in", "judged_in")
"""Columns that say which run it was: one that is cut short has a number, too."""


@pytest.fixture
def store(redis_address: str) -> Iterator["redis.Redis"]:
    with closing(redis.Redis.from_url(redis_address, decode_responses=True)) as client:
        yield client


def everything(store: "redis.Redis") -> str:
    """Return all that stands in the Redis, as text."""
    read: dict[str, Any] = {
        "string": store.get,
        "set": store.smembers,
        "hash": store.hgetall,
        "zset": lambda key: store.zrange(key, 0, -1, withscores=True),
        "list": lambda key: store.lrange(key, 0, -1),
        "none": lambda _: "gone meanwhile",
    }
    return repr([(key, read[str(store.type(key))](key)) for key in store.keys()])  # noqa: SIM118 - no mapping


def messages(store: "redis.Redis") -> list[Any]:
    """Return what the bodies of the messages in the queue say."""
    return [json.loads(base64.b64decode(json.loads(one)["body"])) for one in store.lrange(QUEUE, 0, -1)]


def alone(
    folder: Path, names: tuple[str, ...], instants: tuple[int, ...], but: tuple[str, ...] = ()
) -> dict[str, dict[str, list[object]]]:
    """Return the states of customers as one process leaves them, that runs them all at these instants."""
    place = folder / "alone"
    place.mkdir()
    with Sandbox(small(place), in_process=True) as sandbox, Desk(place / "customers", sandbox, "", "") as desk:
        common = (desk.folder / "common.toml").read_text("utf-8")
        desk.write("common", common.replace('state = ""', f'state = "{desk.folder}"'))
        for name in set(NAMES) - set(names):
            (desk.folder / f"{name}.toml").unlink()
        for instant in instants:
            sandbox.move_to(instant)
            done = desk.program("run")
            assert done.returncode == 0, done.stderr
        return {name: content(str(desk.folder / f"{name}.db"), but) for name in names}


class Crowd:
    """How many calls were under way at once, at most."""

    now = most = 0

    async def wait(self, *_: object) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.05)  # so long a call takes: without a limit for all, two would meet
        self.now -= 1


def test_workers_leave_the_states_that_one_process_leaves_and_keep_to_one_limit(
    desk: Desk, store: "redis.Redis", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = alone(tmp_path, NAMES, (NOON, LATER))
    crowd = Crowd()
    monkeypatch.setattr("slabridge_sandbox.fault._wait", crowd.wait)
    desk.sandbox.fault("servicenow", do="hang", times=None)
    common = (desk.folder / "common.toml").read_text("utf-8")
    desk.write("common", common.replace('unmapped = "keep"', 'unmapped = "keep"\nconcurrency = 1'))
    assert desk.schedule() == 0
    assert sorted((one[0], one[1]) for one in messages(store)) == [([name], {}) for name in NAMES]
    assert desk.schedule() == 4  # nobody has taken them: nothing is put on top
    assert store.llen(QUEUE) == len(NAMES)
    workers = [desk.works("--processes", "1"), desk.works("--processes", "2")]
    assert [desk.code(name) for name in NAMES] == [0, 0, 0]
    desk.sandbox.move_to(LATER)
    assert desk.schedule() == 0
    assert [desk.code(name) for name in NAMES] == [0, 0, 0]
    assert desk.sandbox.servicenow.secret not in everything(store)
    assert crowd.most == 1
    for name in NAMES:
        assert content(desk.place(name)) == expected[name]
    assert [worker.end() for worker in workers] == [0, 0]


BY = """
import os, threading
import slabridge.app.run as runs
once = runs.run
def run(config, *given, **named):
    match config.customer:
        case "bug":
            raise ValueError("hunter2")
        case "killed":
            os.kill(os.getpid(), 9)
        case "hangs":
            threading.Event().wait()
    return once(config, *given, **named)
runs.run = run
"""
"""A program that some customers are poison to."""


class Poison:
    """What runs a command where it is unpickled."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.place,)


def test_customers_that_are_poison_are_reported_and_hold_up_no_other(
    desk: Desk, store: "redis.Redis", tmp_path: Path
) -> None:
    desk.write("broken", "[connections.broken]\nlike = 'dsek'\n")
    for name in ("bug", "hangs", "killed"):
        desk.write(name, f'[connections.{name}]\nlike = "desk"\nfilter = "number=INC0000000"\n')
    assert desk.schedule() == 0
    for n, text in enumerate(store.lrange(QUEUE, 0, -1)):
        message = json.loads(text)
        if "hangs" in message["headers"]["argsrepr"]:  # else its time is over after a quarter of an hour
            store.lset(QUEUE, n, json.dumps({**message, "headers": {**message["headers"], "timelimit": [2, None]}}))
    order = {**message, "headers": {**message["headers"], "task": "celery.backend_cleanup", "id": "order"}}
    pickled = base64.b64encode(pickle.dumps(([Poison(tmp_path / "unpickled")], {}, {}))).decode()
    harmful = {**message, "body": pickled, "content-type": "application/x-python-serialize"}
    store.rpush(QUEUE, json.dumps(order), json.dumps(harmful))
    worker = desk.works("--processes", "2", by=BY)
    assert [desk.code(name) for name in (*NAMES, "broken", "bug")] == [0, 0, 0, 2, 1]
    assert desk.hears("run lost", customer="killed")["exit_code"] == 137
    assert desk.hears("run lost", customer="hangs")["exit_code"] == 137
    for name in ("bug", "hangs", "killed"):
        (desk.folder / f"{name}.toml").unlink()
    assert desk.schedule() == 0
    assert [desk.code(name) for name in NAMES] == [0, 0, 0]
    assert not (tmp_path / "unpickled").exists()
    assert "hunter2" not in "".join(worker.said)


TELLING = """
import sys
from slabridge.run.halt import Halt
stop = Halt.stop
def told(self):
    stop(self)
    sys.stderr.write('{"event": "told to stop"}\\n')
    sys.stderr.flush()
Halt.stop = told
"""
"""A program that says when it has been told to stop."""


@pytest.mark.parametrize("how", ["the worker is killed", "its process is killed", "it is stopped in order"])
def test_a_customer_whose_run_is_cut_short_is_taken_by_another_worker(
    desk: Desk, how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in NAMES[1:]:
        (desk.folder / f"{name}.toml").unlink()
    expected = alone(tmp_path, ("acme",), (LATER,), but=RUNS)["acme"]
    desk.sandbox.move_to(LATER)
    desk.sandbox.fault("servicenow", do="hang", path="batch$")
    with hanging(monkeypatch) as call:
        first = desk.works("--processes", "1", by=TELLING)
        assert desk.schedule() == 0
        call.came()
        match how:
            case "the worker is killed":
                assert first.end(signal.SIGKILL) == -signal.SIGKILL
            case "its process is killed":
                first.kill_processes()
                assert desk.hears("run lost", customer="acme")["exit_code"] == 137
                first.process.kill()
            case _:
                first.process.terminate()
                desk.hears("told to stop")
        call.answer()
        if how == "it is stopped in order":
            assert desk.code("acme") == 4
            assert first.process.wait(PATIENCE) == 0
    desk.sandbox.clear_faults()
    other = desk.works("--processes", "1")
    assert desk.schedule() == 0
    assert desk.code("acme", by=other) == 0
    found = content(desk.place("acme"), but=RUNS)
    for table in ("run", "counter"):  # one more has begun, and may have ended as deferred
        del found[table], expected[table]
    assert found == expected


NEWER = """
from slabridge.state import revision
of, head = revision.of, revision.known()[0]
revision.of = lambda connection: head if (found := of(connection)) == "newer" else found
"""
"""A program that knows a newer schema, which is as today's."""


def test_a_worker_that_is_older_than_a_state_leaves_it_to_a_newer_one(desk: Desk, store: "redis.Redis") -> None:
    State.of(desk.place("acme")).close()
    engine = sa.create_engine(desk.database.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE acme.alembic_version SET version_num = 'newer'")
    engine.dispose()
    old = desk.works("--processes", "1")
    assert desk.schedule() == 0
    for _ in range(3):
        desk.hears("put back", customer="acme", level="info")
    desk.hears("left to a newer worker", customer="acme", level="warning")
    assert [desk.code(name) for name in NAMES[1:]] == [0, 0]
    assert store.llen(QUEUE) == 0
    new = desk.works("--processes", "1", by=NEWER)
    desk.hears("worker ready", by=new.number)
    assert old.end() == 0
    assert desk.schedule() == 0
    assert desk.code("acme", by=new) == 0


def test_a_broker_that_is_away_for_a_while_is_waited_for(desk: Desk) -> None:
    line = Line(desk.broker)
    desk.broker = line.address.replace("//", "//:hunter2@")
    line.cut()
    away = desk.program("fleet", "schedule")
    assert away.returncode == 4
    assert "cannot be reached" in away.stderr
    assert "hunter2" not in away.stderr
    desk.broker = line.address
    worker = desk.works("--processes", "1")
    for _ in range(2):
        desk.hears("celery", level="error")  # it cannot connect, and tries again
        line.mend()
        assert desk.schedule() == 0
        assert [desk.code(name) for name in NAMES] == [0, 0, 0]
        line.cut()
    desk.hears("celery")
    line.mend()
    assert worker.end() == 0
    line.close()
