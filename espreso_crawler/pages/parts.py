"""The parts of an article page that every selector is scoped to: a page-wide one would hit cards and feed too."""

from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from espreso_crawler.loaders import same_headline
from espreso_crawler.pages import header_shape, structure
from espreso_crawler.pages.page import Page
from espreso_crawler.pages.structured import NewsArticle
from espreso_crawler.pages.text import line_of
from espreso_crawler.processors.text import value

WRAPPER = "[data-news_id]"
HEADER = "section.header_current_article"
CONTENT = "section.content_current_article"
HOLDS_ARTICLE = f"{HEADER}, {CONTENT}"
MOST_WRAPPERS = 50
# Inside the header.
HEADLINE = "h1"
MOST_HEADLINES = 20


@dataclass(slots=True)
class Parts:
    """An article page, taken apart; a part whose markup is gone is None."""

    page: Page
    jsonld: NewsArticle
    wrapper: LexborNode
    """What holds the article, tags and cards; the whole page when the site's number is gone."""
    header: LexborNode | None
    content: LexborNode | None
    h1: LexborNode | None
    """The headline: the header's, else the page's one that the metadata names, else its first."""
    shape: LexborNode | None = None
    """What stands around the headline where the header's markup is unknown: see `header_shape`."""

    @classmethod
    def of(cls, page: Page) -> "Parts":
        """Return the parts of a page."""
        wrapper = _wrapper(page)
        jsonld = page.jsonld or NewsArticle()
        header, content = wrapper.css_first(HEADER), wrapper.css_first(CONTENT)
        h1 = header.css_first(HEADLINE) if header is not None else None
        parts = cls(page, jsonld, wrapper, header, content, h1 or _headline(page, jsonld.headline))
        if header is None:
            body = content or next(iter(structure.densest_text(wrapper, jsonld.body)), None)
            parts.shape = header_shape.header_around(parts.h1, body)
        return parts

    def in_header(self, css: str) -> LexborNode | None:
        """Return the first match inside the header."""
        return self.header.css_first(css) if self.header is not None else None

    def in_content(self, css: str) -> LexborNode | None:
        """Return the first match inside the content."""
        return self.content.css_first(css) if self.content is not None else None

    def link(self, node: LexborNode) -> tuple[str, str | None]:
        """Return a link's text and absolute address."""
        return line_of(node) or "", self.page.absolute(node.attributes.get("href"))


def _headline(page: Page, named: str | None) -> LexborNode | None:
    """Return the h1 that the metadata names; the first one only where it names none: a logo may be an h1 too."""
    every = page.tree.css(HEADLINE)[:MOST_HEADLINES]
    known = [name for name in map(value, (named, page.meta.get("og:title"))) if name]
    if not known:
        return every[0] if every else None
    lines = [(h1, line_of(h1)) for h1 in every]
    return next((h1 for h1, its in lines if its and any(same_headline(its, name) for name in known)), None)


def _wrapper(page: Page) -> LexborNode:
    """Return the first numbered element around a header or a content: slides and cards bear numbers too."""
    first = page.tree.css_first(WRAPPER)
    if first is None or first.css_first(HOLDS_ARTICLE) is not None:
        return first or page.root
    others = page.tree.css(WRAPPER)[1:MOST_WRAPPERS]
    return next((other for other in others if other.css_first(HOLDS_ARTICLE) is not None), first)


def line(node: LexborNode | None) -> str | None:
    """Return a node's text as one line; None for no node and for no text."""
    return line_of(node) if node is not None else None
