"""The process of an embedded sandbox: options in as a line of JSON, addresses out as one, until standard input ends."""

import asyncio
import json
import sys
import threading
from dataclasses import asdict
from pathlib import Path

from slabridge_sandbox.log import LogError
from slabridge_sandbox.server import Endpoints, SandboxOptions, run


async def _main(options: SandboxOptions) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()

    def watch() -> None:
        sys.stdin.read()
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=watch, daemon=True).start()
    await run(options, _tell, stop)


def _tell(endpoints: Endpoints) -> None:
    print(json.dumps({name: asdict(endpoint) for name, endpoint in endpoints.items()}), flush=True)  # noqa: T201 - the answer


def _options(line: str) -> SandboxOptions:
    given = json.loads(line)
    paths = {name: given[name] and Path(given[name]) for name in ("log", "directory")}
    return SandboxOptions(**given | paths)


if __name__ == "__main__":
    try:
        asyncio.run(_main(_options(sys.stdin.readline())))
    except (OSError, LogError) as error:
        print(json.dumps({"error": str(error)}), flush=True)  # noqa: T201 - as above
        sys.exit(2)
