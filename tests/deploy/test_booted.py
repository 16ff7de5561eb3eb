"""The units under a real systemd, booted in namespaces over a copy of this machine: they run, and may do no more than they need."""

import json
import os
import re
import sys
from pathlib import Path

import pytest

from tests.deploy.files import DEPLOY, ended, program
from tests.docs.pages import section
from tests.places import CHECKOUT

pytestmark = [pytest.mark.check, pytest.mark.xdist_group("booted")]
SYSTEMD = Path("/lib/systemd/systemd")
HERE = Path(__file__).parent
SITE = next(path for path in sys.path if path.endswith("site-packages"))
ENVIRONMENT = "Environment=PYTHONPATH=/opt/checkout LD_LIBRARY_PATH=/opt/python/lib PYTHONDONTWRITEBYTECODE=1\n"
SANDBOX = f"""\
[Unit]
DefaultDependencies=no
[Service]
{ENVIRONMENT}ExecStart=/opt/slabridge/bin/slabridge sandbox --rate 0 --share 0 --start 2026-03-02T11:30:00Z --log /opt/checkout/docs/examples/incidents.csv
"""
TRIAL = f"""\
[Unit]
DefaultDependencies=no
[Service]
Type=oneshot
{ENVIRONMENT}Environment=HOME=/root COLUMNS=100
ExecStart=/opt/trial/trial.sh
StandardOutput=append:/opt/trial/said/log
StandardError=append:/opt/trial/said/log
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Give what came of each step of trial.sh."""
    for name in ("unshare", "pivot_root", "curl", "sqlite3"):
        program(name)
    if os.geteuid() != 0 or not SYSTEMD.exists() or not SITE.startswith(str(CHECKOUT)):
        pytest.skip("no systemd that may be booted here")
    folder = tmp_path_factory.mktemp("booted")
    prepare(folder)
    done = ended(HERE / "boot.sh", folder, sys.base_prefix, CHECKOUT)
    found = {path.name: path.read_text("utf-8") for path in (folder / "said").iterdir()}
    if "first" not in found and re.search(r"unshare|mount|permitted", done.stderr):
        pytest.skip(f"no systemd that may be booted here: {done.stderr}")
    assert "second" in found, (done.stdout, done.stderr, found)
    return found


def prepare(folder: Path) -> None:
    """Lay out what boot.sh takes: the commands of docs/deploy.md, a checkout, a sandbox, and an environment where units name it."""
    (folder / "said").mkdir()
    script(HERE / "trial.sh", folder / "trial.sh")
    units = folder / "units"
    units.mkdir()
    (units / "sandbox.service").write_text(SANDBOX, "utf-8")
    (units / "trial.service").write_text(TRIAL, "utf-8")
    (units / "trial.target").write_text(
        "[Unit]\nDefaultDependencies=no\nRequires=trial.service\nAfter=trial.service\n", "utf-8"
    )
    for name in ("slabridge", "slabridge-daemon", "probe"):
        drop_in(units / f"{name}.service.d", name)
    once = (DEPLOY / "systemd" / "slabridge.service").read_text("utf-8")
    (units / "probe.service").write_text(re.sub(r"ExecStart=.*", "ExecStart=/opt/slabridge/bin/probe", once), "utf-8")
    files = folder / "files"
    there = files / "opt" / "slabridge"
    (there / "bin").mkdir(parents=True)
    (there / "lib").mkdir()
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (there / "lib" / version).mkdir()
    (there / "lib" / version / "site-packages").symlink_to(Path("/opt/checkout") / Path(SITE).relative_to(CHECKOUT))
    (there / "pyvenv.cfg").write_text("home = /opt/python/bin\n", "utf-8")
    (there / "bin" / "python").symlink_to(f"/opt/python/bin/{version}")
    script(HERE / "probe.sh", there / "bin" / "probe")
    command = there / "bin" / "slabridge"
    command.write_text("#!/opt/slabridge/bin/python\nfrom slabridge.__main__ import main\n\nmain()\n", "utf-8")
    command.chmod(0o755)
    (files / "srv" / "checkout").mkdir(parents=True)
    (files / "srv" / "checkout" / "deploy").symlink_to("/opt/checkout/deploy")
    environment, *commands = commands_under("systemd, in five commands")
    assert environment.startswith("python3 -m venv /opt/slabridge")  # which is there, as no network is
    (folder / "commands.sh").write_text("\n".join(commands), "utf-8")
    (folder / "commands-textfile.sh").write_text("\n".join(commands_under("Metrics of single runs")), "utf-8")
    (folder / "commands-daemon.sh").write_text("\n".join(commands_under("The daemon")), "utf-8")
    config = (DEPLOY / "kubernetes" / "base" / "config.toml").read_text("utf-8")
    config = config.replace("https://acme.service-now.com", "http://127.0.0.1:8081")
    config = config.replace('waiting = ["3"]', 'waiting = ["3", "Awaiting User Info"]')
    (files / "srv" / "checkout" / "config.toml").write_text(config, "utf-8")


def commands_under(heading: str) -> list[str]:
    found = re.search(r"^```sh\n(.*?)^```", section(CHECKOUT / "docs" / "deploy.md", heading), re.MULTILINE | re.DOTALL)
    assert found
    return found[1].splitlines()


def script(source: Path, there: Path) -> None:
    there.write_bytes(source.read_bytes())
    there.chmod(0o755)


def drop_in(folder: Path, name: str) -> None:
    """Say where this Python's libraries are, and let what the service prints be read without a journal."""
    folder.mkdir()
    out = f"append:/var/log/{name}.out"
    (folder / "trial.conf").write_text(f"[Service]\n{ENVIRONMENT}StandardOutput={out}\nStandardError={out}\n", "utf-8")


def code(said: dict[str, str], step: str) -> int:
    return int(said[f"{step}.code"])


def test_the_commands_of_the_page_lead_to_runs_with_their_secret_and_their_state(said: dict[str, str]) -> None:
    assert code(said, "first") == code(said, "second") == 0, said
    assert said["timer"] == "active\n"
    first, second = map(json.loads, said["runs"].splitlines())
    assert [run["exit_code"] for run in (first, second)] == [0, 0]
    assert first["connections"][0]["fields_written"] > 0
    assert second["connections"][0]["fields_written"] == 0  # it knows what the first one wrote


def test_commands_by_hand_go_by_the_same_files_and_leave_the_state_to_its_owner(said: dict[str, str]) -> None:
    assert code(said, "status") == code(said, "by_hand") == code(said, "plan") == code(said, "copy") == 0, said
    owner, mode = said["owner"].split()
    assert owner != "0"
    assert mode == "600"
    assert said["owner_after"] == said["owner"]


def test_the_service_can_do_what_it_needs_and_nothing_else(said: dict[str, str]) -> None:
    assert said["probed"].split() == [
        "read_its_secret",
        "write_its_state",
        "read_which_boot_it_is",
        "use_numpy",
    ], said["probed"]


def test_a_run_whose_secret_is_not_there_does_not_start(said: dict[str, str]) -> None:
    assert code(said, "without_secret") == 1


def test_a_run_leaves_its_metrics_where_node_exporter_reads_them(said: dict[str, str]) -> None:
    if "textfile" not in said:
        pytest.skip("no group prometheus")
    assert code(said, "textfile") == 0, said
    assert said["textfile_mode"] == "644\n"
    assert "slabridge_build_info" in said["textfile_metrics"]


def test_the_daemon_says_that_it_is_ready_is_reloaded_and_ends_in_order(said: dict[str, str]) -> None:
    steps = ("daemon", "daemon_metrics", "daemon_reload", "daemon_stop")
    assert [code(said, step) for step in steps] == [0, 0, 0, 0], said
    assert "slabridge_build_info" in said["daemon_metrics"]
    assert said["daemon_failed"].strip() == "inactive"
