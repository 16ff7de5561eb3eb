"""`slabridge serve`: the pages (docs/web.md)."""

import signal
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from slabridge.cli.kept import Kept
from slabridge.cli.listen import address_of
from slabridge.cli.options import ConfigPath, Only
from slabridge.exit import Exit

if TYPE_CHECKING:
    from slabridge.config import Config

Auth = Literal["none", "token", "proxy"]
LISTEN = "127.0.0.1:8470"


def serve(
    *,
    config: ConfigPath = None,
    only: Only = None,
    listen: Annotated[str, typer.Option(help="Host and port; beyond this machine with --auth.")] = LISTEN,
    auth: Annotated[
        Auth, typer.Option(help="Who is let in: by token, by proxy, else who is on this machine.")
    ] = "none",
) -> None:
    """Serve what the state knows as pages and as /api/v1, until Ctrl-C; nothing is written but who looked."""
    kept = Kept(config, only)
    if not kept.configs:
        raise typer.Exit(Exit.USAGE)
    for one in kept.configs.values():
        if auth != "none" and not getattr(one.web, auth):
            message = f"{one.file} has no [web] {auth}: write it there (docs/web.md)"
            raise typer.BadParameter(message, param_hint="--auth")

    def read() -> Mapping[str, "Config"]:
        kept.read()
        return kept.configs

    serve_until_stopped(listen, auth, kept.configs, read)


def serve_until_stopped(
    listen: str, auth: Auth, configs: Mapping[str, "Config"], read: Callable[[], Mapping[str, "Config"]] | None = None
) -> None:
    """Serve the pages of these configurations, read anew on SIGHUP, until Ctrl-C or SIGTERM.

    Raises:
        BadParameter: they cannot be served there.
        ConfigError: a token cannot be had.
    """
    import asyncio

    try:
        from slabridge.web.server import Sites, is_here, listening, serving
    except ModuleNotFoundError as error:
        sys.stderr.write(f'{error.name} is not installed; for the pages: pip install "slabridge[web]"\n')
        raise typer.Exit(Exit.USAGE) from None
    from slabridge.app.service_manager import tell
    from slabridge.config import ConfigError

    address = address_of(listen)
    if auth == "none" and not is_here(address[0]):
        message = f"{address[0]} can be reached from elsewhere; say who is let in by --auth token or --auth proxy"
        raise typer.BadParameter(message, param_hint="--listen")
    sites = Sites(auth)

    def ready() -> None:
        host = f"[{address[0]}]" if ":" in address[0] else address[0]
        sys.stdout.write(f"http://{host}:{bound.getsockname()[1]}/  (Ctrl-C ends it)\n")
        sys.stdout.flush()
        tell("READY")

    def reload() -> None:
        tell("RELOADING")
        try:
            sites.take(configs if read is None else read())
        except (ConfigError, OSError) as error:
            sys.stderr.write(f"the pages go on by what was read before: {error}\n")
        tell("READY")

    signal.signal(signal.SIGINT, signal.default_int_handler)  # begun in the background it would be deaf to it
    try:
        sites.take(configs)
        with listening(address) as bound:
            asyncio.run(serving(sites, bound, ready, reload))
    except KeyboardInterrupt:
        return  # Ctrl-C is how it is ended
    except OSError as error:
        sys.stderr.write(f"{error.filename or listen}: {error.strerror}\n")
        raise typer.Exit(Exit.USAGE) from None
    finally:
        tell("STOPPING")
        sites.close()
