"""Draw the README's picture: who had the time of the ticket that waits in the demo.

python -m bench.picture            writes docs/demo.svg (from the checkout)
"""

from pathlib import Path

import sync
from sla_engine.instant import HOUR
from slabridge.app.demo import Demo, demo
from slabridge.show import logs
from slabridge.show.demo import picture
from slabridge_sandbox.options import SandboxOptions

PICTURE = Path(__file__).parents[1] / "docs" / "demo.svg"


def main() -> None:
    logs.configure("error", "console")
    options = SandboxOptions(pairs=True)
    demo(options, 1, 2 * HOUR, sync, on_start=lambda _: None, on_run=lambda *_: None, then=draw)


def draw(done: Demo) -> None:
    if done.waited is None:
        raise SystemExit("no ticket of the demo waits for a late one")
    PICTURE.write_text(picture(done.waited, done.config.definitions, done.as_of), encoding="utf-8")


if __name__ == "__main__":
    main()
