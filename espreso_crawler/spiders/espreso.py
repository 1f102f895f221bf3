"""What the spiders share: typed arguments, the hosts of the crawl, its first requests, article pages."""

from collections.abc import AsyncIterator
from typing import Any, ClassVar, Self

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response

from espreso_crawler.items import Article
from espreso_crawler.ledger import Lease
from espreso_crawler.spiders.arguments import CrawlArguments
from espreso_crawler.spiders.articles import Articles
from espreso_crawler.spiders.backlog import Backlog
from espreso_crawler.spiders.crawl import Crawl
from espreso_crawler.spiders.feeds import Feeds
from espreso_crawler.spiders.starts import Parse, Starts


class EspresoSpider(Spider):
    """Base of the spiders: a subclass names its `path` and reads its sources.

    `parse_article` gets every article page, so your own subclass can see each article there.
    """

    arguments_type: ClassVar[type[CrawlArguments]] = CrawlArguments
    path: ClassVar[str]
    """Path of the page or list that a crawl of an edition begins with."""

    def __init__(self, crawler: Crawler, given: dict[str, Any]) -> None:
        super().__init__()
        self.crawler, self.settings = crawler, crawler.settings  # Scrapy sets them too, after this
        self.arguments = self.arguments_type.parse(given)
        self.given = {name: value for name, value in given.items() if name != "_job"}
        self.hosts = self.arguments.hosts
        self.crawl = Crawl(crawler, self.arguments, self.logger)

    def begin_with(self, parse: Parse, feeds: Feeds | None = None) -> None:
        """Make the parts that every spider has: `parse` reads the start pages, `feeds` the feeds on article pages."""
        self.articles = Articles(self.crawl, self.parse_article, feeds)
        self.backlog = Backlog(self.crawl, self.articles)
        self.starts = Starts(self.crawl, parse)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *_args: Any, **given: Any) -> Self:
        """Make the spider for a crawl. Raises `ArgumentError` for a wrong or unknown argument."""
        return super().from_crawler(crawler, crawler, given)

    async def start(self) -> AsyncIterator[Request]:
        """Request the start pages first, then what earlier runs left."""
        for request in (*self.starts.requests(self.arguments.starts(self.path)), *self.backlog.looks()):
            yield request

    async def parse_article(self, response: Response, lease: Lease | None = None) -> AsyncIterator[Request | Article]:
        """Yield the article of a page, and requests for what its feed leads to.

        `lease` is the feed entry that led to the page; None for a page that you ask for by hand: then a page that
        cannot be used raises `PageError`.

        @demo_page newest
        @returns items 1 1
        @scrapes headline date_published article_body edition entity_id
        """
        async for result in self.articles.parse(response, lease):
            yield result

    def closed(self, _reason: str) -> None:
        """Put what the parts counted into the stats."""
        self.articles.closed()
