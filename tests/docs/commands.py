"""docs/commands.md: the command line, as the program itself describes it."""

from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import typer.main

from slabridge.cli.app import app
from slabridge.exit import Exit
from tests.docs.pages import section, tables
from tests.places import CHECKOUT

COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
MORE = {
    "run": "operations.md",
    "plan": "operations.md#a-changed-file",
    "explain": "disputed.md",
    "status": "operations.md#status-and-retry",
    "retry": "operations.md#status-and-retry",
    "forget": "privacy.md#forgetting-a-person",
    "compare": "compare.md",
    "evaluate": "evaluate.md",
    "reevaluate": "operations.md#judging-ended-cycles-anew",
    "init": "init.md",
    "doctor": "doctor.md",
    "provision": "provision.md",
    "fleet work": "fleet.md#the-workers",
    "fleet schedule": "fleet.md#the-scheduler",
    "history": "operations.md#who-changed-what",
    "validate": "configuration.md#warnings",
    "import": "import.md",
    "schema": "init.md#in-an-editor",
    "agreements": "agreements.md",
    "feasibility": "feasibility.md",
    "whatif": "whatif.md",
    "report": "reports.md",
    "services": "reports.md#what-is-left",
    "baseline": "baseline.md",
    "forecast": "foresight.md",
    "capacity": "capacity.md",
    "faults": "faults.md",
    "advise": "advise.md",
    "demo": "sandbox.md#the-demo",
    "sandbox": "sandbox.md#the-sandbox-by-hand",
}
"""Where more is said of a command, and what it prints is shown."""
WORDS = {str: "TEXT", Path: "PATH", int: "NUMBER", float: "NUMBER", list[str]: "TEXT", list[Path]: "PATH"}


def commands_page() -> str:
    """Return the page."""
    return "\n".join(
        [HEAD, *(line for name, command in COMMANDS.items() for line in _command(name, command)), *_ends()]
    )


HEAD = """# Commands

Every command and option, as `slabridge COMMAND --help` has them: this page is made from the program (`make pages`). `slabridge --version` prints the
version. Results go to stdout, logs and messages to stderr. `python sync.py` in a checkout is the same program.
"""


def _command(name: str, command: Any) -> Iterator[str]:  # noqa: ANN401 - typer's own
    for part, below in getattr(command, "commands", {}).items():
        yield from _command(f"{name} {part}", below)
    if hasattr(command, "commands"):
        return
    yield f"## {name}\n\n{command.help}\n"
    yield "| option | meaning | default |\n|---|---|---|"
    for one in command.params:
        meaning = (one.help or "").replace("|", "\\|")
        if one.param_type_name == "argument":
            yield f"| `{_argument(one)}` | {meaning} | {'required' if one.required else 'none'} |"
        else:
            names = ", ".join(f"`{name}`" for name in [f"{one.opts[0]}{_takes(one)}", *one.opts[1:]])
            yield f"| {names} | {meaning} | {_default(one)} |"
    yield f"\nMore: [{MORE[name].partition('#')[0]}]({MORE[name]}).\n" if name in MORE else ""


def _argument(param: Any) -> str:  # noqa: ANN401
    several = "..." if param.nargs == -1 else ""
    name = param.name.removesuffix("s").upper() if several else param.name.upper()
    return f"{name}{several}" if param.required else f"[{name}{several}]"


def _takes(param: Any) -> str:  # noqa: ANN401
    kind = param.type_descriptor.annotation
    if kind is bool:
        return ""
    if isinstance(kind, type) and issubclass(kind, Enum):
        return f" {'/'.join(one.value for one in kind)}"
    return f" {'/'.join(get_args(kind))}" if get_origin(kind) is Literal else f" {WORDS[kind]}"


def _default(param: Any) -> str:  # noqa: ANN401
    if param.required:
        return "required"
    if param.default is None:
        return "none"
    value = param.default.value if isinstance(param.default, Enum) else param.default
    return "off" if value is False else f"`{value}`"


def _ends() -> Iterator[str]:
    [table] = tables(section(CHECKOUT / "docs" / "operations.md", "Exit codes"))
    meanings = {int(row["code"]): row["meaning"] for row in table}
    yield "## Exit codes\n\nWhat to do on each is in [operations.md](operations.md#exit-codes).\n"
    yield "| code | name | meaning |\n|---|---|---|"
    for code in Exit:
        meaning = meanings[code].replace("](#", "](operations.md#")
        yield f"| {code.value} | {code.name.lower()} | {meaning} |"
    yield ""
