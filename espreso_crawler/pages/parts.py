"""The parts of an article page that every selector is scoped to: a page-wide one would hit cards and feed too."""

from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from espreso_crawler.pages.inline import line_of
from espreso_crawler.pages.jsonld import NewsArticle
from espreso_crawler.pages.page import Page

WRAPPER = "[data-news_id]"
HEADER = "section.header_current_article"
CONTENT = "section.content_current_article"


@dataclass(slots=True)
class Parts:
    """An article page, taken apart; a part whose markup is gone is None."""

    page: Page
    jsonld: NewsArticle
    wrapper: LexborNode
    """What holds the article, tags and cards; the whole page when the site's number is gone."""
    header: LexborNode | None
    content: LexborNode | None

    @classmethod
    def of(cls, page: Page) -> "Parts":
        """Return the parts of a page."""
        wrapper = page.tree.css_first(WRAPPER) or page.root
        jsonld = page.jsonld or NewsArticle()
        return cls(page, jsonld, wrapper, wrapper.css_first(HEADER), wrapper.css_first(CONTENT))

    def in_header(self, css: str) -> LexborNode | None:
        """Return the first match inside the header."""
        return self.header.css_first(css) if self.header is not None else None

    def in_content(self, css: str) -> LexborNode | None:
        """Return the first match inside the content."""
        return self.content.css_first(css) if self.content is not None else None

    def link(self, node: LexborNode) -> tuple[str, str | None]:
        """Return a link's text and absolute address."""
        return line_of(node) or "", self.page.absolute(node.attributes.get("href"))


def line(node: LexborNode | None) -> str | None:
    """Return a node's text as one line; None for no node and for no text."""
    return line_of(node) if node is not None else None
