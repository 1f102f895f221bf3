"""A small site of each edition, and its pages as parsed trees, without a server."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from espreso_crawler.demo_site.edition import Language
from espreso_crawler.demo_site.responses import Request, Response
from tests.site import Site, SiteOptions
from tests.site.pages import Pages

HOST = "127.0.0.1:8000"
BASE = f"http://{HOST}"


@dataclass
class Browser:
    """Looks at a site without a network."""

    site: Site
    pages: Pages = field(init=False)

    def __post_init__(self) -> None:
        self.pages = Pages(self.site)

    def get(self, target: str) -> Response:
        return self.pages.response(Request("GET", target.removeprefix(BASE), HOST))

    def tree(self, target: str) -> LexborHTMLParser:
        return LexborHTMLParser(self.get(target).body)

    def article(self, number: int) -> LexborHTMLParser:
        return self.tree(f"/{self.site.brief(number).slug}")

    def tape(self, target: str = "/") -> list[tuple[str, str, str]]:
        """Return the feed's entries as (time, label, headline)."""
        rows = self.tree(target).css("#js-newsTapeGlobalContainer .news-tape-item")
        return [(text(row, ".main_time"), text(row, ".mark-block"), text(row, ".ttx")) for row in rows]


def text(node: LexborHTMLParser | LexborNode, selector: str) -> str:
    """Return the text of the first match, white space folded; empty when there is none."""
    found = node.css_first(selector)
    return " ".join(found.text().split()) if found else ""


def only(node: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    """Return the first match, which must be there."""
    found = node.css_first(selector)
    assert found is not None, selector
    return found


@pytest.fixture(params=["en", "uk"])
def language(request: pytest.FixtureRequest) -> Language:
    value: Language = request.param
    return value


@pytest.fixture
def browse() -> Callable[..., Browser]:
    """Return a function that opens a site made from option fields."""
    return lambda **fields: Browser(Site(SiteOptions(**fields)))
