"""What the site (mkdocs.yml) has beside docs/: pages and files of the top folder, with links that lead there."""

import re
from pathlib import Path
from posixpath import normpath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

CHECKOUT = Path(__file__).resolve().parents[1]
TOP = {
    "README.md": "overview.md",  # the site has a first page of its own
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "LICENSE": "LICENSE",
    "config.example.toml": "config.example.toml",
}
"""Files of the top folder, and what they are called on the site."""
LINK = re.compile(r"(?<=\]\()[^)#\s]+")


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Add the files of the top folder."""
    for name, there in TOP.items():
        files.append(File.generated(config, there, abs_src_path=str(CHECKOUT / name)))


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Let links lead to where the files of docs/ and of the top folder are on the site."""
    folder = "" if page.file.src_uri in TOP.values() else "docs/"

    def there(link: re.Match[str]) -> str:
        path = normpath(folder + link[0])
        return TOP.get(path, path.removeprefix("docs/") if path.startswith("docs/") else link[0])

    return LINK.sub(there, markdown)
