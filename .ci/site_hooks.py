"""MkDocs hooks: the pages that stand above docs/, and the links between them and the repository."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
ABOVE = {
    "README.md": "index.md",
    "CHANGELOG.md": "changes.md",
    "CONTRIBUTING.md": "contributing.md",
}
"""A file of the repository → the page that it is."""
LINK = re.compile(r"(?<=\]\()(?P<path>[^)#\s:]+)(?=[)#])")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """All pages: those of docs/ and those above."""
    for name, page in ABOVE.items():
        files.append(File.generated(config, page, content=(ROOT / name).read_text("utf-8")))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """The page with its links turned to pages, and to the repository for everything else."""
    folder = "" if page.file.src_uri in ABOVE.values() else "docs"

    def turned(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(folder, match["path"]))
        if target in ABOVE:
            return ABOVE[target]
        if target.startswith("docs/"):
            return target.removeprefix("docs/")
        return f"{config.repo_url}/blob/main/{target}" if (ROOT / target).exists() else match[0]

    return LINK.sub(turned, markdown)
