"""How long the program takes to start, beside what it cannot do without.

    python bench/startup.py [--runs 15]

`--help` and `--version` stand beside a Typer program with the same commands and empty bodies (aim: within 1.5 x);
`validate` of the example beside importing typer, rich, pydantic, numpy and holidays (aim: within 1.5 x). Each pair runs
in turn, in processes of their own; figures are processor seconds, medians, and the median of the ratios of the pairs.
"""

import argparse
import ast
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from bench.figure import Figure, of

CHECKOUT = Path(__file__).parents[1]
CLI = CHECKOUT / "slabridge" / "cli"
LIBRARIES = "import typer, rich.console, rich.table, pydantic, numpy, holidays"


class Emptied(ast.NodeTransformer):
    """Leaves of a function its signature and docstring."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        """Empty a function."""
        node.body = [*(node.body[:1] if ast.get_docstring(node) else ()), ast.Pass()]
        return node


def twin(folder: Path) -> None:
    """Write a package `twin` with the commands of slabridge, whose bodies are empty."""
    package = folder / "twin"
    (package / "cli").mkdir(parents=True)
    for path in (CHECKOUT / "slabridge" / "exit.py", *CLI.glob("*.py")):
        if path.name == "progress.py":  # no command
            continue
        tree = ast.parse(path.read_text("utf-8").replace("slabridge", "twin"))
        target = package / (path.relative_to(CLI.parent) if path.parent == CLI else Path("exit.py"))
        target.write_text(ast.unparse(Emptied().visit(tree)), "utf-8")
    (package / "__init__.py").write_text("")
    (package / "__main__.py").write_text("from twin.cli.app import app\napp()\n")


def seconds(command: list[str], folder: Path) -> float:
    """Run a command; return the processor seconds that it took."""
    before = os.times()
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    after = os.times()
    if done.returncode:
        raise SystemExit(f"{command}: {done.stderr.decode()}")
    return after.children_user + after.children_system - before.children_user - before.children_system


def compare(
    ours: tuple[str, list[str]], theirs: tuple[str, list[str]], folders: tuple[Path, Path], runs: int
) -> Figure:
    """Run two commands in turn, after one round that does not count; print and return how they stand to each other."""
    (name, command), (beside, other) = ours, theirs
    pairs = [(seconds(command, folders[0]), seconds(other, folders[1])) for _ in range(runs + 1)][1:]
    mine, least = (median(column) for column in zip(*pairs, strict=True))
    ratio = median(one / two for one, two in pairs)
    return Figure(f"`slabridge {name}`", f"{of(mine)} s", f"{beside}: {of(least)} s", of(ratio)).shown()


def main(arguments: Sequence[str] | None = None) -> list[Figure]:
    """Measure, print, and return the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args(arguments).runs
    python, figures = sys.executable, []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        twin(folder)
        for option in ("--help", "--version"):
            ours, theirs = ([python, "-m", module, option] for module in ("slabridge", "twin"))
            empty = ("the same commands with nothing in them", theirs)
            figures.append(compare((option, ours), empty, (CHECKOUT, folder), runs))
        validate = [python, "-m", "slabridge", "validate", "--config", "config.example.toml"]
        libraries = ("importing the libraries that it needs", [python, "-c", LIBRARIES])
        return [*figures, compare(("validate", validate), libraries, (CHECKOUT, folder), runs)]


if __name__ == "__main__":
    main()
