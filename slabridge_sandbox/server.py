"""Serves the sandbox: both tools in one process, each on a loopback port of its own."""

import asyncio
import contextlib
import signal
import socket
import sqlite3
import tempfile
from asyncio import Transport
from collections.abc import Callable, Iterator, Mapping
from dataclasses import astuple, dataclass
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from uvicorn.protocols.http.h11_impl import H11Protocol

from slabridge_sandbox.clock import Clock
from slabridge_sandbox.control import Control, ControlMiddleware, control_routes, path_pattern
from slabridge_sandbox.fault import FaultMiddleware, Faults
from slabridge_sandbox.generate import generate
from slabridge_sandbox.jira import Jira
from slabridge_sandbox.log import is_jira_log, read_log
from slabridge_sandbox.options import Endpoint, Endpoints, SandboxOptions
from slabridge_sandbox.pairs import pairs
from slabridge_sandbox.request_log import RequestLog
from slabridge_sandbox.servicenow import ServiceNow
from slabridge_sandbox.world import Tool, World

HOST = "127.0.0.1"


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


@dataclass(frozen=True, slots=True)
class Built:
    """Both tools with their tickets, and the clock and the people around them."""

    tools: Mapping[str, Tool]
    clock: Clock
    world: World


async def run(options: SandboxOptions, ready: Callable[[Endpoints], None], stop: asyncio.Event) -> None:
    """Serve until `stop` is set; else as `serve`."""
    with listening(options) as sockets, built(options) as found:
        await answer(found, sockets, ready, stop)


async def answer(
    found: Built, sockets: Mapping[str, socket.socket], ready: Callable[[Endpoints], None], stop: asyncio.Event
) -> None:
    """Answer requests until `stop` is set; `ready` is called once, with the addresses."""
    servers = [_server(tool, found) for tool in found.tools.values()]
    endpoints = {
        name: Endpoint("http://{}:{}".format(*sockets[name].getsockname()), *astuple(tool.credentials))
        for name, tool in found.tools.items()
    }
    async with asyncio.TaskGroup() as group:
        for name, server in zip(found.tools, servers, strict=True):
            group.create_task(server.serve([sockets[name]]))
        ready(endpoints)
        await stop.wait()
        for server in servers:
            server.should_exit = True


@contextlib.contextmanager
def listening(options: SandboxOptions) -> Iterator[dict[str, socket.socket]]:
    """Open the sockets that the tools are to answer on, by tool.

    Raises:
        OSError: a port is taken.
    """
    with _listen(options.servicenow_port) as servicenow, _listen(options.jira_port) as jira:
        yield {"servicenow": servicenow, "jira": jira}


@contextlib.contextmanager
def built(options: SandboxOptions, *, in_memory: bool = False) -> Iterator[Built]:
    """Build what is to be served; in memory it can be forked with the process.

    Raises:
        OSError: the directory cannot be written.
        LogError: the log cannot be read.
    """
    with contextlib.ExitStack() as stack:
        directory = options.directory or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="slabridge-")))

        def database(name: str) -> sqlite3.Connection:
            return stack.enter_context(_database(":memory:" if in_memory else str(directory / f"{name}.db")))

        clock = Clock(0)
        jira = Jira(database("jira"), clock, deployment=options.jira_deployment, context=options.jira_context)
        tools: dict[str, Tool] = {"servicenow": ServiceNow(database("servicenow"), clock), "jira": jira}
        for tool in tools.values():
            tool.create()
        share = 1.0 if options.log and is_jira_log(options.log) else options.share
        world = World(database("world"), clock, tools, share)
        world.begin(read_log(options.log) if options.log else generate(options.size, options.seed), options.start)
        if options.pairs and 0 < share < 1:
            world.add(pairs(clock.now))
        clock.rate = options.rate
        yield Built(tools, clock, world)


class _Server(uvicorn.Server):
    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override]
        """Leave signals to `serve`: there are two servers, and one may run in a thread."""
        return contextlib.nullcontext()


class _Protocol(H11Protocol):
    """Lets a fault reset the connection: requests carry its transport in their state."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


def _server(tool: Tool, found: Built) -> _Server:
    routes, faults = tool.routes(), Faults()
    control = Control(found.clock, found.world, tool.switches, RequestLog(path_pattern(routes)), faults)
    around = [Middleware(ControlMiddleware, control=control), Middleware(FaultMiddleware, faults=faults)]
    app = Starlette(routes=[*control_routes(control), *routes], middleware=around)
    config = uvicorn.Config(
        app, http=_Protocol, lifespan="off", log_level="warning", date_header=False, server_header=False
    )
    return _Server(config)


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
def _database(path: str) -> Iterator[sqlite3.Connection]:
    """Make a database anew. Nothing in it needs to survive a crash, so it does not wait for the disk."""
    Path(path).unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = MEMORY")
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA cache_size = -100000")
        yield db
