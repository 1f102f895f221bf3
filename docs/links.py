"""MkDocs hook: pages that stand outside of `docs/` become pages of the site, with right links."""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parent.parent
OUTSIDE = {
    "index.md": "README.md",
    "record.md": "output/README.md",
    "contributing.md": "CONTRIBUTING.md",
    "changelog.md": "CHANGELOG.md",
}
"""Page of the site → file of the project."""
LINK = re.compile(r"\[([^\]]*)\]\((?!https?:|#|mailto:)([^)#]+)(#[^)]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that stand outside."""
    for page, source in OUTSIDE.items():
        text = linked((ROOT / source).read_text("utf-8"), source)
        files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, *, page: object, **_others: object) -> str:
    """Set the links of a page in `docs/` right."""
    path: str = page.file.src_uri  # type: ignore[attr-defined]
    return markdown if path in OUTSIDE else linked(markdown, f"docs/{path}")


def linked(text: str, source: str) -> str:
    """Return a page's text with links to pages of the site; what is no page, such as a program, is named instead.

    >>> linked("See [the ledger](docs/ledger.md#gaps) and [a file](Makefile).", "README.md")
    'See [the ledger](ledger.md#gaps) and `Makefile`.'
    """
    here = (ROOT / source).parent
    site = {ROOT / target: page for page, target in OUTSIDE.items()}
    depth = len(Path(source).parts) - 2 if source.startswith("docs/") else 0

    def replaced(found: re.Match[str]) -> str:
        target = (here / found[2]).resolve()
        inside = target.is_relative_to(ROOT / "docs")
        page = site.get(target) or (str(target.relative_to(ROOT / "docs")) if inside else "")
        if page.endswith((".md", ".png")):
            return f"[{found[1]}]({'../' * depth}{page}{found[3] or ''})"
        return f"`{target.relative_to(ROOT)}`"

    return LINK.sub(replaced, text)
