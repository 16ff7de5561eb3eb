"""What people expect around the code is there, and says the same as the code: workflows, forms, hooks, notes."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.docs.pages import PAGES, section, tables
from tests.places import CHECKOUT

GITHUB = CHECKOUT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
FORMS = [GITHUB / "ISSUE_TEMPLATE" / name for name in ("bug.yml", "feature.yml")]
PROJECT: dict[str, Any] = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))


def read(path: Path) -> Any:  # noqa: ANN401 - YAML
    return yaml.safe_load(path.read_text("utf-8"))


def recipe(target: str) -> list[str]:
    """Return the commands of a target of the Makefile."""
    found = re.search(rf"^{target}:[^\n]*\n((?:\t[^\n]*\n)*)", (CHECKOUT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert found, target
    return [line.strip().replace("$(BIN)", ".venv/bin") for line in found[1].splitlines()]


def steps(workflow: dict[Any, Any]) -> Iterator[dict[str, Any]]:
    for job in workflow["jobs"].values():
        yield from job["steps"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_has_the_least_permissions_and_names_the_versions_of_its_actions(path: Path) -> None:
    workflow = read(path)
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow[True]  # "on": YAML takes the word for a truth value
    for job in workflow["jobs"].values():
        assert job["runs-on"] == "ubuntu-latest"
        assert set(job.get("permissions", {}).values()) <= {"write"}
        assert len(job.get("permissions", {})) <= 1
    for step in steps(workflow):
        assert ("uses" in step) != ("run" in step)
        assert re.fullmatch(r"[\w-]+/[\w-]+@(v\d+|release/v\d+)", step.get("uses", "a/b@v1"))
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"] == {"persist-credentials": False}


def test_each_change_is_tested_on_every_python_that_is_supported() -> None:
    workflow = read(GITHUB / "workflows" / "ci.yml")
    assert [step["run"] for step in steps(workflow) if "run" in step] == ["make test PYTHON=python"]
    [job] = workflow["jobs"].values()
    named = [re.search(r"Python :: (3\.\d+)$", one) for one in PROJECT["project"]["classifiers"]]
    assert job["strategy"]["matrix"]["python"] == [found[1] for found in named if found]
    assert job["env"] == {"SLABRIDGE_REQUIRE_POSTGRES": "1", "SLABRIDGE_REQUIRE_REDIS": "1"}
    assert {"postgres", "redis"} <= job["services"].keys()


def test_workflows_call_targets_that_are_there() -> None:
    called = [step["run"] for path in WORKFLOWS for step in steps(read(path)) if "run" in step]
    for target in {found[1] for line in called if (found := re.match(r"make (\w+)", line))}:
        assert recipe(target)


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_a_form_asks_for_something_and_names_all_it_asks(path: Path) -> None:
    form = read(path)
    assert form["name"]
    assert form["description"]
    asked = [element for element in form["body"] if element["type"] != "markdown"]
    assert {element["type"] for element in asked} <= {"textarea", "input", "dropdown", "checkboxes"}
    assert len({element["id"] for element in asked}) == len(asked)
    assert all(element["attributes"]["label"] for element in asked)
    assert any(element.get("validations") == {"required": True} for element in asked)


def test_the_hooks_of_a_commit_are_the_commands_of_make_lint() -> None:
    [repository] = read(CHECKOUT / ".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    assert [hook["entry"] for hook in repository["hooks"]] == recipe("lint")
    for hook in repository["hooks"]:
        assert (hook["language"], hook["pass_filenames"]) == ("system", False)
        assert hook["id"]
        assert hook["name"]


def test_the_folders_that_contributing_names_are_there() -> None:
    page = CHECKOUT / "CONTRIBUTING.md"
    mirrored = tables(section(page, "What to run"))[-1]
    named = [path for row in mirrored for cell in row.values() for path in re.findall(r"`([\w./]+)`", cell)]
    named += re.findall(r"^\.venv/bin/pytest.* (\S+)$", page.read_text("utf-8"), re.MULTILINE)
    assert named
    for path in named:
        assert (CHECKOUT / path).exists(), path
    folders = {path.name for path in (CHECKOUT / "tests").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == {found for path in named for found in re.findall(r"^tests/(\w+)", path)}


def notes(checkout: Path, version: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(checkout / ".ci" / "notes.py"), version]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own program


@pytest.fixture
def released(tmp_path: Path) -> Path:
    (tmp_path / ".ci").mkdir()
    (tmp_path / ".ci" / "notes.py").write_bytes((CHECKOUT / ".ci" / "notes.py").read_bytes())
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.0"\n', "utf-8")
    changelog = "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-03-02\n\n### Added\n\n- A.\n\n## [1.1.0] - 2026-01-31\n\n- B.\n"
    (tmp_path / "CHANGELOG.md").write_text(changelog, "utf-8")
    return tmp_path


def test_the_notes_of_a_release_are_its_section_of_the_changelog(released: Path) -> None:
    done = notes(released, "1.2.0")
    assert (done.returncode, done.stdout) == (0, "### Added\n\n- A.\n")


@pytest.mark.parametrize(
    ("version", "message"), [("1.1.0", "the tag says 1.1.0, pyproject.toml 1.2.0"), ("1.2", "1.2.0")]
)
def test_a_tag_that_is_not_the_version_has_no_notes(released: Path, version: str, message: str) -> None:
    done = notes(released, version)
    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr


def test_a_version_without_a_dated_section_has_no_notes(released: Path) -> None:
    changelog = released / "CHANGELOG.md"
    changelog.write_text(changelog.read_text("utf-8").replace(" - 2026-03-02", ""), "utf-8")
    assert "CHANGELOG.md has no section '## [1.2.0] - " in notes(released, "1.2.0").stderr


def test_the_version_of_today_is_released_or_announced() -> None:
    text = (CHECKOUT / "CHANGELOG.md").read_text("utf-8")
    version = PROJECT["project"]["version"]
    assert f"## [{version}] - " in text or f"To become {version}." in text


def test_readme_leads_to_every_page() -> None:
    readme = (CHECKOUT / "README.md").read_text("utf-8")
    for page in PAGES[1:]:
        assert f"({page.relative_to(CHECKOUT)}" in readme, page.name


def test_no_test_gives_up_early_or_sleeps() -> None:
    found = []
    for path in (CHECKOUT / "tests").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call):
                given = [keyword.value for keyword in call.keywords if keyword.arg == "timeout"]
                limits = [one.value for one in given if isinstance(one, ast.Constant)]
                if any(isinstance(limit, int | float) and limit >= 1 for limit in limits):
                    found.append(f"{path.name}:{call.lineno}: a limit that guards against hanging is PATIENCE")
                if ast.unparse(call.func) == "time.sleep":
                    found.append(f"{path.name}:{call.lineno}: wait for an event")
    assert found == []
