"""What pages and editors say of the file's keys is what the code says."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from slabridge.config.agreements.definitions import KNOWN
from slabridge.config.file import FileTable
from slabridge.config.schema import described, json_schema
from tests.docs.keys import PAGES, SCHEMA, models, shown
from tests.places import CHECKOUT

TOMBI = Path(sys.executable).with_name("tombi")
_PARENTS = {"ConnectionTable", "AwardTable", "Keys", "ServiceTable"}
"""Tables whose keys are shown with those of the tables that have them."""
FILES = [
    CHECKOUT / "config.example.toml",
    *sorted((CHECKOUT / "slabridge" / "templates").glob("*.toml")),
    *sorted((CHECKOUT / "docs" / "examples").glob("*.toml")),
]
WRONG = {
    "state = 3": "state",
    '[connections.x]\ntype = "servicnow"': "servicnow",
    "[connections.x]\npagesize = 3": "pagesize",
    "[calendars.x]\nclosed = [3]": "closed",
    '[agreements.x]\nkind = "slo"\nobjectives.r.targets = "4h"': "slo",
    '[agreements.x]\nkind = "sla"\nobjectives.r.target = "4h"': "target",
    '[agreements.x]\nkind = "sla"\nscope = { a = { nt = "b" } }\nobjectives.r.targets = "4h"': "nt",
    '[clocks.x]\nat_risk = "75%"': "at_risk",
    '[[services.x.credits]]\nmeasure = "overrun"\nper = 1': "per",
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check a folder's files as an editor does, by the schema that each file names in its first line."""
    shutil.copy(SCHEMA, folder / SCHEMA.name)
    return subprocess.run(  # noqa: S603
        [TOMBI, "lint", "--offline", "--quiet", folder], cwd=folder, capture_output=True, text=True, check=False
    )


def test_every_key_is_described_and_every_table_is_shown() -> None:
    silent = {f"{name}.{key}" for name, model in models().items() for key, _, text in described(model) if not text}
    assert silent == set()
    shown_anywhere = set().union(*(shown(page) for page in PAGES))
    assert set(models()) - shown_anywhere - _PARENTS == {"FileTable"}


def test_the_schema_knows_what_stands_behind_every_key() -> None:
    document = json.dumps(json_schema())
    assert {field.alias or name for name, field in FileTable.model_fields.items()} == {*KNOWN, "like"}
    properties = [table["properties"] for table in json_schema()["$defs"].values() if "properties" in table]
    vague = {key for each in properties for key, value in each.items() if set(value) <= {"description"}}
    assert vague == set()
    assert '"examples"' not in document


def test_editors_find_no_fault_in_the_example_the_templates_and_the_examples_of_pages(tmp_path: Path) -> None:
    for file in FILES:
        text = file.read_text(encoding="utf-8")
        (tmp_path / file.name).write_text(f"#:schema ./{SCHEMA.name}\n{text}", encoding="utf-8")
    found = lint(tmp_path)
    assert (found.returncode, found.stderr) == (0, "")


def test_editors_find_what_is_wrong(tmp_path: Path) -> None:
    for n, text in enumerate(WRONG):
        folder = tmp_path / str(n)
        folder.mkdir()
        (folder / "config.toml").write_text(f"#:schema ./{SCHEMA.name}\n{text}\n", encoding="utf-8")
        assert lint(folder).returncode == 1, text
