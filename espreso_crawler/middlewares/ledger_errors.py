"""What Scrapy itself would only log: a ledger that fails in a callback, and a spider that fails as it starts."""

from collections.abc import AsyncIterator, Iterable
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.http import Response

from espreso_crawler.exceptions import ExitCode, LedgerError
from espreso_crawler.extensions.ledger import LedgerExtension, keeper_of
from espreso_crawler.extensions.signals import EXIT_CODE_STAT


class LedgerErrorsMiddleware:
    """Spider middleware: a `LedgerError` ends the crawl with exit code 4, any other error of `start` with 3."""

    def __init__(self, keeper: LedgerExtension) -> None:
        self.keeper = keeper

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take the crawl's ledger."""
        return cls(keeper_of(crawler))

    async def process_start(self, start: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Pass on what a spider starts with; Scrapy logs an error of its, and ends the crawl with exit code 0."""
        try:
            async for each in start:
                yield each
        except LedgerError as error:
            self.keeper.fail(error)
        except Exception:
            self.keeper.stats.max_value(EXIT_CODE_STAT, int(ExitCode.SOURCE))
            raise

    def process_spider_exception(self, response: Response, exception: Exception) -> Iterable[Any] | None:
        """End the crawl on a ledger error, and swallow what follows from it."""
        if not isinstance(exception, LedgerError):
            return None
        self.keeper.fail(exception)
        return []
