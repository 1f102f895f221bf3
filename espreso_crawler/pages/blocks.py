"""The blocks of an article's body in page order: the walk through its markup. What a block says is judged elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from espreso_crawler.items import BlockType
from espreso_crawler.pages import media
from espreso_crawler.pages.inline import MEDIA, Run, RunLink, is_media, line_of
from espreso_crawler.pages.page import Page

HEADINGS = {"h1": 2, "h2": 2, "h3": 3, "h4": 4, "h5": 4, "h6": 4}
CONTAINERS = frozenset({
    "div", "section", "article", "main", "center", "noindex", "details", "summary", "header", "footer", "aside",
    "tbody", "thead", "tfoot", "dl", "dd", "dt", "address", "li",
})  # fmt: skip
# Children of the body that are page furniture: table of contents, advertising, sharing, cards.
FURNITURE = (
    "news-content-list",
    "banner",
    "social-links",
    "news-social-share",
    "similar_by_tag",
    "fb-comments",
    "soc-link",
)
# A wholly bold paragraph longer than this is emphasis, not a subhead.
LONGEST_HEADING = 200
DEEPEST_BLOCK = 100


@dataclass(slots=True)
class RawBlock:
    """A block as the markup has it."""

    type: BlockType
    text: str | None = None
    level: int | None = None
    items: list[str] = field(default_factory=list)
    links: list[RunLink] = field(default_factory=list)
    url: str | None = None
    caption: str | None = None
    alt: str | None = None
    provider: str | None = None


def raw_blocks(container: LexborNode, page: Page) -> list[RawBlock]:
    """Return the blocks below a container, in page order."""
    return list(_Walk(page).children(container))


class _Walk:
    """One walk through one body; inline nodes that lie between blocks are gathered into paragraphs of their own."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._depth = 0

    def children(self, container: LexborNode) -> Iterator[RawBlock]:
        if self._depth >= DEEPEST_BLOCK:  # deeper than any newsroom nests, and Python's stack is finite
            text = line_of(container)
            yield from [RawBlock("paragraph", text=text)] if text else []
            return
        self._depth += 1
        yield from self._inside(container)
        self._depth -= 1

    def _inside(self, container: LexborNode) -> Iterator[RawBlock]:
        run = self._run()
        child = container.first_child
        while child is not None:
            if self._is_inline(child):
                run.add(child)
            else:
                if run.length or run.media:  # as a rule there is only white space between two blocks
                    yield from self._paragraphs(run)
                    run = self._run()
                yield from self._block(child)
            child = child.next
        yield from self._paragraphs(run)

    def _is_inline(self, node: LexborNode) -> bool:
        return node.tag not in BLOCKS and node.tag not in CONTAINERS and not is_media(node)

    def _block(self, node: LexborNode) -> Iterator[RawBlock]:
        tag = node.tag or ""
        attributes = node.attributes
        embed = media.embed(tag, attributes, node)
        if embed:
            yield self._embed(embed, node)
        elif tag == "p":
            yield from self._paragraph(node)
        elif tag in HEADINGS:
            yield from self._heading(node, HEADINGS[tag])
        elif tag in ("ul", "ol", "table"):
            yield from self._list(node, "tr" if tag == "table" else "li")
        elif tag == "blockquote":
            yield from self._quote(node)
        elif tag in MEDIA:
            yield from self._media(node)
        elif tag in CONTAINERS and not _is_furniture(attributes.get("class")):
            yield from self.children(node)

    def _paragraph(self, node: LexborNode) -> Iterator[RawBlock]:
        run = self._run()
        run.add(node)
        yield from self._paragraphs(run)

    def _paragraphs(self, run: Run) -> Iterator[RawBlock]:
        text = run.text()
        if text:
            bold = run.is_wholly_bold() and len(text) <= LONGEST_HEADING and "\n" not in text
            yield RawBlock("heading" if bold else "paragraph", text=text, links=run.links)
        for node in run.media:
            yield from self._media(node)

    def _heading(self, node: LexborNode, level: int) -> Iterator[RawBlock]:
        run = self._run()
        run.add(node)
        if run.text():
            yield RawBlock("heading", text=run.text(), level=level, links=run.links)
        for inner in run.media:
            yield from self._media(inner)

    def _list(self, node: LexborNode, row: str) -> Iterator[RawBlock]:
        items: list[str] = []
        links: list[RunLink] = []
        inside: list[LexborNode] = []
        start = 0
        for item in node.css(row):
            run = self._run()
            self._add_item(run, item)
            text = run.text().replace("\n", " ")
            inside += run.media
            if text:
                links += [RunLink(link.url, link.start + start, link.end + start) for link in run.links]
                items.append(text)
                start += len(text) + 1
        if items:
            yield RawBlock("list", text="\n".join(items), items=items, links=links)
        for inner in inside:
            yield from self._media(inner)

    def _add_item(self, run: Run, item: LexborNode) -> None:
        """Add a list item without the lists nested in it, whose items follow as items of their own."""
        child = item.first_child
        while child is not None:
            if child.tag not in ("ul", "ol", "table"):
                run.add(child)
            else:
                run.owes_space = True
            child = child.next

    def _quote(self, node: LexborNode) -> Iterator[RawBlock]:
        inner = list(self.children(node))
        lines = [block for block in inner if block.text]
        if lines:
            links, start = [], 0
            for line in lines:
                links += [RunLink(link.url, link.start + start, link.end + start) for link in line.links]
                start += len(line.text or "") + 1
            yield RawBlock("quote", text="\n".join(line.text or "" for line in lines), links=links)
        yield from (block for block in inner if not block.text)

    def _embed(self, embed: media.Embed, node: LexborNode) -> RawBlock:
        text = line_of(node) if embed.type == "embed" else None
        url = self.page.absolute(embed.url)
        return RawBlock(embed.type, url=url, text=text, provider=embed.provider)

    def _media(self, node: LexborNode) -> Iterator[RawBlock]:
        embed = media.embed(node.tag or "", node.attributes, node)
        if embed:
            yield self._embed(embed, node)
            return
        image = node if node.tag == "img" else node.css_first("img")
        url = self.page.absolute(media.image_address(image)) if image else None
        if image and url:
            caption = node.css_first("figcaption") if node.tag == "figure" else None
            alt = image.attributes.get("alt") or image.attributes.get("title")
            yield RawBlock(
                "image",
                url=media.without_cache_buster(url),
                alt=alt,
                caption=line_of(caption) if caption else None,
            )
        elif node.tag == "figure":
            yield from self.children(node)

    def _run(self) -> Run:
        return Run(self.page.absolute, decode_emails=self.page.decode_emails)


BLOCKS = frozenset({*HEADINGS, "p", "ul", "ol", "table", "blockquote"})


def _is_furniture(classes: str | None) -> bool:
    return bool(classes) and any(word in classes for word in FURNITURE)  # type: ignore[operator]  # bool() has ruled out None
