"""The program: `slabridge`, `python -m slabridge` and `python sync.py` alike. Here commands and job meet."""

from importlib import import_module
from typing import TYPE_CHECKING, cast

from slabridge.cli.app import main as run_command

if TYPE_CHECKING:
    from slabridge.app.job import Job


def main() -> None:
    """Run the program; the job is loaded by the commands that run it."""
    run_command(lambda: cast("Job", import_module("sync")))


if __name__ == "__main__":
    main()
