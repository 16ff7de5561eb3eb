"""`slabridge serve`: the pages (docs/web.md)."""

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from slabridge.cli.kept import Kept
from slabridge.cli.listen import address_of
from slabridge.cli.options import ConfigPath, Only
from slabridge.exit import Exit

if TYPE_CHECKING:
    from slabridge.config import Config

_Auth = Literal["none", "token", "proxy"]
_LISTEN = "127.0.0.1:8470"


def serve(
    *,
    config: ConfigPath = None,
    only: Only = None,
    listen: Annotated[str, typer.Option(help="Host and port; beyond this machine with --auth.")] = _LISTEN,
    auth: Annotated[
        _Auth, typer.Option(help="Who is let in: none but who is on this machine; or by token, or by proxy.")
    ] = "none",
) -> None:
    """Serve what the state knows as pages and as /api/v1, until Ctrl-C; nothing is written but who looked."""
    import asyncio

    try:
        from slabridge.web.server import Sites, is_here, listening
        from slabridge.web.server import serve as serving
    except ModuleNotFoundError as error:
        sys.stderr.write(f'{error.name} is not installed; for the pages: pip install "slabridge[web]"\n')
        raise typer.Exit(Exit.USAGE) from None
    from slabridge.app.service_manager import tell
    from slabridge.config import ConfigError

    address = address_of(listen)
    if auth == "none" and not is_here(address[0]):
        message = f"{address[0]} can be reached from elsewhere; say who is let in by --auth token or --auth proxy"
        raise typer.BadParameter(message, param_hint="--listen")
    kept = Kept(config, only)
    if not kept.configs:
        raise typer.Exit(Exit.USAGE)
    for one in kept.configs.values():
        _check(one, auth)
    sites = Sites(auth)

    def ready() -> None:
        host = f"[{address[0]}]" if ":" in address[0] else address[0]
        sys.stdout.write(f"http://{host}:{bound.getsockname()[1]}/  (Ctrl-C ends it)\n")
        sys.stdout.flush()
        tell("READY")

    def reload() -> None:
        tell("RELOADING")
        kept.read()
        try:
            sites.take(kept.configs)
        except (ConfigError, OSError) as error:
            sys.stderr.write(f"the pages go on by what was read before: {error}\n")
        tell("READY")

    try:
        sites.take(kept.configs)
        with listening(address) as bound:
            asyncio.run(serving(sites, bound, ready, reload))
    except OSError as error:
        sys.stderr.write(f"{error.filename or listen}: {error.strerror}\n")
        raise typer.Exit(Exit.USAGE) from None
    finally:
        tell("STOPPING")
        sites.close()


def _check(config: "Config", auth: _Auth) -> None:
    if auth != "none" and not getattr(config.web, auth):
        message = f"{config.file} has no [web] {auth}: write it there (docs/web.md)"
        raise typer.BadParameter(message, param_hint="--auth")
