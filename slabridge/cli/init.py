"""`slabridge init`."""

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from slabridge.cli.options import ConfigPath, given

_TOOLS = ("servicenow", "jira")
_KINDS = ("basic", "bearer", "api_key")
_SHOWN = 20
_SECRETS = {"basic": "password", "bearer": "token", "api_key": "key"}


def init(  # noqa: PLR0913 - what a first configuration needs to know
    *,
    tool: Annotated[str | None, typer.Option("--type", help="servicenow or jira.")] = None,
    url: Annotated[str | None, typer.Option(help="The tool's address.")] = None,
    kind: Annotated[str | None, typer.Option("--auth", help="How to sign in: basic, bearer, or api_key.")] = None,
    user: Annotated[str | None, typer.Option(help="The user, for basic; in Jira Cloud the e-mail address.")] = None,
    secret_env: Annotated[
        str | None, typer.Option("--secret-env", help="The environment variable that holds the password or token.")
    ] = None,
    secret_file: Annotated[
        str | None, typer.Option("--secret-file", help="Or the file that does, relative to the configuration's folder.")
    ] = None,
    place: Annotated[str | None, typer.Option(help="The table of ServiceNow, or the project of Jira.")] = None,
    name: Annotated[str | None, typer.Option(help="What the connection is called in the file.")] = None,
    template: Annotated[str | None, typer.Option(help="Agreements to begin with; --list-templates shows them.")] = None,
    timezone: Annotated[str | None, typer.Option(help="The time zone of your calendars, as Europe/Stockholm.")] = None,
    holidays: Annotated[str | None, typer.Option(help="Whose public holidays, as SE or DE-BY.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: take what was proposed.")] = False,
    list_templates: Annotated[bool, typer.Option("--list-templates", help="Show the templates, and end.")] = False,
    config: ConfigPath = None,
) -> None:
    """Look at a tool, and write a first configuration that validates; the tool is only read.

    Where the file is there, the connection is added to it.
    """
    from slabridge.app.init import Asked, Desk, agreements_text, check_target, write_first, write_second
    from slabridge.app.template import NAMES, headline
    from slabridge.show import logs

    if list_templates:
        sys.stdout.writelines(f"{one:14} {headline(one)}\n" for one in NAMES)
        return
    logs.configure("error", "console")
    asks = _somebody_looks() and not yes
    path = given(config)
    if path.is_dir():
        raise typer.BadParameter(f"{path} is a folder; name the file to be written", param_hint="--config")
    tool = _choice("--type", tool, _TOOLS, None, asks)
    name = name or ("snow" if tool == "servicenow" else "jira")
    check_target(path, name)
    url = _text("--url", url, "Address of the tool", None, asks)
    kind = _choice("--auth", kind, _KINDS, "basic", asks)
    auth: dict[str, object] = {"kind": kind}
    if kind == "basic":
        auth["user"] = _text("--user", user, "User", None, asks)
    what = "token" if tool == "jira" else _SECRETS[kind]
    variable = f"{name}_{what}".upper().replace("-", "_")
    auth[_SECRETS[kind]] = _secret(secret_env, secret_file, variable, asks)
    with closing(Desk(Asked(name, tool, url, auth), path.absolute().parent)) as desk:
        place = place or _place(desk.places(), asks)
        if path.exists():
            written = write_second(path, desk, place)
        else:
            template = _choice("--template", template, NAMES, "standard", asks)
            timezone = _text("--timezone", timezone, "Time zone of your calendars", _zone(), asks)
            holidays = _text("--holidays", holidays, "Whose public holidays (SE, DE-BY; empty: none)", "", asks)
            written = write_first(path, agreements_text(template, timezone, holidays), timezone, desk, place)
    sys.stdout.write(
        f"{written.file} was written, by the {written.sampled} newest tickets of {place}; it is valid.\n"
        f"{written.checks} places are marked with `# check:`; then: slabridge doctor --config {written.file}\n"
    )


def _somebody_looks() -> bool:
    return sys.stdin.isatty()


def _choice(option: str, given: str | None, options: Sequence[str], default: str | None, asks: bool) -> str:
    found = _text(option, given, f"{option.removeprefix('--')} ({', '.join(options)})", default, asks)
    if found not in options:
        raise typer.BadParameter(f"{found!r} is none of {', '.join(options)}", param_hint=option)
    return found


def _text(option: str, given: str | None, question: str, default: str | None, asks: bool) -> str:
    """Return what an option says, else what somebody answers, else the default."""
    if given is not None:
        return given
    if asks:
        return str(typer.prompt(question, default=default, err=True))
    if default is None:
        raise typer.BadParameter("is missing, and nobody can be asked", param_hint=option)
    return default


def _secret(env: str | None, file: str | None, default: str, asks: bool) -> dict[str, str]:
    """Return where the secret is; one that is typed in is kept for this command alone."""
    if env is not None and file is not None:
        raise typer.BadParameter("stands beside --secret-file; give one of them", param_hint="--secret-env")
    if file is not None:
        return {"file": file}
    named = env or default
    if named not in os.environ and asks:
        question = f"Password or token (later commands look for it in {named})"
        os.environ[named] = typer.prompt(question, hide_input=True, err=True)
    return {"env": named}


def _place(places: Mapping[str, str], asks: bool) -> str:
    """Return the place that is meant: the busiest, unless somebody says otherwise."""
    if not places:
        raise typer.BadParameter("no place has tickets that the account may read; name one", param_hint="--place")
    names = list(places)[:_SHOWN]
    sys.stderr.writelines(f"  {name:24} {places[name]}\n" for name in names)
    return _choice("--place", None, names, names[0], asks)


def _zone() -> str:
    """Return this machine's time zone, UTC where it has no name."""
    target = Path("/etc/localtime")
    parts = str(target.resolve()).partition("/zoneinfo/") if target.is_symlink() else ("", "", "")
    return os.environ.get("TZ") or parts[2] or "UTC"
