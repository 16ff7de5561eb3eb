"""The manifests of Kubernetes: valid by its own schemas, and consistent with what a run promises."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sla_engine.instant import SECOND
from slabridge.config import load_config
from slabridge.state.lease import _DURATION as LEASE
from tests.deploy.commands import parse
from tests.deploy.files import BIN, DEPLOY, ended, program
from tests.places import CHECKOUT

FOLDER = DEPLOY / "kubernetes"
MANIFESTS = sorted(path for path in FOLDER.rglob("*.yaml") if path.name != "kustomization.yaml")
WAYS = ["cronjob", "daemon"]
VALIDATE = [BIN / "kubernetes-validate", "--strict", "--quiet"]


def read(name: str) -> Any:  # noqa: ANN401 - YAML
    return yaml.safe_load((FOLDER / name).read_text("utf-8"))


def pods() -> Iterator[Any]:
    yield read("cronjob/cronjob.yaml")["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    yield read("daemon/deployment.yaml")["spec"]["template"]["spec"]


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_a_manifest_is_one(path: Path) -> None:
    done = ended(*VALIDATE, path)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


@pytest.mark.parametrize("way", WAYS)
def test_what_kustomize_makes_of_them_is_valid_and_finds_its_configuration(way: str, tmp_path: Path) -> None:
    done = ended(program("kubectl"), "kustomize", FOLDER / way)
    assert (done.returncode, done.stderr) == (0, "")
    made = tmp_path / "made.yaml"
    made.write_text(done.stdout, "utf-8")
    assert ended(*VALIDATE, made).returncode == 0
    [map_] = [one for one in yaml.safe_load_all(done.stdout) if one["kind"] == "ConfigMap"]
    assert done.stdout.count(f"name: {map_['metadata']['name']}\n") == 2


def test_every_file_is_listed_where_kustomize_looks() -> None:
    for folder in ("base", *WAYS):
        listed = set(read(f"{folder}/kustomization.yaml")["resources"]) - {"../base"}
        there = {path.name for path in (FOLDER / folder).glob("*.yaml")}
        assert listed == there - {"kustomization.yaml", "secret.example.yaml"}


def test_a_pod_may_do_little_more_than_it_needs() -> None:
    for pod in pods():
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        [container] = pod["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        }
        assert "memory" in container["resources"]["limits"]


def test_a_run_ends_in_order_before_its_job_and_its_job_before_the_lease() -> None:
    job = read("cronjob/cronjob.yaml")["spec"]["jobTemplate"]["spec"]
    arguments = job["template"]["spec"]["containers"][0]["args"]
    seconds = int(arguments[arguments.index("--max-seconds") + 1])
    answer = job["template"]["spec"]["terminationGracePeriodSeconds"]
    assert seconds + answer <= job["activeDeadlineSeconds"] < LEASE / SECOND


def test_a_cron_job_never_runs_twice_and_does_not_stop_for_good() -> None:
    cron = read("cronjob/cronjob.yaml")["spec"]
    assert cron["concurrencyPolicy"] == "Forbid"
    assert 10 <= cron["startingDeadlineSeconds"] < 300
    assert cron["jobTemplate"]["spec"]["backoffLimit"] == 0
    assert cron["jobTemplate"]["spec"]["template"]["spec"]["restartPolicy"] == "Never"


@pytest.mark.parametrize("number", range(len(WAYS)), ids=WAYS)
def test_the_command_of_a_pod_parses(number: int) -> None:
    command, *arguments = list(pods())[number]["containers"][0]["args"]
    parse(command, *arguments)


def test_the_configuration_is_the_example_with_its_secret_in_a_file_and_its_state_on_the_volume() -> None:
    path = FOLDER / "base" / "config.toml"
    load_config(path)
    example = (CHECKOUT / "docs" / "examples" / "config.toml").read_text("utf-8")
    example = example.replace('{ env = "SNOW_PASSWORD" }', '{ file = "secrets/snow_password" }')
    assert path.read_text("utf-8") == f'state = "/var/lib/slabridge/slabridge.db"\n{example}'


def test_the_secret_of_the_example_is_empty_and_has_all_that_pods_name() -> None:
    secret = read("base/secret.example.yaml")["stringData"]
    assert set(secret.values()) == {""}
    for pod in pods():
        sources = [one for volume in pod["volumes"] for one in volume.get("projected", {}).get("sources", [])]
        named = {item["key"] for one in sources for item in one.get("secret", {}).get("items", [])}
        named |= {one["valueFrom"]["secretKeyRef"]["key"] for one in pod["containers"][0]["env"] if "valueFrom" in one}
        assert named <= set(secret)
