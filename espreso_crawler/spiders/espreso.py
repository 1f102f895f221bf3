"""What the spiders share: typed arguments, the hosts of the crawl, the way it begins, article pages."""

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

    Every article page comes to `parse_article`, so a subclass of yours can look at what is read there.
    """

    arguments_type: ClassVar[type[CrawlArguments]] = CrawlArguments
    path: ClassVar[str]
    """Where an edition has what the crawl begins with."""

    def __init__(self, crawler: Crawler, given: dict[str, Any]) -> None:
        super().__init__()
        self.crawler, self.settings = crawler, crawler.settings  # Scrapy sets them too, after this
        self.arguments = self.arguments_type.parse(given)
        self.given = {name: value for name, value in given.items() if name != "_job"}
        self.hosts = self.arguments.hosts
        self.crawl = Crawl(crawler, self.arguments, self.logger)

    def begin_with(self, parse: Parse, feeds: Feeds | None = None) -> None:
        """Make the parts that every spider has: `parse` reads its sources, `feeds` those of article pages."""
        self.articles = Articles(self.crawl, self.parse_article, feeds)
        self.backlog = Backlog(self.crawl, self.articles)
        self.starts = Starts(self.crawl, parse)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *_args: Any, **given: Any) -> Self:
        """Make the spider for a crawl; raises `ArgumentError` for an argument that it cannot understand."""
        return super().from_crawler(crawler, crawler, given)

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the sources; what earlier runs left comes after what is new."""
        for request in (*self.starts.requests(self.arguments.starts(self.path)), *self.backlog.looks()):
            yield request

    async def parse_article(self, response: Response, lease: Lease | None = None) -> AsyncIterator[Request | Article]:
        """Read an article page: the article, and what its feed leads to. Raises `PageError` without a lease.

        `lease` is the feed entry that led to it; None for a page that you ask for by hand.

        @demo_page newest
        @returns items 1 1
        @scrapes headline date_published article_body edition entity_id
        """
        async for result in self.articles.parse(response, lease):
            yield result

    def closed(self, _reason: str) -> None:
        """Put what the parts counted into the stats."""
        self.articles.closed()
