"""A run of inline nodes as one line of text with its links: no space is added or lost around inline tags."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from espreso_crawler.pages.text.elements import BLOCK, BREAK, HIDDEN, INLINE, RAISED, REPLACED, TEXT, display
from espreso_crawler.processors.text import INVISIBLE, clean, email, without_hidden_emails

BOLD = frozenset({"strong", "b"})
DEEPEST_INLINE = 100
CLOSING = frozenset(",.;:!?)]»”…")
NUMBER = re.compile(r"[0-9+\-−]+")
CHARACTERS = {
    "sup": str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻"),
    "sub": str.maketrans("0123456789+-−", "₀₁₂₃₄₅₆₇₈₉₊₋₋"),
}
"""For a number beside a number; any other raised text is clear as it stands: `м2`, `1st`."""


@dataclass(slots=True)
class RunLink:
    """A link inside a run."""

    url: str
    start: int
    end: int


@dataclass(slots=True)
class Run:
    """Inline text under construction; white space between pieces is folded as a browser folds it."""

    address: Callable[[str | None], str | None]
    decode_emails: bool = False
    keeps_lines: bool = False
    """Whether a block inside begins a line of its own; otherwise a space keeps it apart."""
    pieces: list[str] = field(default_factory=list)
    links: list[RunLink] = field(default_factory=list)
    media: list[LexborNode] = field(default_factory=list)
    length: int = 0
    bold: int = 0
    owes_space: bool = False
    owes_gap: bool = False
    """Whether a space is due unless a mark follows that closes a sentence or bracket."""
    raised: str | None = None
    """Tag of the raised or lowered text that has just ended."""

    def add(self, node: LexborNode, *, bold: bool = False, depth: int = 0) -> None:
        """Append a node with all that is in it; images and embeds inside are put aside in `media`."""
        shown = display(node)
        if shown is TEXT:
            self.add_text(node.text_content or "", bold=bold)
        elif shown is INLINE:
            self._add_inline(node, bold=bold, depth=depth)
        elif shown is BREAK:
            self.break_line()
        elif shown is BLOCK:
            self._end_block()
            self._add_block(node, bold=bold, depth=depth)
            self._end_block()
        elif shown is RAISED:
            self._add_raised(node, bold=bold, depth=depth)
        elif shown is not HIDDEN:
            self.owes_gap = True
            if shown is REPLACED:
                self.media.append(node)
            else:
                self.add_children(node, bold=bold, depth=depth)
                self.owes_gap = True

    def add_children(self, node: LexborNode, *, bold: bool = False, depth: int = 0) -> None:
        """Append what is in a node, whether the node itself is shown or not."""
        if depth > DEEPEST_INLINE:  # deeper than any newsroom nests, and Python's stack is finite
            self.add_text(node.text() or "", bold=bold)
            return
        child = node.first_child
        while child is not None:
            self.add(child, bold=bold, depth=depth + 1)
            child = child.next

    def add_text(self, text: str, *, bold: bool = False) -> None:
        """Append a text node's content."""
        if text.isspace():
            self.owes_space = True
            return
        piece = clean(text)
        if not piece:
            self.owes_space = self.owes_space or any(map(str.isspace, text))
            return
        if "[email" in piece:  # here, for whatever is replaced later is not where the links say
            piece = without_hidden_emails(piece)
        if self.length:
            self._separate(text, piece)
        self._put(piece)
        self.bold += len(piece) if bold else 0
        self.owes_space = text[-1].isspace() or (text[-1] != piece[-1] and _shown(text)[-1].isspace())
        self.owes_gap = False

    def break_line(self) -> None:
        """Append a line break; white space around it goes."""
        if self.length and self.pieces[-1] != "\n":
            self._put("\n")
        self.owes_space = False

    def text(self) -> str:
        """Return the text so far."""
        return "".join(self.pieces).rstrip("\n")

    def is_wholly_bold(self) -> bool:
        """Return whether every letter stands in a bold element."""
        return self.bold > 0 and self.bold >= sum(len(piece) for piece in self.pieces if not piece.isspace())

    def _separate(self, text: str, piece: str) -> None:
        """Append the space that stands before a piece, if one does; text starts with what shows nothing, perhaps."""
        has_space = text[0].isspace() or (text[0] != piece[0] and _shown(text)[0].isspace())
        if self.owes_space or has_space or (self.owes_gap and piece[0] not in CLOSING):
            self._put(" ")
        elif self.raised and piece[0].isdigit() and NUMBER.fullmatch(self.pieces[-1]):
            self.pieces[-1] = self.pieces[-1].translate(CHARACTERS[self.raised])
        self.raised = None

    def _put(self, piece: str) -> None:
        # A piece that follows a line break carries no space of its own: add_text would have put one.
        if piece == " " and self.pieces[-1] == "\n":
            return
        self.pieces.append(piece)
        self.length += len(piece)

    def _end_block(self) -> None:
        if self.keeps_lines:
            self.break_line()
        else:
            self.owes_space = True

    def _add_inline(self, node: LexborNode, *, bold: bool, depth: int) -> None:
        tag, attributes = node.tag, node.attributes
        if tag == "a" or "data-cfemail" in attributes:
            self._add_anchor(node, bold=bold, depth=depth)
        elif tag == "q":
            self.add_text('"', bold=bold)
            self.add_children(node, bold=bold, depth=depth)
            self._put('"')
        else:
            self.add_children(node, bold=bold or tag in BOLD, depth=depth)

    def _add_block(self, node: LexborNode, *, bold: bool, depth: int) -> None:
        if node.tag != "pre":
            self.add_children(node, bold=bold, depth=depth)
            return
        for line in (node.text() or "").split("\n"):
            self.add_text(line, bold=bold)
            self.break_line()

    def _add_raised(self, node: LexborNode, *, bold: bool, depth: int) -> None:
        """Append raised or lowered text: a number beside a number in characters of its own, so that they stay two."""
        first, tag = len(self.pieces), node.tag or ""
        follows_digit = not self.owes_space and self.length > 0 and self.pieces[-1][-1].isdigit()
        self.add_children(node, bold=bold, depth=depth)
        added = self.pieces[first:]
        if follows_digit and len(added) == 1 and NUMBER.fullmatch(added[0]):
            self.pieces[first] = added[0].translate(CHARACTERS[tag])
        else:
            self.raised = tag if added else None

    def _add_anchor(self, node: LexborNode, *, bold: bool, depth: int) -> None:
        attributes = node.attributes
        hidden = attributes.get("data-cfemail")
        if hidden:
            self.add_text((self.decode_emails and email(hidden)) or "[email]", bold=bold)
            return
        start, piece = self.length, len(self.pieces)
        self.add_children(node, bold=bold, depth=depth)
        url = self.address(attributes.get("href"))
        if url and "/cdn-cgi/" not in url:
            self._close_link(url, start, "".join(self.pieces[piece:]))

    def _close_link(self, url: str, start: int, text: str) -> None:
        """Record the link; spaces and line breaks at its borders stand outside it."""
        start += len(text) - len(text.lstrip())
        end = start + len(text.strip())
        if start < end:
            self.links.append(RunLink(url, start, end))


def line_of(node: LexborNode) -> str | None:
    """Return a node's text as one line, without what is not shown; None if there is none."""
    only = node.first_child
    if only is not None and only.tag == "-text" and only.next is None:
        return clean(only.text_content)
    run = Run(lambda _href: None)
    run.add_children(node)
    return run.text().replace("\n", " ") or None


def lines_of(node: LexborNode) -> list[str]:
    """Return a node's text line by line, as it is shown."""
    run = Run(lambda _href: None, keeps_lines=True)
    run.add_children(node)
    return run.text().split("\n") if run.length else []


def _shown(text: str) -> str:
    return INVISIBLE.sub("", text)
