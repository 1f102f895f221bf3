"""What the spiders share that fetch pages: the way a crawl begins, article pages."""

from collections.abc import AsyncIterator
from typing import ClassVar

from scrapy import Request
from scrapy.http import Response

from espreso_crawler.items import Article
from espreso_crawler.ledger import Lease
from espreso_crawler.spiders.arguments import CrawlArguments
from espreso_crawler.spiders.articles import Articles
from espreso_crawler.spiders.backlog import Backlog
from espreso_crawler.spiders.base import BaseSpider
from espreso_crawler.spiders.feeds import Feeds
from espreso_crawler.spiders.starts import Parse, Starts


class EspresoSpider(BaseSpider):
    """Base of the spiders that fetch pages: a subclass names its `path` and reads its sources.

    `parse_article` gets every article page, so your own subclass can see each article there.
    """

    arguments_type: ClassVar[type[CrawlArguments]] = CrawlArguments
    arguments: CrawlArguments

    def begin_with(self, parse: Parse, feeds: Feeds | None = None) -> None:
        """Make the parts that every spider has: `parse` reads the start pages, `feeds` the feeds on article pages."""
        self.articles = Articles(self.crawl, self.parse_article, feeds)
        self.backlog = Backlog(self.crawl, self.articles)
        self.starts = Starts(self.crawl, parse)

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
