"""One host, one guest: a crawl leaves out the hosts that another run of its ledger asks, and says so."""

import logging
from typing import Any, Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.extensions.ledger import LedgerExtension
from espreso_crawler.extensions.receivers import connect

logger = logging.getLogger(__name__)

CLOSING_REASON = "hosts_taken"
STAT = "espreso/host/taken"


class GuestsExtension:
    """Takes the locks of a crawl's hosts before its first request: ``ESPRESO_HOST_LOCKS``.

    A crawl all of whose hosts are taken ends at once, with exit code 0: another run is at work on them.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._is_needless = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to the beginning of the crawl."""
        extension = cls(crawler)
        connect(
            crawler,
            (extension.spider_opened, signals.spider_opened),
            (extension.spider_idle, signals.spider_idle),
        )
        return extension

    def spider_opened(self, spider: Spider) -> None:
        """Leave out what another run has."""
        keeper = self.crawler.get_extension(LedgerExtension)
        if keeper is None or not getattr(spider, "is_live", True) or not self._is_on(keeper):
            return
        try:
            taken = keeper.ledger.guests.enter(getattr(spider, "hosts", ()))
        except LedgerError as error:
            keeper.fail(error)
            return
        if taken:
            self._leave_out(spider, taken)

    def spider_idle(self) -> None:
        """Say why the crawl ends that has had nothing to do."""
        if self._is_needless:
            raise CloseSpider(CLOSING_REASON)

    def _leave_out(self, spider: Any, taken: set[str]) -> None:
        self.crawler.stats.inc_value(STAT, len(taken))
        spider.leave_out(taken)
        names = ", ".join(sorted(taken))
        self._is_needless = not spider.hosts
        what = "nothing is left to do" if self._is_needless else "left out"
        logger.warning("Another run of this ledger asks %s now: %s", names, what)

    def _is_on(self, keeper: LedgerExtension) -> bool:
        """Whether locks are asked for; without a word, where crawls of several machines meet."""
        if self.crawler.settings.get("ESPRESO_HOST_LOCKS") in (None, ""):
            return keeper.ledger.is_on_a_server
        return self.crawler.settings.getbool("ESPRESO_HOST_LOCKS")
