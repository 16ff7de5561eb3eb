"""The package stands on its own: of slabridge it needs nothing, and of its extra nothing before it serves."""

import ast
import json
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import slabridge_sandbox
from tests.patience import PATIENCE

PACKAGE = Path(slabridge_sandbox.__file__).parent
MODULES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in PACKAGE.rglob("*.py")
}
OTHERS = ("sla_engine", "connectors", "slabridge", "sync")
EXTRA = ("starlette", "uvicorn")
LACKING = "import sys; sys.modules |= dict.fromkeys({names!r}); "
"""Lets modules be as if they were not installed."""


def run(code: str, lacking: tuple[str, ...], line: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", LACKING.format(names=lacking) + code]
    return subprocess.run(command, input=line, capture_output=True, text=True, timeout=PATIENCE, check=False)  # noqa: S603 - our own interpreter


SERVE = "import runpy; runpy.run_module('slabridge_sandbox', run_name='__main__')"


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_nothing_of_slabridge(path: Path) -> None:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    found = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    found |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    assert not {name.partition(".")[0] for name in found} & set(OTHERS)


def imported(path: Path) -> set[str]:
    """Return the modules of the package that a module imports."""
    found = set[str]()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("slabridge_sandbox"):
            within = {f"{node.module}.{alias.name}" for alias in node.names} & MODULES.keys()
            found |= within or {str(node.module)}
    return found


def test_no_module_imports_itself_by_way_of_others() -> None:
    TopologicalSorter({name: imported(path) for name, path in MODULES.items()}).prepare()


def test_it_serves_without_slabridge() -> None:
    done = run(SERVE, OTHERS, '{"size": 5}\n')
    assert (done.returncode, done.stderr) == (0, "")
    assert set(json.loads(done.stdout)) == {"servicenow", "jira"}


def test_without_its_extra_it_can_be_imported_and_says_what_is_missing_when_it_is_to_serve() -> None:
    done = run("import slabridge_sandbox.embedded, slabridge_sandbox.options, slabridge_sandbox.generate", EXTRA)
    assert (done.returncode, done.stderr) == (0, "")
    done = run(SERVE, EXTRA)
    assert (done.returncode, done.stderr) == (2, "")
    assert 'pip install "slabridge[sandbox]"' in json.loads(done.stdout)["error"]


@pytest.mark.parametrize("line", ["nothing", "[]", '{"shape": "round"}'])
def test_options_that_are_none_are_an_error(line: str) -> None:
    done = run(SERVE, (), line)
    assert (done.returncode, done.stderr) == (2, "")
    assert json.loads(done.stdout)["error"].startswith("the options are none: ")
