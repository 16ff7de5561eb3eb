"""`slabridge run --every` as a real process: signals, files changed under it, what it serves (docs/daemon.md)."""

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from sla_engine.instant import HOUR
from slabridge.cli import listen as listen_module
from slabridge.cli.listen import listening
from slabridge.show import logs
from slabridge.show.metrics import METRICS
from slabridge_sandbox.embedded import Sandbox
from tests.hanging import hanging
from tests.patience import PATIENCE
from tests.places import CHECKOUT
from tests.slabridge.cli.conftest import Call
from tests.slabridge.run.job import NOON, Job, number_of, small

QUICKLY = """
import os, runpy, sys
from slabridge.app import daemon
from slabridge.run.halt import Halt
daemon.SPACING = 0.01
stop, wait = Halt.stop, daemon.Told.wait
def told(self):
    stop(self)
    os.write(1, b"told to stop\\n")
def waits(self, seconds):
    os.write(1, b"waits\\n")
    return wait(self, seconds)
Halt.stop, daemon.Told.wait = told, waits
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""The program, whose rounds may follow each other at once, and which says when it waits, and is told to stop."""


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Job]:
    monkeypatch.setenv("SNOW_PASSWORD", "sandbox")
    monkeypatch.setenv("JIRA_TOKEN", "sandbox-jira-token")
    with Sandbox(small(tmp_path), in_process=True) as sandbox:
        sandbox.move_to(NOON + 3 * HOUR)
        yield Job(tmp_path, sandbox)


class Program:
    """A daemon; what it prints is read as it comes."""

    def __init__(self, process: "subprocess.Popen[str]", port: int) -> None:
        self.process = process
        self.url = f"http://127.0.0.1:{port}"

    def says(self, wanted: str) -> str:
        """Return the next line of its output that begins so."""
        assert self.process.stdout
        for line in self.process.stdout:
            if line.startswith(wanted):
                return line
        raise AssertionError(f"it ended without {wanted!r}")

    def round(self) -> dict[str, object]:
        """Return what the next run did."""
        found: dict[str, object] = json.loads(self.says("{"))
        return found

    def signalled(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def ended(self) -> tuple[int, str]:
        """Return how it ended, and what it said."""
        _, said = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, said

    def get(self, path: str) -> requests.Response:
        return requests.get(f"{self.url}/{path}", timeout=PATIENCE)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@contextmanager
def daemon(
    config: Path, *arguments: object, every: str = "1h", environment: dict[str, str] | None = None
) -> Iterator[Program]:
    port = free_port()
    command = [sys.executable, "-c", QUICKLY, str(CHECKOUT / "sync.py"), "run", "--config", str(config), "--json"]
    command += ["--every", every, "--listen", f"127.0.0.1:{port}", *map(str, arguments)]
    with subprocess.Popen(  # noqa: S603 - our own program
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "SLABRIDGE_LOG_LEVEL": "error", **(environment or {})},
    ) as process:
        try:
            yield Program(process, port)
        finally:
            process.kill()  # nothing where it has ended


def one_file(job: Job) -> Path:
    job.config()
    return job.path


@pytest.mark.parametrize("asked_by", [signal.SIGTERM, signal.SIGINT])
def test_who_is_idle_ends_at_once_and_complete(job: Job, asked_by: signal.Signals) -> None:
    with daemon(one_file(job)) as program:
        assert program.round()["exit_code"] == 0
        program.says("waits")
        program.signalled(asked_by)
        code, said = program.ended()
    assert (code, said) == (0, "")


def test_sigterm_ends_the_round_under_way_in_order(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    job.sandbox.fault("jira", do="hang", path="issue/bulkfetch")
    with hanging(monkeypatch) as call, daemon(one_file(job)) as program:
        call.came()
        program.signalled(signal.SIGTERM)
        program.says("told to stop")
        call.answer()
        code, said = program.ended()
    assert code == 4, said
    assert "the state is safe" in said


def test_who_asks_twice_does_not_wait(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    job.sandbox.fault("jira", do="hang", path="issue/bulkfetch")
    with hanging(monkeypatch) as call, daemon(one_file(job)) as program:
        call.came()
        program.signalled(signal.SIGTERM)
        program.says("told to stop")
        program.signalled(signal.SIGTERM)
        code, said = program.ended()
    assert code == 4
    assert "interrupted" in said


def test_sighup_reads_the_file_anew_and_a_file_that_does_not_validate_changes_nothing(job: Job) -> None:
    with daemon(one_file(job)) as program:
        assert len(program.round()["connections"]) == 2  # type: ignore[arg-type]
        program.says("waits")
        good = job.text
        job.path.write_text(
            good.replace("[clocks.", "[clock.").replace('census = "24h"', 'census = "sometimes"'), "utf-8"
        )
        program.signalled(signal.SIGHUP)
        assert program.round()["exit_code"] == 0
        program.says("waits")
        assert (program.get("readyz").status_code, program.get("readyz").json()["reasons"].keys()) == (
            503,
            {"configuration"},
        )
        assert "slabridge_configuration_valid 0.0" in program.get("metrics").text
        job.path.write_text(
            good.replace("connections.jira", "connections.desk").replace('source = "jira"', 'source = "desk"'), "utf-8"
        )
        program.signalled(signal.SIGHUP)
        assert [one["connection"] for one in program.round()["connections"]] == ["snow", "desk"]  # type: ignore[attr-defined]
        program.says("waits")
        assert program.get("readyz").status_code == 200
        program.signalled(signal.SIGTERM)
        code, said = program.ended()
    assert code == 0
    assert "clock" in said
    assert "it goes on by the one that was read before; problems in its configuration: " in said


def test_a_file_changed_without_sighup_changes_nothing(job: Job) -> None:
    with daemon(one_file(job), every="1s") as program:
        program.round()
        job.path.write_text("nothing of this is TOML", "utf-8")
        assert program.round()["exit_code"] == 0
        program.signalled(signal.SIGTERM)
        assert program.ended()[0] in (0, 4)  # idle or not


def folder_of(job: Job, *customers: str) -> Path:
    """Return a folder of customers that have the example of docs/customers.md in common."""
    folder = job.folder / "customers"
    folder.mkdir()
    text = (CHECKOUT / "docs" / "examples" / "customers" / "common.toml").read_text("utf-8")
    text = text.replace("https://provider.service-now.com", job.sandbox.servicenow.url)
    text = text.replace("[connections.desk]\n", '[connections.desk]\nunmapped = "keep"\n')
    (folder / "common.toml").write_text(text, "utf-8")
    for name in customers:
        own = f'[connections.{name}]\nlike = "desk"\nfilter = "number={number_of("servicenow", 0)}"\n'
        (folder / f"{name}.toml").write_text(own, "utf-8")
    return folder


def test_of_a_folder_each_customer_keeps_its_file_until_it_validates(job: Job) -> None:
    folder = folder_of(job, "acme", "globex")
    with daemon(folder) as program:
        assert [program.round()["customer"] for _ in range(2)] == ["acme", "globex"]
        program.says("waits")
        (folder / "acme.toml").write_text("[connections.acme]\n", "utf-8")
        own = (folder / "globex.toml").read_text("utf-8")
        (folder / "initech.toml").write_text(own.replace("globex", "initech"), "utf-8")
        program.signalled(signal.SIGHUP)
        assert [program.round()["customer"] for _ in range(3)] == ["acme", "globex", "initech"]
        program.says("waits")
        (folder / "acme.toml").unlink()
        program.signalled(signal.SIGHUP)
        assert [program.round()["customer"] for _ in range(2)] == ["globex", "initech"]
        program.says("waits")
        families = list(text_string_to_metric_families(program.get("metrics").text))
        [runs] = [family for family in families if family.name == "slabridge_runs"]
        assert {sample.labels["customer"] for sample in runs.samples} == {"globex", "initech"}
        program.signalled(signal.SIGTERM)
        code, said = program.ended()
    assert code == 0
    assert "acme: it goes on by the one that was read before" in said


def test_what_does_not_validate_at_first_ends_it_and_a_database_that_is_down_does_not(job: Job) -> None:
    one_file(job)
    good = job.text
    job.path.write_text(good.replace("[clocks.", "[clock."), "utf-8")
    with daemon(job.path) as program:
        assert program.ended()[0] == 2
    job.path.write_text(
        good.replace('state = "slabridge.db"', f'state = "postgresql://slabridge@127.0.0.1:{free_port()}/slabridge"'),
        "utf-8",
    )
    with daemon(job.path) as program:
        program.says("waits")
        assert program.get("healthz").text == "alive\n"
        answer = program.get("readyz")
        assert (answer.status_code, answer.json()["reasons"]) == (503, {"run": "the state cannot be used"})
        assert program.get("metrics").status_code == 200
        program.signalled(signal.SIGTERM)
        code, said = program.ended()
    assert code == 0
    assert "cannot be reached" in said


def test_systemd_is_told_how_it_is(job: Job, tmp_path: Path) -> None:
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(path))
        line.settimeout(PATIENCE)
        with daemon(one_file(job), environment={"NOTIFY_SOCKET": str(path)}) as program:
            assert line.recv(100) == b"READY=1"
            program.round()
            program.says("waits")
            program.signalled(signal.SIGHUP)
            assert line.recv(100).startswith(b"RELOADING=1\nMONOTONIC_USEC=")
            assert line.recv(100) == b"READY=1"
            program.round()
            program.signalled(signal.SIGTERM)
            assert line.recv(100) == b"STOPPING=1"
            assert program.ended()[0] == 0


def test_two_daemons_on_one_state_take_turns_only_when_the_first_has_died(job: Job) -> None:
    path = one_file(job)
    with daemon(path) as first:
        first.round()
        first.says("waits")
        with daemon(path, every="1s") as second:
            second.says("waits")
            assert second.get("readyz").json()["reasons"] == {"run": "another run or daemon has the state"}
            first.process.kill()
            first.process.wait(PATIENCE)
            assert second.round()["exit_code"] == 0
            second.signalled(signal.SIGTERM)
            code, said = second.ended()
    assert code in (0, 4)  # idle or not
    assert "another daemon works on this state" in said


def values_of(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_counts_survive_restarts_and_equal_what_the_tools_were_asked(job: Job, call: Call, tmp_path: Path) -> None:
    file = tmp_path / "slabridge.prom"
    path = one_file(job)
    os.umask(before := os.umask(0o077))
    os.umask(0o077)
    try:
        assert call("run", "--config", path, "--metrics", file)[0] == 0
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert [found.name for found in tmp_path.iterdir() if found.name.endswith(".prom")] == ["slabridge.prom"]
    once = values_of(file.read_text("utf-8"))
    job.sandbox.fault("jira", do="status", status=503, times=1)
    with daemon(path, "--metrics", file) as program:
        program.round()
        program.says("waits")
        served = program.get("metrics").text
        program.signalled(signal.SIGTERM)
        assert program.ended()[0] == 0
    assert values_of(served).items() >= values_of(file.read_text("utf-8")).items()
    twice = values_of(served)
    for tool, endpoint in (("jira", job.sandbox.jira), ("servicenow", job.sandbox.servicenow)):
        host = ("host", endpoint.url.removeprefix("http://"))
        asked = [one for one in job.sandbox.log(tool) if not one.inside]
        for status in ("2xx", "4xx", "5xx"):
            expected = sum(f"{one.status // 100}xx" == status for one in asked)
            assert twice["slabridge_calls_total", (host, ("status", status))] == expected, (tool, status)
    assert twice["slabridge_calls_total", (("host", job.sandbox.jira.url[7:]), ("status", "5xx"))] == 1
    done = ("slabridge_runs_total", (("outcome", "complete"),))
    assert (once[done], twice[done]) == (1, 2)
    pulled = ("slabridge_tickets_pulled_total", (("connection", "snow"),))
    assert twice[pulled] >= once[pulled] >= 4
    first = ("slabridge_writes_total", (("connection", "snow"), ("kind", "field"), ("reason", "first")))
    assert twice[first] == once[first] > 0
    told = ("slabridge_writes_total", (("connection", "jira"), ("kind", "comment"), ("reason", "transition")))
    assert twice[told] == once[told] > 0
    breached = ("slabridge_open_clocks", (("agreement", "standard"), ("status", "breached")))
    assert twice[breached] > 0
    known = {metric.name for metric in METRICS}
    assert {name for name, _ in twice if name.startswith("slabridge_")} <= known
    assert known - {name for name, _ in twice} == {"slabridge_notification_entries"}


def test_metrics_that_cannot_be_written_are_said_and_the_run_is_done(job: Job, call: Call, tmp_path: Path) -> None:
    file = tmp_path / "taken.prom"
    (file / "by a folder").mkdir(parents=True)
    code, out, said = call("run", "--config", one_file(job), "--metrics", file, "--json")
    assert code == 3
    assert json.loads(out)["exit_code"] == 0
    assert "metrics not written" in said
    code, _, said = call("run", "--config", job.path, "--metrics", tmp_path / "nowhere" / "x.prom")
    assert (code, "there is no folder" in said) == (2, True)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--listen", "127.0.0.1:9464"), "--every"),
        (("--every", "5s"), "20s at least"),
        (("--every", "often"), "no duration"),
        (("--every", "5m", "--accept"), "accepts one change"),
        (("--every", "5m", "--listen", "9464"), "write 127.0.0.1:9464"),
        (("--every", "5m", "--listen", "127.0.0.1:99999"), "write 127.0.0.1:9464"),
    ],
    ids=str,
)
def test_options_that_mean_nothing_are_refused(job: Job, call: Call, options: tuple[str, ...], said: str) -> None:
    code, _, err = call("run", "--config", one_file(job), *options)
    assert code == 2
    assert said in " ".join(err.replace("│", " ").split())


def test_who_listens_where_somebody_else_does_says_so(job: Job, call: Call) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, _, err = call("run", "--config", one_file(job), "--every", "5m", "--listen", f"127.0.0.1:{port}")
    assert code == 2
    assert "cannot be listened at" in " ".join(err.replace("│", " ").split())


def test_hostile_and_slow_clients_are_cut_off_and_stand_in_nobodys_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listen_module, "_TIME", 0.2)
    with listening(("127.0.0.1", 0), {"/metrics": lambda _: (200, "text/plain", b"here\n")}) as port:
        idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(40)]
        for line in idle[:20]:
            line.sendall(b"GET /metr")
        for line in idle:
            line.settimeout(PATIENCE)
            with line:
                assert line.recv(1) == b""  # cut off
        for path, status in (("/metrics", 200), ("/", 404), ("/metrics/../etc/passwd", 404)):
            assert requests.get(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE).status_code == status
        assert requests.head(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE).content == b""
        assert requests.post(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE).status_code == 501


def test_promtool_finds_nothing_wrong_with_the_metrics(job: Job, call: Call, tmp_path: Path) -> None:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("no promtool on this machine")
    file = tmp_path / "slabridge.prom"
    call("run", "--config", one_file(job), "--metrics", file)
    done = subprocess.run([program, "check", "metrics"], input=file.read_bytes(), capture_output=True, check=False)  # noqa: S603 - found above
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.check
def test_a_real_prometheus_scrapes_the_daemon(job: Job, tmp_path: Path) -> None:
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("no prometheus on this machine")
    with daemon(one_file(job)) as running:
        running.round()
        running.says("waits")
        port = free_port()
        (tmp_path / "p.yml").write_text(
            "global: { scrape_interval: 1s }\nscrape_configs: [{ job_name: slabridge, static_configs: "
            f"[{{ targets: ['{running.url.removeprefix('http://')}'] }}] }}]\n",
            "utf-8",
        )
        arguments = [f"--config.file={tmp_path / 'p.yml'}", f"--storage.tsdb.path={tmp_path / 'data'}"]
        with subprocess.Popen(  # noqa: S603 - found above
            [program, *arguments, f"--web.listen-address=127.0.0.1:{port}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as server:
            try:
                found: list[dict[str, list[object]]] = []
                deadline = time.monotonic() + PATIENCE
                while not found and time.monotonic() < deadline:
                    try:
                        asked = {"query": 'slabridge_runs_total{outcome="complete"}'}
                        answer = requests.get(f"http://127.0.0.1:{port}/api/v1/query", params=asked, timeout=PATIENCE)
                        found = answer.json()["data"]["result"]
                    except (requests.RequestException, KeyError, ValueError):
                        continue
                assert [one["value"][1] for one in found] == ["1"]
                up = requests.get(
                    f"http://127.0.0.1:{port}/api/v1/query", params={"query": "slabridge_tool_up"}, timeout=PATIENCE
                ).json()["data"]["result"]
                assert {one["metric"]["connection"]: one["value"][1] for one in up} == {"snow": "1", "jira": "1"}
            finally:
                server.terminate()


def test_a_bug_in_what_is_served_is_said_and_ends_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    def broken(_accept: str) -> tuple[int, str, bytes]:
        raise KeyError("of a ticket")

    logs.configure("error", "console")
    with listening(("127.0.0.1", 0), {"/metrics": broken, "/healthz": lambda _: (200, "text/plain", b"")}) as port:
        with pytest.raises(requests.ConnectionError):
            requests.get(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE)
        assert requests.get(f"http://127.0.0.1:{port}/healthz", timeout=PATIENCE).ok
    said = capfd.readouterr().err
    assert "event=bug" in said
    assert "of a ticket" not in said
