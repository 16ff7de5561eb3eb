"""Arrows that import-linter cannot see, because sync.py is a module and no package."""

import ast

from tests.places import CHECKOUT


def test_the_job_knows_neither_the_command_line_nor_the_sandbox() -> None:
    tree = ast.parse((CHECKOUT / "sync.py").read_text("utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}

    assert "sla_engine" in imported
    assert not {
        name for name in imported if name.startswith(("slabridge.cli", "slabridge_sandbox", "slabridge.app.demo"))
    }
