"""`slabridge run --every` as a real process: signals, files changed under it, a second one (docs/daemon.md)."""

import signal
import socket
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.hanging import hanging
from tests.patience import PATIENCE
from tests.places import CHECKOUT
from tests.slabridge.cli.conftest import Call
from tests.slabridge.cli.program import daemon, free_port, one_file
from tests.slabridge.run.job import Job, number_of


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
