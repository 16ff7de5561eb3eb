"""`slabridge serve`: where it listens, to whom it says that it is ready, and how it ends."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from slabridge.state import State
from tests.patience import PATIENCE
from tests.places import CHECKOUT

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text((CHECKOUT / "config.example.toml").read_text("utf-8"), "utf-8")
    State.of(str(tmp_path / "slabridge.db")).close()
    return path


@contextmanager
def serving(file: Path, *arguments: str, **environment: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    command = [sys.executable, "-m", "slabridge", "serve", "--config", str(file), "--listen", "127.0.0.1:0", *arguments]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | environment
    ) as process:
        try:
            assert process.stdout is not None
            yield process, urlsplit(process.stdout.readline().split()[0]).netloc
        finally:
            process.kill()


def get(address: str, path: str = "/", **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(address, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize("listen", ["0.0.0.0:0", "[::]:0", "192.0.2.1:80", "sla.acme.com:80"])
def test_beyond_this_machine_it_is_refused_without_auth(call: Call, file: Path, listen: str) -> None:
    code, _, err = call("serve", "--config", file, "--listen", listen)
    assert (code, "--auth" in err) == (2, True)


@pytest.mark.parametrize("auth", ["token", "proxy"])
def test_auth_without_its_key_in_the_file_is_refused(call: Call, file: Path, auth: str) -> None:
    code, _, err = call("serve", "--config", file, "--auth", auth)
    assert (code, f"[web] {auth}" in " ".join(err.split())) == (2, True)


def test_a_token_that_cannot_be_had_a_port_that_is_taken_and_a_log_that_cannot_be_written_are_said(
    call: Call, file: Path
) -> None:
    text = file.read_text("utf-8")
    file.write_text(f'{text}\n[web]\ntoken = {{ env = "SLABRIDGE_NO_TOKEN" }}\n', "utf-8")
    code, _, err = call("serve", "--config", file, "--auth", "token", "--listen", "127.0.0.1:0")
    assert (code, "SLABRIDGE_NO_TOKEN" in err) == (2, True)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = "{}:{}".format(*taken.getsockname())
        code, _, err = call("serve", "--config", file, "--listen", address)
    assert (code, address in err) == (2, True)
    file.write_text(f'{text}\n[web]\naccess_log = "nowhere/access.jsonl"\n', "utf-8")
    code, _, err = call("serve", "--config", file, "--listen", "127.0.0.1:0")
    assert (code, "nowhere/access.jsonl" in err) == (2, True)


def test_it_serves_until_sigterm_and_leaves_nothing(file: Path, tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    with serving(file, TMPDIR=str(tmp_path / "tmp")) as (process, address):
        assert get(address)[0] == 200
        assert get(address, "/api/v1/cycles")[0] == 200
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=PATIENCE)
        assert (process.returncode, err) == (0, "")
    assert list((tmp_path / "tmp").iterdir()) == []
    assert (tmp_path / "access.jsonl").read_text("utf-8").count("\n") == 2


def test_systemd_is_told_and_sighup_reads_the_file_anew_where_it_validates(file: Path, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(PATIENCE)
        with serving(file, NOTIFY_SOCKET=str(tmp_path / "notify")) as (process, address):
            assert systemd.recv(100) == b"READY=1"
            assert b"The whole desk" not in get(address, "/agreements")[1]
            text = file.read_text("utf-8")
            for change, seen in (
                (text.replace('name = "', 'name = "The whole desk: ', 1), True),
                ("[nonsense", True),
                (text, False),
            ):
                file.write_text(change, "utf-8")
                process.send_signal(signal.SIGHUP)
                assert systemd.recv(100).startswith(b"RELOADING=1")
                assert systemd.recv(100) == b"READY=1"
                assert (b"The whole desk" in get(address, "/agreements")[1]) == seen
            process.send_signal(signal.SIGTERM)
            assert systemd.recv(100) == b"STOPPING=1"


def test_connections_on_which_nothing_is_asked_take_nobodys_place(file: Path) -> None:
    with serving(file) as (_, address):
        host, port = address.split(":")
        idle = [socket.create_connection((host, int(port)), PATIENCE) for _ in range(120)]
        try:
            for one in idle[:60]:
                one.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert one.recv(15) == b"HTTP/1.1 200 OK"
            status, _ = get(address)
        finally:
            for one in idle:
                one.close()
        assert status == 200


def test_ctrl_c_is_how_it_ends(file: Path) -> None:
    with serving(file) as (process, address):
        assert get(address)[0] == 200
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (0, "")


def test_nobody_comes_through_a_proxy_of_the_old_protocol_without_auth(file: Path) -> None:
    with serving(file) as (_, address):
        host, port = address.split(":")
        with socket.create_connection((host, int(port)), PATIENCE) as old:
            old.sendall(f"GET / HTTP/1.0\r\nHost: {address}\r\n\r\n".encode())
            assert b" 421 " in old.recv(30)


@pytest.mark.parametrize("token", ["guess-me", "x" * 15])
def test_a_token_that_can_be_guessed_is_refused(
    call: Call, file: Path, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGES", token)
    file.write_text(f'{file.read_text("utf-8")}\n[web]\ntoken = {{ env = "PAGES" }}\n', "utf-8")
    code, _, err = call("serve", "--config", file, "--auth", "token", "--listen", "127.0.0.1:0")
    assert (code, "16" in err, token in err) == (2, True, False)


def test_a_token_is_asked_for(file: Path) -> None:
    file.write_text(f'{file.read_text("utf-8")}\n[web]\ntoken = {{ env = "PAGES" }}\n', "utf-8")
    with serving(file, "--auth", "token", PAGES="a-secret-of-16-letters") as (process, address):
        assert get(address)[0] == 401
        assert get(address, "/", Authorization="Bearer a-secret-of-16-letters", Host="sla.acme.com")[0] == 200
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    assert "a-secret-of-16-letters" not in out + err
    noted = [json.loads(line) for line in (file.parent / "access.jsonl").read_text("utf-8").splitlines()]
    assert [one["status"] for one in noted] == [401, 200]
