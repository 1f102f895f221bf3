"""The blocks of an article's body in page order: the walk through its markup. What a block says is judged elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from espreso_crawler.items import BlockType
from espreso_crawler.pages import media
from espreso_crawler.pages.page import Page
from espreso_crawler.pages.text.elements import (
    BLOCK,
    BREAK,
    HEADINGS,
    HIDDEN,
    HOLDS_BLOCK,
    LINE,
    LISTS,
    REPLACED,
    TEXT,
    Display,
    display,
)
from espreso_crawler.pages.text.furniture import is_caption, is_card, is_furniture
from espreso_crawler.pages.text.items import Items
from espreso_crawler.pages.text.run import Run, RunLink, line_of, lines_of
from espreso_crawler.processors.text import clean

# A wholly bold paragraph longer than this may be emphasis: its neighbours decide.
LONGEST_HEADING = 200
DEEPEST_BLOCK = 100
# A table in which no two cells stand side by side is a frame around blocks.
COLUMNS = "td + td, th + td, td + th, th + th"
# In a figure; the picture in a `picture` is its `img`.
SHOWN_IN_FIGURE = "img, iframe, video, audio, embed, object, oembed, blockquote, amp-img, lite-youtube, amp-youtube"


@dataclass(slots=True)
class RawBlock:
    """A block as the markup has it."""

    type: BlockType
    text: str | None = None
    level: int | None = None
    items: list[str] = field(default_factory=list)
    links: list[RunLink] = field(default_factory=list)
    """Of an image, the one that it leads to."""
    url: str | None = None
    caption: list[str] = field(default_factory=list)
    """The lines under it."""
    alt: str | None = None
    provider: str | None = None
    is_bold: bool = False
    """Whether a paragraph is bold from its first letter to its last."""
    line_of: "RawBlock | None" = None
    """The block that it is one line of, when that says several things."""


def raw_blocks(pieces: Iterable[LexborNode | list[LexborNode]], page: Page) -> list[RawBlock]:
    """Return the blocks of pieces of a body, in page order: containers, and nodes that stand outside of any."""
    walk = _Walk(page)
    for piece in pieces:
        if isinstance(piece, list):
            walk.nodes(piece)
        else:
            walk.children(piece)
    return walk.blocks


class _Walk:
    """One walk through one body; inline nodes that lie between blocks are gathered into paragraphs of their own."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.blocks: list[RawBlock] = []
        self._depth = 0

    def children(self, container: LexborNode) -> None:
        if self._depth >= DEEPEST_BLOCK:  # deeper than any newsroom nests, and Python's stack is finite
            self._text("paragraph", clean(container.text()))
            return
        self._depth += 1
        run = self._run()
        child = container.first_child
        while child is not None:
            run = self._node(child, run)
            child = child.next
        self._paragraph(run)
        self._depth -= 1

    def nodes(self, nodes: Iterable[LexborNode]) -> None:
        run = self._run()
        for node in nodes:
            run = self._node(node, run)
        self._paragraph(run)

    def _node(self, node: LexborNode, run: Run) -> Run:
        """Take a node; return the run that the next one may go on with."""
        shown = display(node)
        if shown is HIDDEN:
            return run
        if shown in LINE and not _holds_block(node, shown):
            run.add(node)
            return run
        if run.length or run.media:  # as a rule there is only white space between two blocks
            self._paragraph(run)
            run = self._run()
        self._block(node, shown)
        return run

    def _block(self, node: LexborNode, shown: Display) -> None:
        tag, attributes = node.tag or "", node.attributes
        classes = attributes.get("class")
        if shown is REPLACED:
            self._replaced(node)
        elif tag != "p" and (embed := media.embed(tag, attributes, node)):
            self._embed(embed, node)
        elif classes and is_furniture(classes):
            return
        elif classes and is_caption(classes) and self._awaits_caption(node):
            self.blocks[-1].caption = lines_of(node)
        else:
            self._text_block(node, tag)

    def _text_block(self, node: LexborNode, tag: str) -> None:
        if tag == "p":
            self._paragraph(self._filled(node))
        elif tag in HEADINGS:
            self._heading(node, HEADINGS[tag])
        elif tag == "pre":
            run = self._run()
            run.add(node)
            self._paragraph(run)
        elif tag == "blockquote":
            self._quote(node)
        elif tag in LISTS or (tag == "table" and node.css_first(COLUMNS) is not None):
            self._list(node)
        elif not is_card(node):
            self._container(node)

    def _filled(self, node: LexborNode) -> Run:
        run = self._run()
        run.add_children(node)
        return run

    def _paragraph(self, run: Run) -> None:
        text = run.text()
        if text:
            is_bold = run.is_wholly_bold() and "\n" not in text
            kind: BlockType = "heading" if is_bold and len(text) <= LONGEST_HEADING else "paragraph"
            self.blocks.append(RawBlock(kind, text=text, links=run.links, is_bold=is_bold))
        self._media(run.media)

    def _heading(self, node: LexborNode, level: int) -> None:
        run = self._filled(node)
        if run.length:
            self.blocks.append(RawBlock("heading", text=run.text(), level=level, links=run.links))
        self._media(run.media)

    def _list(self, node: LexborNode) -> None:
        """Add a list, or a table row by row, with its caption before it."""
        found = Items(self._run)
        found.add(node)
        self._text("paragraph", found.caption)
        if found.items:
            self.blocks.append(RawBlock("list", text="\n".join(found.items), items=found.items, links=found.links))
        self._media(found.media)

    def _quote(self, node: LexborNode) -> None:
        inner = self._apart(node)
        lines = [block for block in inner if block.text and block.type not in ("embed", "video")]
        links, start = [], 0
        for line in lines:
            links += [RunLink(link.url, link.start + start, link.end + start) for link in line.links]
            start += len(line.text or "") + 1
        if lines:
            text = "\n".join(line.text or "" for line in lines)
            self.blocks.append(RawBlock("quote", text=text, links=links))
        self.blocks += [block for block in inner if block not in lines]

    def _container(self, node: LexborNode) -> None:
        first = len(self.blocks)
        self.children(node)
        url = self.page.absolute(node.attributes.get("href")) if node.tag == "a" else None
        for block in self.blocks[first:] if url else ():
            if not block.links:
                block.links.append(RunLink(url or "", 0, len(block.text or "")))

    def _apart(self, node: LexborNode) -> list[RawBlock]:
        """Return the blocks below a node, which are not those of the body yet."""
        outer, self.blocks = self.blocks, []
        self.children(node)
        inner, self.blocks = self.blocks, outer
        return inner

    def _media(self, nodes: Iterable[LexborNode]) -> None:
        for node in nodes:
            self._replaced(node)

    def _replaced(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if embed := media.embed(tag, node.attributes, node):
            self._embed(embed, node)
        elif tag == "figure":
            self._figure(node)
        elif picture := media.image(node, self.page):
            self.blocks.append(
                RawBlock(
                    "image",
                    url=picture.url,
                    alt=picture.alt,
                    links=[RunLink(picture.leads_to, 0, 0)] if picture.leads_to else [],
                )
            )

    def _figure(self, node: LexborNode) -> None:
        """Add a figure: what it shows, with the caption under each; its blocks when it holds text or other figures."""
        shown = node.css(SHOWN_IN_FIGURE)
        # A selector finds the element itself too.
        if not shown or any(inner.mem_id != node.mem_id for inner in node.css("figure, table")):
            self.children(node)
            return
        caption = node.css_first("figcaption")
        lines = lines_of(caption) if caption is not None else []
        first = len(self.blocks)
        for inner in shown:
            if display(inner) is REPLACED:
                self._replaced(inner)
            else:
                self._block(inner, BLOCK)
        for block in self.blocks[first:]:
            if block.type in ("image", "video"):
                block.caption = lines
        if lines and all(block.type not in ("image", "video") for block in self.blocks[first:]):
            self._text("paragraph", " ".join(lines))

    def _embed(self, embed: media.Embed, node: LexborNode) -> None:
        text = line_of(node) if embed.type == "embed" else None
        url = self.page.absolute(embed.url)
        self.blocks.append(RawBlock(embed.type, url=url, text=text, provider=embed.provider))

    def _awaits_caption(self, node: LexborNode) -> bool:
        """Return whether the block before a caption is a picture without one; not when it shows its own picture."""
        last = self.blocks[-1] if self.blocks else None
        is_open = last is not None and last.type in ("image", "video") and not last.caption
        return is_open and node.css_first(SHOWN_IN_FIGURE) is None

    def _text(self, kind: BlockType, text: str | None) -> None:
        if text:
            self.blocks.append(RawBlock(kind, text=text))

    def _run(self) -> Run:
        return Run(self.page.absolute, decode_emails=self.page.decode_emails)


def _holds_block(node: LexborNode, shown: Display) -> bool:
    """Return whether an inline element holds what stands on lines of its own."""
    if shown is TEXT or shown is BREAK:
        return False
    only = node.first_child
    if only is None or (only.tag == "-text" and only.next is None):
        return False
    return node.css_first(HOLDS_BLOCK) is not None
