"""The spider of ``/rss``: the cheapest poll, one request beside robots.txt while nothing is new."""

from collections.abc import AsyncIterator, Iterable
from typing import Any, Self

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response

from espreso_crawler.pages.lists import rss
from espreso_crawler.spiders.arguments import CrawlArguments
from espreso_crawler.spiders.articles import Articles
from espreso_crawler.spiders.backlog import Backlog
from espreso_crawler.spiders.crawl import Crawl
from espreso_crawler.spiders.lists import Lists
from espreso_crawler.spiders.starts import Starts

PATH = "/rss"


class RssSpider(Spider):
    """Fetches what the RSS feed of an edition names.

    Arguments: ``start`` (address of an RSS feed), ``edition``, ``since``, ``until``, ``limit``: see `CrawlArguments`.
    """

    name = "rss"
    arguments_type = CrawlArguments

    def __init__(self, crawler: Crawler, given: dict[str, Any]) -> None:
        super().__init__()
        self._set_crawler(crawler)
        self.arguments = self.arguments_type.parse(given)
        self.given = {name: value for name, value in given.items() if name != "_job"}
        self.hosts = self.arguments.hosts
        self.crawl = Crawl(crawler, self.arguments, self.logger)
        self.lists = Lists(self.crawl)
        self.articles = Articles(self.crawl)
        self.backlog = Backlog(self.crawl, self.articles)
        self.starts = Starts(self.crawl, self.parse_rss)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *_args: Any, **given: Any) -> Self:
        """Make the spider for a crawl; raises `ArgumentError` for an argument that it cannot understand."""
        return cls(crawler, given)

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the feeds; what they name is taken from the ledger, with what earlier runs left."""
        for request in (*self.starts.requests(self.arguments.starts(PATH)), *self.backlog.looks()):
            yield request

    def parse_rss(self, response: Response) -> Iterable[Request]:
        """Note what an RSS feed names. Raises `PageError`."""
        found = rss(response.body, response.url)
        self.lists.note(found, response.url)
        if found.is_whole:
            self.starts.versions.keep(response)
        return ()

    def closed(self, _reason: str) -> None:
        """Put what the parts counted into the stats."""
        self.articles.closed()
