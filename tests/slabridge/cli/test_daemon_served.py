"""What a daemon serves, and the metrics of any run (docs/daemon.md, docs/metrics.md)."""

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import threading
import time
from pathlib import Path

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from slabridge.cli import listen as listen_module
from slabridge.cli.listen import listening
from slabridge.show import logs
from slabridge.show.metrics import METRICS
from tests.patience import PATIENCE
from tests.slabridge.cli.conftest import Call
from tests.slabridge.cli.program import daemon, free_port, one_file
from tests.slabridge.run.job import Job


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


def test_a_machine_without_a_thread_left_costs_one_answer_and_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listen_module, "_AT_ONCE", 1)

    def none_left(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with listening(("127.0.0.1", 0), {"/healthz": lambda _: (200, "text/plain", b"")}) as port:
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", none_left)
            with pytest.raises(requests.ConnectionError):
                requests.get(f"http://127.0.0.1:{port}/healthz", timeout=PATIENCE)
        assert requests.get(f"http://127.0.0.1:{port}/healthz", timeout=PATIENCE).ok


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
