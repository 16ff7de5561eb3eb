"""The pages that lead through a task: all their commands, one after the other, against a ServiceNow of the sandbox.

Such a page begins with `<!-- walked from INSTANT -->`. It has docs/examples/config.toml as config.toml, and the incidents of
docs/examples/incidents.csv in their ServiceNow. What readers do in their editor, or time does, stands in comments:
`<!-- $ COMMAND -->` is run by the shell, `<!-- append -->` adds the TOML above to the file, `<!-- at INSTANT -->` moves the
clock of the tool, and `<!-- switch NAME JSON -->` sets one of its switches.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import reduce
from pathlib import Path

import pytest
from sqlalchemy import make_url

from sla_engine.instant import parse_instant
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import SandboxOptions
from tests.docs.pages import PAGES, parts, walked
from tests.places import CHECKOUT
from tests.slabridge.cli.conftest import Call
from tests.slabridge.cli.conftest import call as called

call = called
EXAMPLES = CHECKOUT / "docs" / "examples"
WALKED = [page for page in PAGES if walked(page)]
THEIRS = "postgresql+psycopg://slabridge@db.acme.com/slabridge"
"""The database of the pages."""
ALIKE = [
    (r"timestamp=\S+", "timestamp=2026-03-02T09:30:00.000000Z"),
    (r"(?m)^  \d{4}-\d\d-\d\d \d\d:\d\d UTC  exit", "  2026-03-02 09:30 UTC  exit"),
    (r"\b\d+s ago", "0s ago"),
    (r"after \d+s", "after 0s"),
]
"""What is otherwise each time: instants and durations by this machine's clock."""


def steps(page: Path) -> Iterator[tuple[str, str, str | None]]:
    """Yield (kind, text, what is shown) of what happens on a page, in order."""
    toml = ""
    for part in parts(page):
        if part.kind == "toml":
            toml = part.text
        elif part.text == "<!-- append -->\n":
            yield "append", toml, None
        elif part.kind == "console":
            for command, output in re.findall(r"^\$ (.*)\n((?:[^$].*\n|\n)*)", part.text, re.MULTILINE):
                yield "command", command, output
        elif found := re.match(r"<!-- (at|\$|switch) (.*) -->$", part.text):
            yield found[1], found[2], None


def alike(text: str) -> str:
    for pattern, same in ALIKE:
        text = re.sub(pattern, same, text)
    return text


@pytest.mark.parametrize("page", WALKED, ids=lambda page: page.name)
def test_each_command_prints_what_the_page_shows(
    page: Path, tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    names = {str(tmp_path): "/etc/slabridge"}
    if "$DATABASE" in page.read_text("utf-8"):
        database = request.getfixturevalue("postgres")
        monkeypatch.setenv("DATABASE", database)
        names[make_url(database).set(drivername="postgresql+psycopg").render_as_string()] = THEIRS
    start = parse_instant(walked(page) or "")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SNOW_PASSWORD", "sandbox")
    monkeypatch.setenv("COLUMNS", "100")
    code = 0
    with Sandbox(SandboxOptions(log=EXAMPLES / "incidents.csv", share=0.0, start=start), in_process=True) as sandbox:
        text = (EXAMPLES / "config.toml").read_text("utf-8")
        Path("config.toml").write_text(text.replace("https://acme.service-now.com", sandbox.servicenow.url), "utf-8")
        shutil.copy(EXAMPLES / "tickets.jsonl", tmp_path)
        for kind, step, shown in steps(page):
            if kind == "switch":
                name, _, value = step.partition(" ")
                sandbox.switch("servicenow", **{name: json.loads(value)})
            elif kind == "append":
                with Path("config.toml").open("a", encoding="utf-8") as file:
                    file.write(f"\n{step}")
            elif kind == "at":
                sandbox.move_to(parse_instant(step))
            elif step == "echo $?":
                assert shown == f"{code}\n", page.name
            elif step.startswith("slabridge "):
                code, out, err = call(*step.removeprefix("slabridge ").split())
                text = reduce(lambda text, name: text.replace(name, names[name]), names, err + out)
                assert alike(text) == shown, step
            else:
                done = subprocess.run(["/bin/bash", "-c", step], capture_output=True, text=True, check=False)  # noqa: S603 - our own pages
                assert (done.returncode, done.stdout) == (0, shown or ""), step
