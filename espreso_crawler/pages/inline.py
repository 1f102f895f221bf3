"""A run of inline nodes as one line of text with its links: no space is added or lost around inline tags."""

from collections.abc import Callable
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from espreso_crawler.processors.text import clean, email, without_hidden_emails

BOLD = frozenset({"strong", "b"})
SKIPPED = frozenset(
    {"script", "style", "noscript", "template", "svg", "button", "form", "-comment", "select", "textarea"}
)
# Elements that a browser sets on lines of their own: in one line of text, a space keeps them apart.
BREAKING = frozenset({"p", "div", "section", "blockquote", "ul", "ol", "li", "table", "tr", "td", "th", "dt", "dd"})
DEEPEST_INLINE = 100


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
    pieces: list[str] = field(default_factory=list)
    links: list[RunLink] = field(default_factory=list)
    media: list[LexborNode] = field(default_factory=list)
    length: int = 0
    bold: int = 0
    owes_space: bool = False

    def add(self, node: LexborNode, *, bold: bool = False, depth: int = 0) -> None:
        """Append a node with all that is in it; images and embeds inside are put aside in `media`."""
        tag = node.tag
        if tag == "-text":
            self.add_text(node.text_content or "", bold=bold)
        elif tag == "br":
            self.break_line()
        elif is_media(node):
            self.media.append(node)
        elif tag not in SKIPPED:
            self.owes_space |= tag in BREAKING
            self._add_element(node, tag, bold=bold or tag in BOLD, depth=depth)
            self.owes_space |= tag in BREAKING

    def add_text(self, text: str, *, bold: bool = False) -> None:
        """Append a text node's content."""
        piece = clean(text)
        if piece and "[email" in piece:  # here, for whatever is replaced later is not where the links say
            piece = without_hidden_emails(piece)
        if not piece:
            self.owes_space = self.owes_space or any(map(str.isspace, text))
            return
        if self.length and (self.owes_space or text[0].isspace()):
            self._put(" ")
        self._put(piece)
        self.bold += len(piece) if bold else 0
        self.owes_space = text[-1].isspace()

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

    def _put(self, piece: str) -> None:
        # A piece that follows a line break carries no space of its own: add_text would have put one.
        if piece == " " and self.pieces[-1] == "\n":
            return
        self.pieces.append(piece)
        self.length += len(piece)

    def _add_element(self, node: LexborNode, tag: str | None, *, bold: bool, depth: int) -> None:
        if tag == "a" or "data-cfemail" in node.attributes:
            self._add_anchor(node, bold=bold, depth=depth)
        else:
            self._add_children(node, bold=bold, depth=depth)

    def _add_anchor(self, node: LexborNode, *, bold: bool, depth: int) -> None:
        attributes = node.attributes
        hidden = attributes.get("data-cfemail")
        if hidden:
            self.add_text((self.decode_emails and email(hidden)) or "[email]", bold=bold)
            return
        start, piece = self.length, len(self.pieces)
        self._add_children(node, bold=bold, depth=depth)
        url = self.address(attributes.get("href"))
        if url and "/cdn-cgi/" not in url:
            self._close_link(url, start, "".join(self.pieces[piece:]))

    def _add_children(self, node: LexborNode, *, bold: bool, depth: int) -> None:
        if depth > DEEPEST_INLINE:  # deeper than any newsroom nests, and Python's stack is finite
            self.add_text(node.text() or "", bold=bold)
            return
        child = node.first_child
        while child is not None:
            self.add(child, bold=bold, depth=depth + 1)
            child = child.next

    def _close_link(self, url: str, start: int, text: str) -> None:
        """Record the link; spaces and line breaks at its borders stand outside it."""
        start += len(text) - len(text.lstrip())
        end = start + len(text.strip())
        if start < end:
            self.links.append(RunLink(url, start, end))


MEDIA = frozenset({"img", "picture", "iframe", "video", "audio", "embed", "object", "figure"})


def is_media(node: LexborNode) -> bool:
    """Return whether a node shows something else than text; Telegram's posts are scripts."""
    tag = node.tag
    return tag in MEDIA or (tag == "script" and "data-telegram-post" in node.attributes)


def line_of(node: LexborNode) -> str | None:
    """Return a node's text as one line, without scripts; None if there is none."""
    only = node.first_child
    if only is not None and only.tag == "-text" and only.next is None:
        return clean(only.text_content)
    run = Run(lambda _href: None)
    run.add(node)
    return run.text().replace("\n", " ") or None
