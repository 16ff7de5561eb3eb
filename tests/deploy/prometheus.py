"""A real Prometheus over series of an hour, as if it had scraped them."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.deploy.files import ended, program
from tests.patience import PATIENCE

STEP, SAMPLES = 60, 120
"""Seconds between samples, and how many there are."""


@contextmanager
def serving(folder: Path, series: Sequence[str]) -> Iterator[Callable[[str], list[object]]]:
    """Give what asks for an expression at the end of the hour; all series grow by one a minute."""
    end = int(time.time()) - 3600
    lines = [f"{one} {number} {end - (SAMPLES - number) * STEP}" for one in series for number in range(1, SAMPLES + 1)]
    (folder / "series.txt").write_text("\n".join([*lines, "# EOF\n"]), "utf-8")
    data = folder / "data"
    done = ended(program("promtool"), "tsdb", "create-blocks-from", "openmetrics", folder / "series.txt", data)
    assert done.returncode == 0, done.stderr
    (folder / "prometheus.yml").write_text("{}", "utf-8")
    options = [f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={data}"]
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    log = (folder / "log").open("wb")
    server = subprocess.Popen(  # noqa: S603 - found by its name
        [program("prometheus"), *options, f"--web.listen-address={address}"], stdout=log, stderr=log
    )
    try:
        _wait(server, address, folder / "log")

        def ask(expression: str) -> list[object]:
            answer = requests.get(
                f"http://{address}/api/v1/query",
                params={"query": expression, "time": str(end)},
                timeout=PATIENCE,
            ).json()
            assert answer["status"] == "success", (expression, answer)
            return list(answer["data"]["result"])

        yield ask
    finally:
        server.terminate()
        server.wait()
        log.close()


def _wait(server: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if requests.get(f"http://{address}/-/ready", timeout=PATIENCE).ok:
                return
        except requests.ConnectionError:
            continue
    pytest.fail(log.read_text("utf-8"))
