"""A ledger that fails in a callback ends the crawl: Scrapy itself would log a traceback and go on to the next page."""

from collections.abc import Iterable
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.http import Response

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.extensions.ledger import LedgerExtension, keeper_of


class LedgerErrorsMiddleware:
    """Spider middleware: turns a `LedgerError` into the end of the crawl, with exit code 4."""

    def __init__(self, keeper: LedgerExtension) -> None:
        self.keeper = keeper

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take the crawl's ledger."""
        return cls(keeper_of(crawler))

    def process_spider_exception(self, response: Response, exception: Exception) -> Iterable[Any] | None:
        """End the crawl on a ledger error, and swallow what follows from it."""
        if not isinstance(exception, LedgerError):
            return None
        self.keeper.fail(exception)
        return []
