"""The process that makes a report's files, so that no page waits for them: `python -m slabridge.web.making`.

It reads one line of JSON, a `Request`, and writes into its folder. What went wrong is one line on its standard output.
It ends when whoever asked does: it is told by the end of its standard input, on which nothing else comes.
"""

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any, get_args
from urllib.parse import quote, urlencode

import orjson

from slabridge import __version__
from slabridge.app.asked import Asked, Reported
from slabridge.app.failure import exit_of
from slabridge.app.issue import issued
from slabridge.app.report import of_state
from slabridge.app.services import left_of
from slabridge.config import Config, load_config
from slabridge.config.process import read_process_settings
from slabridge.exit import Exit
from slabridge.report.reporter import NoSuchReport
from slabridge.run.bug import kind_of, places_of
from slabridge.show import logs
from slabridge.show.report_files import files_of
from slabridge.show.report_lists import lists_of
from slabridge.show.report_page import Linked, page_of
from slabridge.show.report_pdf import pdf_of
from slabridge.show.report_sheets import NoLibrary, workbook_of
from slabridge.text.language import Shown
from slabridge.text.printed import line
from slabridge.web.request import ONLY, Request

NICE = 15


def make(request: Request) -> None:
    """Make what is asked for.

    Raises:
        ConfigError, NoSuchReport, StateError, UnreadableOutages, NoLibrary, OSError: it is not to be had.
    """
    folder = Path(request.folder)
    if request.document is not None:
        made = {"pdf": pdf_of, "xlsx": workbook_of}[request.form]
        content = made(orjson.loads(Path(request.document).read_bytes()), request.language)
        (folder / f"report.{request.language}.{request.form}").write_bytes(content)
        return
    config = load_config(Path(request.config))
    found = _reported(config, request)
    for name, content in _files(request, found):
        (folder / name).write_bytes(content)
    if request.number is None:
        (folder / "services.json").write_bytes(orjson.dumps(left_of(config, found, request.services)))


def _reported(config: Config, request: Request) -> Reported:
    asked = Asked(request.period, tuple(request.services), request.customer, tuple(request.by))
    if request.number is None:
        return of_state(config, asked)
    before = issued(config, asked, request.number)
    if before is None:
        raise NoSuchReport(f"{asked.period} ({asked.about}) was never issued as number {request.number}")
    return Reported(before.document, ())


def _files(request: Request, found: Reported) -> Iterator[tuple[str, bytes]]:
    """Yield the files: those of `report --out`, the page in each language, and the lists to look rows up in."""
    document = found.document
    whole, *lists = files_of(document, "json")
    name = whole[0].removesuffix(".json")
    yield "report.json", whole[1]
    for file, content in lists:
        yield file.removeprefix(f"{name}-"), content
    for language in get_args(Shown):
        yield f"report.{language}.html", page_of(document, language).encode()
        yield f"page.{language}.html", page_of(document, language, linked=_linked(request)).encode()
    lengths = {}
    for part, (columns, rows) in lists_of(document).items():
        lengths[part] = len(rows)
        yield f"{part}.jsonl", b"\n".join([orjson.dumps(columns), *map(partial(_row, columns), rows)])
    head = {key: document[key] for key in ("cover", "summary", "notes")}
    yield "head.json", orjson.dumps({**head, "lacking": [*found.lacking], "lists": lengths, "name": name})


def _row(columns: Sequence[str], row: Mapping[str, Any]) -> bytes:
    return orjson.dumps([row.get(name) for name in columns])


def _linked(request: Request) -> Linked:
    here = f"{request.base}/reports/{quote(request.period, '')}"

    def ticket(source: str, ticket: str) -> str:
        return f"{request.base}/tickets/{quote(source, '')}/{quote(ticket, '')}"

    def rows(name: str, where: Mapping[str, str]) -> str:
        only = urlencode({f"{ONLY}{name}": value for name, value in where.items()})
        asked = "&".join(part for part in (request.query, only) if part)
        return f"{here}/lists/{name}{'?' if asked else ''}{asked}"

    return Linked(f"{here}{'?' if request.query else ''}{request.query}", ticket, rows)


def _end_with_who_asked() -> None:
    os.read(0, 1)
    os._exit(Exit.DEFERRED)


def main() -> int:
    """Make what standard input asks for; return the exit code."""
    with suppress(PermissionError):  # where it may not (deploy/systemd), it is as any other
        os.nice(NICE)
    request = Request(**json.loads(sys.stdin.buffer.readline()))
    Thread(target=_end_with_who_asked, daemon=True).start()
    try:
        process = read_process_settings()
        logs.configure(process.log_level, process.log_format)
        make(request)
    except NoLibrary as error:
        code, text = Exit.USAGE, str(error)
    except OSError as error:
        code, text = Exit.PARTIAL, error.strerror or type(error).__name__
    except Exception as error:  # noqa: BLE001 - whatever it is, it is said
        known = exit_of(error)
        if known is None:
            logs.log.error("bug", error=kind_of(error), version=__version__, places=places_of(error))
        code = Exit.BUG if known is None else known
        text = str(error) if known is not None else f"a bug of slabridge ended it ({kind_of(error)}); the log has more"
    else:
        return Exit.COMPLETE
    sys.stdout.write(f"{line(' '.join(text.split()))}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
