"""The parts of an article's body as the newsroom wrote them, before any markup."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

RunStyle = Literal["", "bold", "italic", "link", "mail"]
BlockType = Literal["paragraph", "heading", "list", "quote", "image", "video", "embed", "promo", "note"]


class Run(NamedTuple):
    """A stretch of text in one style; `href` is an absolute URL or a path on the site (`/slug`)."""

    text: str
    style: RunStyle = ""
    href: str = ""


Runs = tuple[Run, ...]


def runs_text(runs: Runs) -> str:
    """Return the visible text of runs."""
    return "".join(run.text for run in runs)


@dataclass(frozen=True, slots=True)
class Block:
    """One part of a body.

    `promo` and `note` stand in the body's markup but are no part of its text: a crawler drops the first
    and keeps the second apart. `level` is a heading's (2, 3) and None for a paragraph that is wholly bold.
    The runs of an embed are the words of the post it shows.
    """

    type: BlockType
    runs: Runs = ()
    items: tuple[Runs, ...] = ()
    level: int | None = None
    url: str = ""
    alt: str = ""
    provider: str = ""

    @property
    def text(self) -> str:
        """The block's text: the items of a list stand on lines of their own; images and videos have none."""
        return "\n".join(runs_text(item) for item in self.items) if self.items else runs_text(self.runs)


def paragraph(text: str) -> Block:
    """Return a paragraph of plain text."""
    return Block("paragraph", (Run(text),))
