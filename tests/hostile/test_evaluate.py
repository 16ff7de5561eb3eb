"""`slabridge evaluate` with hostile texts in the file: what it prints is inert in a terminal and in a spreadsheet."""

import csv
import gc
import json
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from connectors.http.answer import loads
from slabridge.app.demo import example
from slabridge.exit import Exit
from tests.hostile.program import Printed, call
from tests.hostile.texts import TEXTS, steering

HALVES = ("\\ud800", "\\udc00x", "\\ud83d")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
FORMULA = tuple("=+-@\t\r\N{FULLWIDTH EQUALS SIGN}")


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    yield
    gc.enable()  # `evaluate` switches it off, for a process of its own


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_text(example(), "utf-8")
    lines = [json.dumps(_ticket(text)) for text in TEXTS.values()]
    lines += [json.dumps(_ticket("Mail")).replace("Mail", half) for half in HALVES]
    lines.append('{"source": "\x1b[31m\x9b31m \u202e", "key": "[red]"')
    (tmp_path / "tickets.jsonl").write_text("\n".join(lines), "utf-8")
    return tmp_path


def _ticket(text: str) -> dict[str, object]:
    moved = {"at": "2016-03-01T10:10:00Z", "changes": {"team": ["Desk", text]}}
    broken = {"at": "2016-03-01T10:20:00Z", "changes": {"category": [text, text[::-1]]}}
    fields = {"status": "active", "priority": "P1", "team": text, "category": text}
    names = {"source": text, "key": text, "id": text, "created": "2016-03-01T10:00:00Z"}
    return {**names, "fields": fields, "history": [moved, broken]}


def _evaluate(files: Path, *options: str) -> Printed:
    paths = ("--config", str(files / "config.toml"), "--tickets", str(files / "tickets.jsonl"))
    printed = call("evaluate", *paths, "--as-of", "2016-03-01T15:00:00Z", *options, environment={"COLUMNS": "200"})
    assert printed.code == Exit.PARTIAL, printed.err[-2000:]
    return printed


@pytest.mark.parametrize("form", ["table", "jsonl", "csv"])
def test_no_form_steers_a_terminal(files: Path, form: str) -> None:
    printed = _evaluate(files, "--format", form)
    assert steering(printed.out) == set()
    assert steering(printed.err) == set()
    assert all(f":{len(TEXTS) + n}: invalid" in printed.err for n in (1, 2, 3, 4))
    assert printed.err.count(": invalid: ") == 4


def test_segments_and_lines_lose_no_character(files: Path) -> None:
    for options in ((), ("--segments",)):
        printed = _evaluate(files, "--format", "jsonl", *options)
        rows = [json.loads(line) for line in printed.out.splitlines()]
        assert {row["ticket"] for row in rows} == set(TEXTS.values())
        assert {row["holder"] for row in rows} >= set(TEXTS.values())


def test_no_cell_of_a_csv_file_is_a_formula(files: Path) -> None:
    most = csv.field_size_limit(2_000_000)
    rows = list(csv.reader(StringIO(_evaluate(files, "--format", "csv").out)))
    csv.field_size_limit(most)
    assert len({len(row) for row in rows}) == 1
    cells = [cell for row in rows for cell in row]
    assert "'=cmd|' /C calc'!A0" in cells
    assert "' =1+1" in cells
    assert TEXTS["JQL"] in cells
    texts = [cell for cell in cells if not NUMBER.fullmatch(cell)]
    assert not [text[:40] for text in texts if text.lstrip().startswith(FORMULA)]


def test_a_table_shows_markup_and_follows_none(files: Path) -> None:
    assert "[link=https://example.com]here" in _evaluate(files).out.replace("\n", "")


def test_half_a_character_in_an_answer_of_a_tool_becomes_a_question_mark() -> None:
    for half in HALVES:
        assert "?" in loads(f'{{"x": "{half}"}}'.encode())["x"]
