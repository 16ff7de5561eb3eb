"""The container and the compose file: what their own checkers say, and what holds them together. No engine builds them here."""

import os
import re
import sys
from pathlib import Path

import pytest
import yaml

from tests.deploy.commands import parse
from tests.deploy.files import BIN, DEPLOY, ended, program
from tests.docs.pages import section
from tests.places import CHECKOUT

FOLDER = DEPLOY / "container"
DOCKERFILE = (FOLDER / "Dockerfile").read_text("utf-8")
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text("utf-8"))


def instructions() -> list[str]:
    joined = re.sub(r"\\\n", "", re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE))
    return [" ".join(line.split()) for line in joined.splitlines() if line]


def test_hadolint_finds_nothing_to_say_of_the_dockerfile() -> None:
    done = ended(BIN / "hadolint", FOLDER / "Dockerfile")
    assert (done.returncode, done.stdout) == (0, "")


def test_the_compose_file_is_one() -> None:
    done = ended(BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", FOLDER / "compose.yaml")
    assert done.returncode == 0, done.stdout


def test_the_image_is_not_root_and_has_no_pip() -> None:
    last = instructions()[[n for n, line in enumerate(instructions()) if line.startswith("FROM ")][-1] :]
    assert "USER 10001:10001" in last
    assert any("pip uninstall --yes pip" in line for line in last)
    assert not any("pip install" in line for line in last)


def test_a_base_names_its_version_and_no_host() -> None:
    bases = [line.split()[1] for line in instructions() if line.startswith("FROM ")]
    bases += [service["image"] for service in COMPOSE["services"].values() if "build" not in service]
    for base in bases:
        assert re.fullmatch(r"[a-z]+:\d+(\.\d+)*-[a-z-]+", base), base


def test_the_tool_that_installs_is_the_one_that_is_locked() -> None:
    [version] = re.findall(r"uv==(\S+)", DOCKERFILE)
    assert f"\nuv=={version} \\\n" in (CHECKOUT / "requirements-check.txt").read_text("utf-8")


def test_what_is_copied_in_is_there_and_no_more_than_the_package_needs() -> None:
    text = (FOLDER / "Dockerfile.dockerignore").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert lines[0] == "*"
    taken = {line.removeprefix("!") for line in lines if line.startswith("!")}
    assert all((CHECKOUT / name).exists() for name in taken)
    assert not taken & {"tests", "docs", ".git", "deploy"}


@pytest.mark.check
def test_the_commands_of_the_image_install_slabridge_with_what_is_locked(tmp_path: Path) -> None:
    """Those of the first stage, into a folder of this machine, from what .dockerignore lets through."""
    source = tmp_path / "src"
    source.mkdir()
    for line in (FOLDER / "Dockerfile.dockerignore").read_text("utf-8").splitlines():
        if line.startswith("!"):
            (source / line[1:]).symlink_to(CHECKOUT / line[1:])
    [command] = [line for line in instructions() if "uv pip install" in line]
    command = command.removeprefix("RUN ").replace("/opt/slabridge", str(tmp_path / "there"))
    command = command.replace("python -m venv", f"{sys.executable} -m venv").replace("uv pip", f"{program('uv')} pip")
    done = ended("/bin/bash", "-ec", command, cwd=source)
    assert done.returncode == 0, done.stderr
    there = tmp_path / "there" / "bin"
    assert ended(there / "slabridge", "validate", "--config", CHECKOUT / "docs/examples/config.toml").returncode == 0
    for library in ("apprise", "opentelemetry.sdk", "psycopg", "xlsxwriter"):
        assert ended(there / "python", "-c", f"import {library}").returncode == 0, library
    assert not (there / "pip").exists()


def test_the_commands_of_the_page_make_the_secrets_that_the_compose_file_names(tmp_path: Path) -> None:
    program("openssl")
    if os.geteuid() != 0:
        pytest.skip("only root may give files to others")
    page = section(CHECKOUT / "docs" / "deploy.md", "Container")
    [block, *_] = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "deploy" / "container").mkdir(parents=True)
    done = ended("/bin/bash", "-ec", f"exec < /dev/null; docker() {{ echo asked for: $*; }}\n{block}", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "asked for: compose up --detach\n", "")
    made = {path.name: path for path in (tmp_path / "deploy" / "container" / "secrets").iterdir()}
    assert {f"./secrets/{name}" for name in made} == {one["file"] for one in COMPOSE["secrets"].values()}
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in made.values())
    readers = {"snow_password": 10001, "pgpass": 10001, "postgres_password": 999, "slabridge_password": 999}
    assert {name: path.stat().st_uid for name, path in made.items()} == readers
    password = made["slabridge_password"].read_text("utf-8").strip()
    assert made["pgpass"].read_text("utf-8") == f"postgres:5432:slabridge:slabridge:{password}\n"


def test_the_secrets_of_the_compose_file_are_files_and_each_is_used() -> None:
    secrets = COMPOSE["secrets"]
    used = {
        one if isinstance(one, str) else one["source"]
        for service in COMPOSE["services"].values()
        for one in service.get("secrets", [])
    }
    assert used == set(secrets)
    assert all(set(secret) == {"file"} for secret in secrets.values())
    for service in COMPOSE["services"].values():
        assert all("PASSWORD" not in name or name.endswith("_FILE") for name in service.get("environment", {}))


def test_the_services_may_do_little_more_than_they_need() -> None:
    ours = COMPOSE["services"]["slabridge"]
    assert ours["read_only"] is True
    assert ours["cap_drop"] == ["ALL"]
    assert all(service["security_opt"] == ["no-new-privileges:true"] for service in COMPOSE["services"].values())
    assert all("ports" not in service for service in COMPOSE["services"].values())


def test_the_command_of_the_service_parses() -> None:
    command, *arguments = COMPOSE["services"]["slabridge"]["command"]
    parse(command, *arguments)


def test_what_the_compose_file_mounts_from_the_checkout_is_there() -> None:
    for service in COMPOSE["services"].values():
        for volume in service["volumes"]:
            if volume["type"] == "bind" and volume["source"] != "./config.toml":
                assert (FOLDER / volume["source"]).is_file()
