"""The units of systemd: nothing in them is unknown to it, and what they start can do little harm."""

import shlex
from collections import defaultdict
from pathlib import Path

import pytest

from slabridge.exit import Exit
from tests.deploy.commands import parse
from tests.deploy.files import DEPLOY, ended, program

UNITS = DEPLOY / "systemd"
SERVICES = [
    "slabridge.service",
    "slabridge-daemon.service",
    "slabridge-web.service",
    "slabridge-worker.service",
    "slabridge-scheduler.service",
]
PROGRAM = "/opt/slabridge/bin/slabridge"
DROP_IN = "slabridge.service.d/textfile.conf"
EXPOSURE = 20
"""Tenths, as systemd-analyze counts: 100 is one that may do all. systemd 252 gives ours 13."""


_SECRETS = ("LoadCredential", "BindReadOnlyPaths")
"""A folder of customers has its secrets within."""


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """Give a copy of the units whose program is there."""
    there = tmp_path / "slabridge"
    there.touch(mode=0o755)
    for path in UNITS.rglob("*.*"):
        if path.is_file():
            copy = tmp_path / path.relative_to(UNITS)
            copy.parent.mkdir(exist_ok=True)
            copy.write_text(path.read_text("utf-8").replace(PROGRAM, str(there)), "utf-8")
    return tmp_path


def settings(name: str) -> dict[str, list[str]]:
    """Return the keys of a unit, each with its values in order."""
    found = defaultdict(list)
    for line in (UNITS / name).read_text("utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found[key].append(value)
    return found


@pytest.mark.parametrize("with_drop_in", [False, True])
def test_systemd_finds_nothing_to_say_of_the_units(units: Path, with_drop_in: bool) -> None:
    if not with_drop_in:
        (units / DROP_IN).unlink()
    names = [units / name for name in (*SERVICES, "slabridge.timer")]
    done = ended(program("systemd-analyze"), "verify", "--man=no", *names)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")  # of a key that it does not know it only says so


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_do_little_more_than_it_needs(units: Path, name: str) -> None:
    done = ended(
        *(program("systemd-analyze"), "security", "--offline=true", "--no-pager"),
        *(f"--threshold={EXPOSURE}", units / name),
    )
    assert done.returncode == 0, done.stdout


def test_all_services_run_in_the_same_surroundings() -> None:
    once, *others = map(settings, SERVICES)
    own = {"Description", "Type", "ExecStart", "ExecReload", "Restart", "RestartSec", "TimeoutStartSec", "Conflicts"}
    own |= {"KillMode", *_SECRETS}
    for one in others:
        assert {key: once[key] for key in once if key not in own} == {
            key: one[key] for key in one if key not in own | {"WantedBy"}
        }


def test_what_passes_by_itself_is_no_failure() -> None:
    for name in SERVICES:
        assert settings(name)["SuccessExitStatus"] == [f"{Exit.DEFERRED.value} {Exit.BUSY.value}"]


def test_a_run_may_see_that_the_one_before_it_is_dead() -> None:
    """It reads /proc/sys/kernel/random/boot_id for that (slabridge/state/process.py)."""
    assert all("ProcSubset" not in settings(name) for name in SERVICES)


def test_a_run_ends_in_order_before_it_is_killed() -> None:
    once = settings("slabridge.service")
    assert once["TimeoutStartSec"] == ["1h"]
    assert "--max-seconds 3000" in once["ExecStart"][0]


@pytest.mark.parametrize("name", [*SERVICES, DROP_IN])
def test_the_command_of_a_service_parses(name: str) -> None:
    path, command, *arguments = shlex.split(settings(name)["ExecStart"][-1])
    assert path == PROGRAM
    parse(command, *arguments)
