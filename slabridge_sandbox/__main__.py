"""The sandbox as a process: options in as a line of JSON, addresses out as one, until standard input ends.

    (echo '{"size": 100}'; cat) | python -m slabridge_sandbox

What is left out of the options has its default. Where it cannot serve, it prints `{"error": ...}` and exits with 2.
"""

import asyncio
import json
import sys
import threading
from dataclasses import asdict, replace
from pathlib import Path

from slabridge_sandbox.log import LogError
from slabridge_sandbox.options import Endpoints, SandboxOptions


def main() -> int:
    """Serve; return the exit code."""
    try:
        options = _options(sys.stdin.readline())
    except (ValueError, TypeError) as error:
        return _fail(f"the options are none: {error}")
    try:
        asyncio.run(_serve(options))
    except (OSError, LogError) as error:
        return _fail(str(error))
    except ModuleNotFoundError as error:
        return _fail(f'{error.name} is not installed; for the sandbox: pip install "slabridge[sandbox]"')
    return 0


def _options(line: str) -> SandboxOptions:
    given = SandboxOptions(**json.loads(line.strip() or "{}"))
    return replace(given, log=given.log and Path(given.log), directory=given.directory and Path(given.directory))


async def _serve(options: SandboxOptions) -> None:
    from slabridge_sandbox.server import run  # noqa: PLC0415 - it needs the extra `sandbox`, and the rest does not

    loop, stop = asyncio.get_running_loop(), asyncio.Event()

    def watch() -> None:
        sys.stdin.read()
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=watch, daemon=True).start()
    await run(options, _print_addresses, stop)


def _print_addresses(endpoints: Endpoints) -> None:
    print(json.dumps({name: asdict(endpoint) for name, endpoint in endpoints.items()}), flush=True)  # noqa: T201 - the answer


def _fail(reason: str) -> int:
    print(json.dumps({"error": reason}), flush=True)  # noqa: T201 - as above
    return 2


if __name__ == "__main__":
    sys.exit(main())
