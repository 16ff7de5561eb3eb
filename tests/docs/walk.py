"""The walk through a page that leads through a task: all its commands, one after the other, against a ServiceNow of the sandbox.

Such a page begins with `<!-- walked from INSTANT -->`. It has docs/examples/config.toml as config.toml, and the incidents of
docs/examples/incidents.csv in their ServiceNow. Commands of other programs are run by the shell; `<!-- needs PROGRAM ... -->` names
those that not every machine has. What readers do in their editor, or time does, stands in comments:
`<!-- $ COMMAND -->` is run by the shell, `<!-- append -->` adds the TOML above to the file, `<!-- at INSTANT -->` moves the
clock of the tool, `<!-- edit NUMBER JSON -->` lets somebody change fields of an incident, and `<!-- switch NAME JSON -->` sets
one of its switches. A page with $DATABASE has one, in PostgreSQL.

`make pages` writes what commands print into the pages anew.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory

import requests
from sqlalchemy import make_url

from sla_engine.instant import parse_instant
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import SandboxOptions
from tests.docs.pages import PAGES, parts, walked
from tests.patience import PATIENCE
from tests.places import CHECKOUT
from tests.slabridge.state.databases import postgresql

Program = Callable[..., tuple[int, str, str]]
"""Runs slabridge with arguments; gives exit code, standard output and error."""

EXAMPLES = CHECKOUT / "docs" / "examples"
WALKED = [page for page in PAGES if walked(page)]
ENVIRONMENT = {"SNOW_PASSWORD": "sandbox", "COLUMNS": "100"}
FOLDER, DATABASE = "/etc/slabridge", "postgresql+psycopg://slabridge@db.acme.com/slabridge"
"""Where the pages have their files and their state."""
ADDRESS = DATABASE.replace("+psycopg", "")
"""How programs of PostgreSQL are told it."""
ALIKE = [
    (r"timestamp=\S+", "timestamp=2026-03-02T09:30:00.000000Z"),
    (r"(?m)^  \d{4}-\d\d-\d\d \d\d:\d\d UTC  run", "  2026-03-02 09:30 UTC  run"),
    (r"(?m)^(run \d+), \d{4}-\d\d-\d\d \d\d:\d\d UTC", r"\1, 2026-03-02 09:30 UTC"),
    (r"(?:\d+[hms] )+ago", "0s ago"),
    (r"after \d+[hms](?: \d+[hms])*:", "after 0s:"),
]
"""What is otherwise each time: instants and durations by this machine's clock."""
_CONSOLE = re.compile(r"^```console\n.*?^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ (.*)\n((?:[^$`].*\n|\n)*)", re.MULTILINE)


def lacking(page: Path) -> list[str]:
    """Return what programs a page needs that this machine has not."""
    named = re.findall(r"^<!-- needs (.*) -->$", page.read_text("utf-8"), re.MULTILINE)
    return [one for line in named for one in line.split() if shutil.which(one) is None]


def walk(page: Path, program: Program) -> Iterator[tuple[str, str]]:
    """Walk through a page in the present folder, which is empty; yield what each command prints, and what the page shows."""
    code = 0
    options = SandboxOptions(log=EXAMPLES / "incidents.csv", share=0.0, start=parse_instant(walked(page) or ""))
    with Sandbox(options, in_process=True) as sandbox:
        text = (EXAMPLES / "config.toml").read_text("utf-8")
        Path("config.toml").write_text(text.replace("https://acme.service-now.com", sandbox.servicenow.url), "utf-8")
        shutil.copy(EXAMPLES / "tickets.jsonl", "tickets.jsonl")
        for kind, step, shown in _steps(page):
            if kind == "at":
                sandbox.move_to(parse_instant(step))
            elif kind == "switch":
                name, _, value = step.partition(" ")
                sandbox.switch("servicenow", **{name: json.loads(value)})
            elif kind == "edit":
                number, _, fields = step.partition(" ")
                _edit(sandbox, number, json.loads(fields))
            elif kind == "append":
                with Path("config.toml").open("a", encoding="utf-8") as file:
                    file.write(f"\n{step}")
            elif kind == "$":
                subprocess.run(["/bin/bash", "-c", step], check=True)  # noqa: S603 - our own pages
            elif step == "echo $?":
                yield f"{code}\n", shown
            elif not step.startswith("slabridge "):
                yield _as_on_pages(_shell(_as_it_is_here(step))), shown
            else:
                code, out, err = program(*step.removeprefix("slabridge ").split())
                assert "event=bug" not in err, f"{page.name}: {step}: {err}"
                yield _as_on_pages(err + out), shown


def _steps(page: Path) -> Iterator[tuple[str, str, str]]:
    """Yield (kind, text, what is shown) of what happens on a page, in order."""
    toml = ""
    for part in parts(page):
        if part.kind == "toml":
            toml = part.text
        elif part.text == "<!-- append -->\n":
            yield "append", toml, ""
        elif part.kind == "console":
            yield from (("command", command, shown) for command, shown in _COMMAND.findall(part.text))
        elif found := re.match(r"<!-- (at|\$|edit|switch) (.*) -->$", part.text):
            yield found[1], found[2], ""


def _edit(sandbox: Sandbox, number: str, fields: dict[str, str]) -> None:
    table = f"{sandbox.servicenow.url}/api/now/table/incident"
    auth = (sandbox.servicenow.user, sandbox.servicenow.secret)
    asked = {"sysparm_query": f"number={number}", "sysparm_fields": "sys_id"}
    [found] = requests.get(table, params=asked, auth=auth, timeout=PATIENCE).json()["result"]
    requests.patch(f"{table}/{found['sys_id']}", json=fields, auth=auth, timeout=PATIENCE).raise_for_status()


def _shell(command: str) -> str:
    done = subprocess.run(["/bin/bash", "-ec", command], capture_output=True, text=True, check=False)  # noqa: S603 - our own pages
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout + done.stderr


def _as_it_is_here(command: str) -> str:
    here = str(Path.cwd())
    return (
        command.replace(ADDRESS, os.environ.get("DATABASE", "")).replace(FOLDER, here).replace("/var/", f"{here}/var/")
    )


def _as_on_pages(text: str) -> str:
    text = text.replace(f"{Path.cwd()}/var/", "/var/").replace(str(Path.cwd()), FOLDER)
    if "DATABASE" in os.environ:
        url = make_url(os.environ["DATABASE"]).set(drivername="postgresql+psycopg")
        text = text.replace(url.render_as_string(), DATABASE)
    for pattern, same in ALIKE:
        text = re.sub(pattern, same, text)
    return text


def written_anew(page: Path) -> str:
    """Return the page with what its commands print now."""
    with TemporaryDirectory() as folder, chdir(folder), postgresql() as database:
        os.environ |= ENVIRONMENT | {"DATABASE": database.render_as_string(hide_password=False)}
        printed = iter([text for text, _ in walk(page, _program)])
    return _CONSOLE.sub(
        lambda block: _COMMAND.sub(lambda one: f"$ {one[1]}\n{next(printed)}", block[0]), page.read_text("utf-8")
    )


def _program(*arguments: str) -> tuple[int, str, str]:
    command = [sys.executable, str(CHECKOUT / "sync.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own program
    return done.returncode, done.stdout, done.stderr
