"""What a Prometheus measured: outages, and time in which nobody looked."""

import json
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from sla_engine.instant import HOUR, MINUTE, parse_instant
from slabridge.app.prometheus import NotMeasured, samples_of
from slabridge.config.services.sources import PrometheusSource
from slabridge.report.samples import lowest, spans_down
from tests.patience import PATIENCE

START = parse_instant("2026-03-02T08:00:00Z")
END = START + HOUR


@contextmanager
def answering(answer: Any) -> Iterator[tuple[str, list[dict[str, list[str]]]]]:  # noqa: ANN401 - text, or a function
    """Serve something on loopback; give its address and what was asked."""
    asked: list[dict[str, list[str]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(parse_qs(urlsplit(self.path).query))
            body = answer(asked[-1]) if callable(answer) else answer
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def source(url: str, lasting: int = 2 * MINUTE) -> PrometheusSource:
    return PrometheusSource(url, "probe_success", lasting)


def series(*values: tuple[int, float]) -> str:
    pairs = [[at / 1000, str(value)] for at, value in values]
    return json.dumps(
        {"status": "success", "data": {"resultType": "matrix", "result": [{"metric": {}, "values": pairs}]}}
    )


def test_below_one_for_long_enough_is_an_outage_and_a_gap_is_unmeasured() -> None:
    up = {START + n * MINUTE: 1.0 for n in range(60)}
    samples = up | {START + n * MINUTE: 0.0 for n in (5, 20, 21, 22)}
    for n in range(40, 50):
        del samples[START + n * MINUTE]
    found, dark = spans_down(samples, (START, END), MINUTE, 2 * MINUTE)
    assert found == [(START + 20 * MINUTE, START + 23 * MINUTE)]
    assert dark == [(START + 40 * MINUTE, START + 50 * MINUTE)]
    assert spans_down({}, (START, END), MINUTE, 0) == ([], [(START, END)])


def test_of_several_series_the_lowest_counts_and_what_is_no_number_is_no_sample() -> None:
    assert lowest([[(1.0, "1"), (2.0, "1")], [(1.0, "0"), (3.0, "NaN")]]) == {1000: 0.0, 2000: 1.0}


def test_long_ranges_are_asked_for_in_parts() -> None:
    with answering(lambda asked: series((round(float(asked["start"][0]) * 1000), 1.0))) as (url, asked):
        found = samples_of(source(url), START, START + 31 * 24 * HOUR)
    assert len(asked) == 5
    assert len(found) == 5
    assert {one["step"][0] for one in asked} == {"60"}
    assert all((float(one["end"][0]) - float(one["start"][0])) / 60 < 11_000 for one in asked)


@pytest.mark.parametrize(
    "answer", ["", "<html>", "[]", '{"status": "error", "error": "bad query"}', '{"status": "success"}', series()[:-3]]
)
def test_what_is_no_answer_is_said_and_ends_nothing(answer: str) -> None:
    with answering(answer) as (url, _), pytest.raises(NotMeasured, match=r"127\.0\.0\.1"):
        samples_of(source(url), START, END)


def test_who_is_not_there_is_said() -> None:
    with pytest.raises(NotMeasured, match="cannot be asked: ConnectionError"):
        samples_of(source("http://127.0.0.1:1"), START, END)


@pytest.mark.check
def test_a_real_prometheus_gives_what_it_has_scraped(tmp_path: Path) -> None:
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("no prometheus on this machine")
    with answering("probe_success 0\n") as (url, _):
        port = 39_090
        (tmp_path / "p.yml").write_text(
            "global: { scrape_interval: 1s }\nscrape_configs: [{ job_name: x, static_configs: "
            f"[{{ targets: ['{url.removeprefix('http://').rstrip('/')}'] }}] }}]\n",
            "utf-8",
        )
        arguments = [f"--config.file={tmp_path / 'p.yml'}", f"--storage.tsdb.path={tmp_path / 'data'}"]
        server = subprocess.Popen(  # noqa: S603 - found above
            [program, *arguments, f"--web.listen-address=127.0.0.1:{port}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            address, deadline = f"http://127.0.0.1:{port}", time.monotonic() + PATIENCE
            found: dict[int, float] = {}
            while not found and time.monotonic() < deadline:
                try:
                    requests.get(f"{address}/-/ready", timeout=PATIENCE)
                    now = round(time.time() * 1000)
                    found = samples_of(source(address), now - 5 * MINUTE, now + MINUTE)
                except (NotMeasured, requests.RequestException):
                    continue
            assert set(found.values()) == {0.0}
        finally:
            server.terminate()
            server.wait()
