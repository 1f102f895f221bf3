"""Two spiders to compare with: one that only downloads, and the one a user would write in an afternoon."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import scrapy
from itemloaders.processors import Identity, Join, MapCompose, TakeFirst
from scrapy.http import Response
from scrapy.loader import ItemLoader


class BareSpider(scrapy.Spider):
    """Downloads pages and does nothing with them."""

    name = "bare"

    def __init__(self, urls: list[str]) -> None:
        super().__init__()
        self.urls = urls
        self.hosts = {urls[0].split("/")[2]}

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """Ask for every page."""
        for url in self.urls:
            yield scrapy.Request(url)

    def parse(self, response: Response) -> None:
        """Let the page go."""


@dataclass
class PlainArticle:
    """Fifteen fields."""

    url: str | None = None
    canonical: str | None = None
    headline: str | None = None
    lead: str | None = None
    body: str | None = None
    author: str | None = None
    author_url: str | None = None
    date: str | None = None
    time: str | None = None
    label: str | None = None
    rubric: str | None = None
    image: str | None = None
    caption: str | None = None
    tags: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


class PlainLoader(ItemLoader):
    """Strips everything, takes the first of most."""

    default_item_class = PlainArticle
    default_input_processor = MapCompose(str.strip)
    default_output_processor = TakeFirst()
    body_out = Join("\n\n")
    tags_out = links_out = Identity()


class PlainSpider(scrapy.Spider):
    """Does the same job as ours, as a user would write it: archive pages, articles, and the feed on each of them."""

    name = "plain"

    def __init__(self, start: str, pages: int) -> None:
        super().__init__()
        self.first, self.pages = start, pages

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """Ask for the archive pages."""
        for number in range(1, self.pages + 1):
            yield scrapy.Request(f"{self.first}?page={number}", self.parse_archive, priority=-10)

    def parse_archive(self, response: Any) -> Iterator[Any]:
        """Follow what an archive page lists."""
        yield from response.follow_all(css="#js-news-list-container div.title > a", callback=self.parse)

    def parse(self, response: Any) -> Iterator[Any]:
        """Yield the article's fifteen fields, by CSS on the whole response, and follow the feed on its page."""
        loader = PlainLoader(response=response)
        loader.add_value("url", response.url)
        for name, css in FIELDS.items():
            loader.add_css(name, css)
        yield loader.load_item()
        yield from response.follow_all(css=".news-tape-item_link", callback=self.parse)


FIELDS = {
    "canonical": "link[rel=canonical]::attr(href)",
    "headline": "h1.text-title::text",
    "lead": "h2.text-subtitle::text",
    "body": ".news-content p ::text",
    "author": ".news__author_date__author a::text",
    "author_url": ".news__author_date__author a::attr(href)",
    "date": ".news__author_date__date::text",
    "time": ".news__author_date__time::text",
    "label": ".header_current_article .mark .item::text",
    "rubric": ".in_news_single__image__rubric::text",
    "image": ".in_news_single__image img::attr(data-src)",
    "caption": ".img-text p ::text",
    "tags": ".tags-cloud a::text",
    "links": ".news-content a::attr(href)",
}
