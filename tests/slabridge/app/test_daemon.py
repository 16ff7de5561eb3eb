"""A daemon through the night, in simulated time on the sandbox's clock (docs/daemon.md)."""

import gc
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from connectors.http.session import Http
from sla_engine.instant import DAY, HOUR, MINUTE
from slabridge.app.daemon import SPACING, Told, keep_on, next_round
from slabridge.app.watch import Watch, owner
from slabridge.exit import Exit
from slabridge.run.counting import RUNS
from slabridge.run.halt import Halt
from slabridge.show import logs
from slabridge.state import State, counters, lease
from slabridge_sandbox.embedded import Sandbox
from tests.patience import PATIENCE
from tests.slabridge.app.night import Night
from tests.slabridge.run.job import NOON, TOOLS, Job, markers_on, small
from tests.slabridge.run.receiving import webhook
from tests.slabridge.run.telling import telling
from tests.slabridge.run.truth import Truth
from tests.slabridge.state.databases import cut

AT_RISK, BREACHED = NOON + 30 * MINUTE, NOON + 2 * HOUR
"""When the ticket that is open comes to be so, in both tools."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Repeat calls without waiting, and log nothing that is not grave."""
    defaults = {**(Http.__init__.__kwdefaults__ or {}), "sleep": lambda _: None}
    monkeypatch.setattr(Http.__init__, "__kwdefaults__", defaults)
    monkeypatch.setenv("SNOW_PASSWORD", "sandbox")
    monkeypatch.setenv("JIRA_TOKEN", "sandbox-jira-token")
    logs.configure("error", "console")


@pytest.fixture
def job(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Job]:
    """Give the job against a sandbox in this process, or, where its memory is measured, in another."""
    with Sandbox(small(tmp_path), in_process="week" not in request.node.name) as sandbox:
        yield Job(tmp_path, sandbox)


@pytest.fixture
def watch() -> Iterator[Watch]:
    with owner() as name:
        yield Watch(measuring=True, owner=name, every=300)


@pytest.fixture
def night(job: Job, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> Night:
    return Night(job, monkeypatch, watch)


def counted(place: str, name: str, **labels: str) -> float:
    """Return what the state has counted."""
    state = State.of(place)
    try:
        with state.reading() as transaction:
            return counters.every(transaction).get((name, tuple(sorted(labels.items()))), 0.0)
    finally:
        state.close()


@pytest.mark.parametrize(("due", "expected"), [(None, 400), (90, 120), (250, 250), (1000, 400), (100, 120)], ids=str)
def test_the_next_round_is_at_the_interval_or_when_something_is_due_but_never_at_once(
    due: float | None, expected: float
) -> None:
    assert next_round(100, 300, due) == expected
    assert SPACING == 20


def test_a_breach_is_on_the_ticket_within_a_minute_of_its_instant(night: Night) -> None:
    night.every = 6 * 3600
    truth = Truth()
    night.after = lambda: truth.check(night.job)
    night.goes_on(NOON + 5 * HOUR)
    for tool in TOOLS:
        said = {marker: one.at for one in night.job.ticket(tool, "Open").comments for marker in one.markers}
        for status, due in (("at_risk", AT_RISK), ("breached", BREACHED)):
            at = said[f"standard.resolution#1 {status}"]
            assert due <= at <= due + MINUTE, (tool, status)
    assert set(night.codes) == {0}
    assert len(night.rounds) < 12, night.rounds  # it wakes for what is due, and not all the time


@pytest.mark.parametrize(
    ("receiver", "sent"),
    [
        ('every = "15m"', [75, 120]),
        ('every = "0s"', [60, 120]),
        ('every = "0s"\nonly = "late"', [240]),
    ],
)
def test_a_message_is_sent_when_its_time_has_come(
    job: Job, watch: Watch, monkeypatch: pytest.MonkeyPatch, receiver: str, sent: list[int]
) -> None:
    job.text += '\n[calendars.late]\nhours = { mon-sun = ["17:00-18:00"] }\ntimezone = "Europe/Stockholm"\n'
    telling(job, receiver=receiver, ladder='[{ at = "75%", to = "duty" }, { at = "breached", to = "duty" }]')
    got: list[float] = []
    with webhook() as hook:
        monkeypatch.setenv("DUTY", hook.address)
        night = Night(job, monkeypatch, watch, every=6 * 3600)

        def look() -> None:
            got.extend((night.rounds[-1] - NOON) / MINUTE for _ in hook.got)
            hook.got.clear()

        night.after = look
        night.goes_on(NOON + 5 * HOUR)
    assert len(got) == len(sent)
    assert all(due <= at <= due + 1 for at, due in zip(got, sent, strict=True)), got


def test_what_waits_for_the_hours_of_a_receiver_wakes_nobody_before(
    job: Job, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    job.text += '\n[calendars.late]\nhours = { mon-sun = ["12:00-14:03"] }\ntimezone = "UTC"\n'
    telling(job, receiver='every = "0s"\nonly = "late"', ladder='[{ at = "breached", to = "duty" }]')
    with webhook() as hook:
        monkeypatch.setenv("DUTY", hook.address)
        hook.behaves = "fails"
        job.run_at(NOON)
        job.run_at(BREACHED + MINUTE)  # not sent, and to be tried again at 14:02; at 14:11 it is too late
        job.sandbox.move_to(BREACHED + 10 * MINUTE)
        night = Night(job, monkeypatch, watch, every=1800)
        night.goes_on(BREACHED + 70 * MINUTE)
    assert hook.asked == 1
    assert len(night.rounds) < 10, night.rounds


def test_sighup_is_heard_where_rounds_take_longer_than_the_interval() -> None:
    told = Told(Halt())
    now, rounds = 0.0, 0
    reloads: list[int] = []

    def run() -> int:
        nonlocal now, rounds
        rounds, now = rounds + 1, now + 400
        if rounds == 2:
            signal.raise_signal(signal.SIGHUP)
        return 0

    with told.by_signals():
        keep_on(
            300,
            run=run,
            due=lambda: None,
            reload=lambda: reloads.append(rounds),
            stopping=lambda: rounds >= 10,
            wait=told.wait,
            clock=lambda: now,
        )
    assert reloads == [2]


def test_it_goes_on_at_the_interval_and_sees_what_people_did(night: Night) -> None:
    night.goes_on(NOON + HOUR)
    ticks = [NOON + n * 5 * MINUTE for n in range(12)]
    assert len(night.rounds) >= 12
    assert all(any(abs(at - tick) <= 5 * MINUTE for at in night.rounds) for tick in ticks)


def test_a_tool_that_is_down_for_hours_is_asked_at_the_interval_and_ends_nothing(night: Night) -> None:
    sandbox = night.job.sandbox
    down, up = NOON + 20 * MINUTE, NOON + 6 * HOUR
    night.every = 15 * 60
    night.goes_on(
        NOON + 7 * HOUR,
        (down, lambda: sandbox.fault("servicenow", do="status", status=503, times=None)),
        (up, sandbox.clear_faults),
    )
    away = [at for at in night.rounds if down < at < up]
    assert 20 <= len(away) <= 6 * 4 + 6  # what was due and could not be done is no reason to run at once again
    lost = [code for at, code in zip(night.rounds, night.codes, strict=True) if down < at < up]
    assert set(lost) == {Exit.DEFERRED}
    assert night.codes[-1] == 0
    assert any(BREACHED <= at <= BREACHED + MINUTE for at in night.wrote)  # the other tool's breach was in time
    for tool in TOOLS:
        markers = markers_on(night.job.ticket(tool, "Open"))
        assert "standard.resolution#1 breached" in markers, tool
        assert len(set(markers)) == len(markers)
    assert counted(night.job.place, RUNS, outcome="deferred") == len(lost)
    assert counted(night.job.place, RUNS, outcome="complete") == len(night.codes) - len(lost)


@pytest.mark.parametrize("jump", [-3 * DAY, 3 * DAY], ids=["back", "forward"])
def test_a_wall_clock_that_jumps_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, watch: Watch, jump: int
) -> None:
    found: list[tuple[list[int], list[int]]] = []
    real = time.time_ns
    for jumps in (False, True):
        folder = tmp_path / str(jumps)
        folder.mkdir()
        with Sandbox(small(folder), in_process=True) as sandbox:
            night = Night(Job(folder, sandbox), monkeypatch, watch, every=1800)
            event = (
                NOON + 40 * MINUTE,
                lambda: monkeypatch.setattr(time, "time_ns", lambda: real() + jump * 1_000_000),
            )
            night.goes_on(NOON + 3 * HOUR, *([event] if jumps else []))
            found.append((night.rounds, sorted(night.wrote)))
            assert set(night.codes) == {0}
    assert found[0] == found[1]
    assert any(BREACHED <= at <= BREACHED + MINUTE for at in found[1][1])


def test_a_database_that_restarts_under_it_costs_a_round_and_no_more(
    night: Night, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    night.moves_to(postgres)
    renew, times = lease.renew, 0

    def restart(transaction: sa.Connection) -> None:
        nonlocal times
        times += 1
        if times in (4, 20):
            cut(postgres)
        renew(transaction)

    monkeypatch.setattr(lease, "renew", restart)
    night.goes_on(NOON + 40 * MINUTE)
    assert times > 20
    assert night.codes[-1] == 0
    assert night.codes.count(Exit.DEFERRED) == 2
    assert set(night.codes) == {Exit.COMPLETE, Exit.DEFERRED}
    with psycopg.connect(postgres) as connection:
        asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        assert connection.execute(asked).fetchone() == (0,)


class Forward(socketserver.ThreadingTCPServer):
    """Carries bytes to a server, until it is closed with all its lines."""

    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False

    def __init__(self, port: int, to: tuple[str, int]) -> None:
        self.to = to
        self.lines: list[socket.socket] = []
        super().__init__(("127.0.0.1", port), _Line)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def end(self) -> None:
        self.shutdown()
        self.server_close()
        for line in self.lines:
            line.close()


class _Line(socketserver.BaseRequestHandler):
    server: Forward

    def handle(self) -> None:
        with socket.create_connection(self.server.to) as onward:
            self.server.lines += [self.request, onward]
            back = threading.Thread(target=carry, args=(onward, self.request), daemon=True)
            back.start()
            carry(self.request, onward)
            back.join()


def carry(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65_536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        return


def test_a_database_that_is_gone_for_a_while_is_waited_for_and_counted_afterwards(night: Night, postgres: str) -> None:
    url = sa.make_url(postgres)
    there = (url.host or "127.0.0.1", url.port or 5432)
    server = Forward(0, there)
    port = server.server_address[1]
    place = url.set(host="127.0.0.1", port=port).render_as_string(hide_password=False)
    night.moves_to(place)
    servers = [server]
    gone, back = NOON + 7 * MINUTE, NOON + 22 * MINUTE
    ready: list[dict[str, str]] = []
    night.after = lambda: ready.append(night.watch.why_not())
    night.goes_on(NOON + 40 * MINUTE, (gone, server.end), (back, lambda: servers.append(Forward(port, there))))
    servers[-1].end()
    lost = [at for at, code in zip(night.rounds, night.codes, strict=True) if code == Exit.DEFERRED]
    assert lost == [at for at in night.rounds if gone < at < back]
    assert len(lost) == 3
    assert {why.get("run", "") for why in ready} == {"", "the state cannot be used"}
    assert night.codes[-1] == 0
    assert counted(postgres, RUNS, outcome="deferred") == 3
    assert counted(postgres, RUNS, outcome="complete") == len(night.rounds) - 3


def test_a_second_daemon_stands_by_and_takes_over_when_the_first_has_ended(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert night.begin() == 0
    with owner() as name:
        other = Night(night.job, monkeypatch, Watch(measuring=True, owner=name, every=300))
        for _ in range(3):
            assert (night.begin(), other.begin()) == (0, Exit.BUSY)
        assert other.watch.why_not() == {"run": "another run or daemon has the state"}
        assert night.watch.why_not() == {}
        night.watch.forget(night.config)
        assert (other.begin(), night.begin()) == (0, Exit.BUSY)
        assert other.watch.why_not() == {}
    assert counted(night.job.place, RUNS, outcome="busy") == 4
    assert counted(night.job.place, RUNS, outcome="complete") == 5


STANDS = """
import sys
from slabridge.state import State, lease
state = State.of(sys.argv[1])
with lease.daemon() as owner:
    with state.begin() as transaction:
        lease.stand(transaction, owner, 300_000)
    print("stands", flush=True)
    sys.stdin.read()
"""


def test_a_second_daemon_takes_over_when_the_first_was_killed(night: Night) -> None:
    command = [sys.executable, "-c", STANDS, night.job.place]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:  # noqa: S603 - our own
        assert first.stdout
        assert first.stdout.readline() == "stands\n"
        assert night.begin() == Exit.BUSY
        first.kill()
        first.wait(PATIENCE)
        assert night.begin() == 0


def test_a_single_run_goes_between_the_rounds_of_a_daemon(night: Night) -> None:
    assert night.begin() == 0
    assert night.job.run().exit_code == 0
    assert night.begin() == 0


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.check)])
def test_a_week_costs_no_memory_no_file_no_thread_and_no_connection(
    night: Night, request: pytest.FixtureRequest, kind: str
) -> None:
    connected = None
    if kind == "postgresql":
        place = request.getfixturevalue("postgres")
        night.moves_to(place)
        connected = psycopg.connect(place, autocommit=True)
    rounds = 8 if request.config.getoption("--check") else 4  # a day
    night.every = 24 / rounds * 3600
    end = NOON + 7 * DAY
    held: list[tuple[int, int, int]] = []
    traced: list[int] = []

    def look() -> None:
        if night.rounds[-1] < NOON + 3 * DAY:
            return
        gc.unfreeze()
        gc.collect()
        if not tracemalloc.is_tracing():
            tracemalloc.start()
        traced.append(tracemalloc.get_traced_memory()[0])
        others = 0
        if connected is not None:
            asked = (
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            found = connected.execute(asked).fetchone()
            others = found[0] if found else -1
        held.append((len(list(Path("/proc/self/fd").iterdir())), threading.active_count(), others))

    night.after = look
    try:
        night.goes_on(end)
    finally:
        tracemalloc.stop()
        if connected is not None:
            connected.close()
    assert len(night.rounds) >= 7 * rounds
    assert set(night.codes) == {0}
    quarter = len(held) // 4
    assert max(held[-quarter:]) <= max(held[:quarter])
    settled, last = min(traced[len(traced) // 2 : -quarter]), min(traced[-quarter:])
    assert last - settled < 50_000, traced
