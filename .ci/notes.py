"""Print the release notes of a version: its section of CHANGELOG.md, without the heading.

It fails where the version is not the package's, or has no section with a date.
"""

import re
import sys
import tomllib
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]


def main(version: str) -> str:
    """Return the notes."""
    packaged = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    if version != packaged:
        raise SystemExit(f"the tag says {version}, pyproject.toml {packaged}")
    changelog = (CHECKOUT / "CHANGELOG.md").read_text("utf-8")
    heading = rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d\n"
    found = re.search(rf"{heading}(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    if not found or not found[1].strip():
        raise SystemExit(f"CHANGELOG.md has no section '## [{version}] - YYYY-MM-DD'")
    return found[1].strip()


if __name__ == "__main__":
    print(main(sys.argv[1]))
