"""The spider of the "Read also" feed: start pages, feed entries, and the archive as far down as is asked for."""

from collections.abc import AsyncIterator, Iterator
from http import HTTPStatus
from typing import Any, Self

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from espreso_crawler.exceptions import LedgerError, PageError
from espreso_crawler.items import Article
from espreso_crawler.pages import Feed, feed, is_article
from espreso_crawler.spiders.archive import Archive
from espreso_crawler.spiders.arguments import ReadAlsoArguments
from espreso_crawler.spiders.articles import Articles
from espreso_crawler.spiders.browsing import Browsing
from espreso_crawler.spiders.captures import failed_request, reason
from espreso_crawler.spiders.crawl import Crawl
from espreso_crawler.spiders.feeds import Feeds
from espreso_crawler.spiders.rechecks import Rechecks

START_PRIORITY = 10
"""Start pages come before what earlier runs left: their feed is what a poll is for."""


class ReadAlsoSpider(Spider):
    """Follows the "Read also" feed of an edition, or of any page of the site.

    Arguments: ``start``, ``edition``, ``since``, ``until``, ``limit``, ``browser`` (see `ReadAlsoArguments`).
    """

    name = "read_also"
    arguments_type = ReadAlsoArguments

    def __init__(self, crawler: Crawler, given: dict[str, Any]) -> None:
        super().__init__()
        self._set_crawler(crawler)
        self.arguments = self.arguments_type.parse(given)
        self.given = {name: value for name, value in given.items() if name != "_job"}
        self.hosts = self.arguments.hosts
        self.crawl = Crawl(crawler, self.arguments, self.logger)
        self.feeds = Feeds(self.crawl)
        self.articles = Articles(self.crawl, self.feeds)
        self.archive = Archive(self.crawl, self.feeds, self.articles)
        self.browsing = Browsing(self.crawl, self.feeds, self.articles, self.archive)
        self.rechecks = Rechecks(self.crawl)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *_args: Any, **given: Any) -> Self:
        """Make the spider for a crawl; raises `ArgumentError` for an argument that it cannot understand."""
        return cls(crawler, given)

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the start pages, what earlier runs left, and what is due to be looked at again."""
        for url in self.arguments.starts:
            yield Request(url, self.parse_start, errback=self.start_failed, priority=START_PRIORITY)
        try:
            requests = [*self.articles.left_over(), *self.rechecks.requests()]
        except LedgerError as error:
            self.crawl.keeper.fail(error)
            return
        for request in requests:
            yield request

    def parse_start(self, response: Response) -> Iterator[Request | Article]:
        """Read a start page: the article on it, if it is one, its feed, and the archive if more is wanted."""
        if response.status != HTTPStatus.OK:
            self.crawl.unreadable(response.url, f"HTTP {response.status}")
            return
        try:
            page = self.crawl.page(response)
            in_browser = self.browsing.wants(page)
            found = Feed() if in_browser else feed(page)
        except PageError as error:
            self.crawl.unreadable(response.url, str(error))
            return
        if is_article(page):
            yield from self.articles.on_start_page(page, response)
        if in_browser:
            yield from self.browsing.requests(page)
            return
        yield from self.articles.requests(self.feeds.follow(found, page))
        yield from self.browsing.older(found, page)

    def start_failed(self, failure: Failure) -> None:
        """Record a start page that gave no response."""
        self.crawl.unreadable(failed_request(failure).url, reason(failure))

    def closed(self, _reason: str) -> None:
        """Put what the parts counted into the stats."""
        self.articles.closed()
