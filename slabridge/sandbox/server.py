"""Serves the sandbox: both tools in one process, each on a loopback port of its own."""

import asyncio
import contextlib
import signal
import socket
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware

from slabridge.sandbox.clock import Clock
from slabridge.sandbox.control import Requests, Surroundings, control_routes
from slabridge.sandbox.generate import generate
from slabridge.sandbox.jira import Jira
from slabridge.sandbox.log import read_log
from slabridge.sandbox.servicenow import ServiceNow
from slabridge.sandbox.world import Tool, World

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxOptions:
    """What the sandbox holds and where it listens.

    Tickets come from `log`, or are generated: `size` of them by `seed`. `share` of them are Jira's. The clock starts at
    `start` (ms UTC; default: inside the busiest week) and stands still, or runs `rate` seconds to a real one. Port 0 is
    any free one. The databases are made anew in `directory`, or in a temporary one.
    """

    log: Path | None = None
    size: int = 3_000
    seed: int = 1
    share: float = 0.4
    start: int | None = None
    rate: float = 0.0
    servicenow_port: int = 0
    jira_port: int = 0
    directory: Path | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a tool listens and which account slabridge has there."""

    url: str
    user: str
    secret: str


Endpoints = dict[str, Endpoint]
"""By tool: servicenow and jira."""


def serve(options: SandboxOptions, ready: Callable[[Endpoints], None]) -> None:
    """Serve until SIGINT or SIGTERM; `ready` is called once, with the addresses, as soon as requests are answered.

    Raises:
        OSError: a port is taken, or the directory cannot be written.
        LogError: the log cannot be read.
    """

    async def until_signal() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await run(options, ready, stop)

    asyncio.run(until_signal())


async def run(options: SandboxOptions, ready: Callable[[Endpoints], None], stop: asyncio.Event) -> None:
    """Serve until `stop` is set; else as `serve`."""
    with contextlib.ExitStack() as stack:
        sockets = {
            "servicenow": stack.enter_context(_listen(options.servicenow_port)),
            "jira": stack.enter_context(_listen(options.jira_port)),
        }
        directory = options.directory or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="slabridge-")))
        clock = Clock(0)
        tools: dict[str, Tool] = {
            "servicenow": ServiceNow(stack.enter_context(_database(directory / "servicenow.db")), clock),
            "jira": Jira(stack.enter_context(_database(directory / "jira.db")), clock),
        }
        for tool in tools.values():
            tool.create()
        world = World(stack.enter_context(_database(directory / "world.db")), clock, tools, options.share)
        events = read_log(options.log) if options.log else generate(options.size, options.seed)
        world.begin(events, options.start)
        clock.rate = options.rate
        servers = [_server(tool, clock, world) for tool in tools.values()]
        endpoints = {
            name: Endpoint("http://{}:{}".format(*sockets[name].getsockname()), *astuple(tool.credentials))
            for name, tool in tools.items()
        }
        async with asyncio.TaskGroup() as group:
            for server, listening in zip(servers, sockets.values(), strict=True):
                group.create_task(server.serve([listening]))
            ready(endpoints)
            await stop.wait()
            for server in servers:
                server.should_exit = True


class _Server(uvicorn.Server):
    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override]
        """Leave signals to `serve`: there are two servers, and one may run in a thread."""
        return contextlib.nullcontext()


def _server(tool: Tool, clock: Clock, world: World) -> _Server:
    routes = tool.routes()
    requests = Requests(routes)
    surroundings = Middleware(Surroundings, clock=clock, world=world, requests=requests)
    app = Starlette(routes=[*control_routes(clock, world, requests), *routes], middleware=[surroundings])
    return _Server(uvicorn.Config(app, lifespan="off", log_level="warning", date_header=False, server_header=False))


@contextlib.contextmanager
def _listen(port: int) -> Iterator[socket.socket]:
    """Open a socket that takes connections at once, long before they are answered.

    It names its protocol because asyncio switches Nagle's delay (40 ms a request) off only for sockets that do.
    """
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, port))
        except OSError as error:
            raise OSError(error.errno, f"{error.strerror}: {HOST}:{port}; choose another port, or 0 for any") from error
        listening.listen()
        yield listening


@contextlib.contextmanager
def _database(path: Path) -> Iterator[sqlite3.Connection]:
    """Make a database anew. Nothing in it needs to survive a crash, so it does not wait for the disk."""
    path.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = MEMORY")
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA cache_size = -100000")
        yield db
