"""The keys of the file in pages and for editors, as they are described in the code."""

import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path

from connectors.tool import TomlTable
from slabridge.config.schema import described, json_schema
from tests.places import CHECKOUT

SCHEMA = CHECKOUT / "docs" / "config.schema.json"
_NAMES = ("configuration", "reports", "privacy", "web", "foresight", "fleet")
PAGES = tuple(CHECKOUT / "docs" / f"{name}.md" for name in _NAMES)
_KEYS = re.compile(r"(<!-- (own )?keys: ([\w ]+) -->\n).*?(<!-- end of keys -->)", re.DOTALL)
_PARTS = re.compile(r"(.*?)(?:\s*Default: (.*?))?\.?")


def models() -> dict[str, type[TomlTable]]:
    """Return all tables of the file by name."""
    return {model.__name__: model for model in _below(TomlTable)}


def schema_text() -> str:
    """Return the schema as it is kept."""
    return f"{json.dumps(json_schema(), indent=1, ensure_ascii=False)}\n"


def with_keys(page: Path) -> str:
    """Return a page with its tables of keys as the code has them."""
    known = models()

    def table(found: re.Match[str]) -> str:
        rows = _rows([known[name] for name in found[3].split()], own=found[2] is not None)
        return found[1] + "\n".join(["| key | meaning | default |", "|---|---|---|", *rows]) + "\n" + found[4]

    return _KEYS.sub(table, page.read_text(encoding="utf-8"))


def shown(page: Path) -> set[str]:
    """Return the tables whose keys a page shows."""
    return {name for found in _KEYS.finditer(page.read_text(encoding="utf-8")) for name in found[3].split()}


def _rows(tables: list[type[TomlTable]], *, own: bool) -> Iterator[str]:
    meanings: dict[str, list[str]] = {}
    defaults: dict[str, str] = {}
    for table in tables:
        for key, field, text in described(table):
            if own and not any(
                key in (name, table.model_fields[name].alias) for name in inspect.get_annotations(table)
            ):
                continue
            found = _PARTS.fullmatch(text)
            assert found, text
            meanings.setdefault(key, [])
            if found[1].removesuffix(".") not in meanings[key]:
                meanings[key].append(found[1].removesuffix("."))
            defaults.setdefault(key, found[2] or ("required" if field.is_required() else "none"))
    for key, texts in meanings.items():
        yield f"| `{key}` | {'; '.join(texts)} | {defaults[key]} |"


def _below(model: type[TomlTable]) -> Iterator[type[TomlTable]]:
    for each in model.__subclasses__():
        yield each
        yield from _below(each)
