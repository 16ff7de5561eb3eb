"""A month's report in all formats: of a real log where there is one, else of a sandbox's tickets.

    python -m bench.month [--log tickets.jsonl.gz] [--out build/report]

Of a log the months of March, April and May 2016 are reported by docs/examples/log.toml; of a sandbox the month of its
clock, after a run of the job, by config.example.toml with a service, fees and an outage added. Printed: where the files
are, and what each report took.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

import sync
from bench.scale import peak
from sla_engine.instant import moment_of
from slabridge.app.asked import Asked, Reported
from slabridge.app.connect import connected
from slabridge.app.demo import configured, example
from slabridge.app.report import of_state
from slabridge.app.report_file import of_file
from slabridge.show import logs
from slabridge.show.report_files import files_of
from slabridge.show.report_table import print_report
from slabridge.state import State
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import SandboxOptions

MONTHS = ("2016-03", "2016-04", "2016-05")
CONFIGURATION = Path(__file__).parents[1] / "docs" / "examples" / "log.toml"
SERVICE = """
[services.desk]
name = "Service desk"
calendar = "always"
availability = "99.9%"
objectives.desk = { clock = "resolution", targets = { priority = { P1 = "4h" }, else = "24h" }, compliance = "90%" }
outages = [{ tickets = { priority = "P1" } }]
fees = [{ amount = "250000.00", currency = "SEK" }]
credits = [
  { measure = "breach", amount = "500.00" },
  { measure = "availability", tiers = [{ below = "99.9%", credit = "5%" }] },
]
consequences = { cap = { period = "15%" }, rca = { by = { days = 5 }, calendar = "office" } }
"""


def of_sandbox(folder: Path) -> Reported:
    """Return the report of a sandbox's month, after one run of the job."""
    with Sandbox(SandboxOptions()) as sandbox:
        config = configured(folder, sandbox, example() + SERVICE)
        with connected(config) as found:
            sync.run(config, found, State.of(config.state))
        return of_state(config, Asked(f"{moment_of(sandbox.now):%Y-%m}"))


def reports(log: Path | None, console: Console) -> Iterator[Reported]:
    """Yield the reports, one after the other."""
    if log is not None and log.is_file():
        yield from (of_file(CONFIGURATION, log, Asked(month)) for month in MONTHS)
        return
    console.print("no log: a report of a sandbox's tickets")
    with tempfile.TemporaryDirectory() as name:
        yield of_sandbox(Path(name))


def main() -> None:
    """Report, write and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--log", type=Path, help="tickets as docs/tickets.md has them; needs fields as log.toml")
    parser.add_argument("--out", type=Path, default=Path("build/report"), help="%(default)s")
    parser.add_argument("--language", choices=["en", "sv"], default="en")
    options = parser.parse_args()
    logs.configure("error", "console")
    console = Console(highlight=False)
    began = time.perf_counter()
    options.out.mkdir(parents=True, exist_ok=True)
    for made in reports(options.log, console):
        print_report(console, made.document, options.language)
        for form in ("html", "xlsx", "pdf"):
            for name, content in files_of(made.document, form, options.language):
                (options.out / name).write_bytes(content)
    names = ", ".join(sorted(path.name for path in options.out.iterdir() if path.suffix != ".csv"))
    console.print(
        f"{options.out}: {names}, and their lists as CSV; {time.perf_counter() - began:.0f} s, {peak():.0f} MB"
    )


if __name__ == "__main__":
    main()
