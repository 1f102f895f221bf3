"""What waits in the ledger: fetched a batch at a time, whenever the crawl has nothing else to do."""

from collections.abc import Callable, Iterator

from scrapy import Request, signals
from scrapy.exceptions import DontCloseSpider

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.extensions.receivers import connect
from espreso_crawler.looks import is_look
from espreso_crawler.spiders.articles import Articles
from espreso_crawler.spiders.crawl import Crawl
from espreso_crawler.spiders.rechecks import Rechecks

BATCH = 100
"""Leases taken at once of each host: the queue stays that short however much waits, and no host waits for another."""


class Backlog:
    """Takes up pending entries, from earlier runs or from lists that this one read, and looks that are due again.

    Each entry is tried once a run: what fails is the next run's.
    """

    def __init__(self, crawl: Crawl, articles: Articles) -> None:
        self._crawl = crawl
        self._articles = articles
        self._rechecks = Rechecks(crawl)
        connect(crawl.crawler, (self.spider_idle, signals.spider_idle))

    def looks(self) -> list[Request]:
        """Return what is due to be looked at again as the run begins; what it asks for itself is the next run's."""
        return self._guarded(lambda: list(self._rechecks.requests()))

    def spider_idle(self) -> None:
        """Ask for the next batch; raises `DontCloseSpider` while there is one."""
        if is_look(self._crawl.crawler):  # it asks for what it was told to look at
            return
        requests = self._guarded(self._next)
        engine = self._crawl.crawler.engine
        if not requests or engine is None:
            return
        for request in requests:
            engine.crawl(request)
        raise DontCloseSpider

    def _guarded(self, step: Callable[[], list[Request]]) -> list[Request]:
        if self._crawl.keeper.failed:
            return []
        try:
            return step()
        except LedgerError as error:
            self._crawl.keeper.fail(error)
            return []

    def _next(self) -> list[Request]:
        return [request for host in sorted(self._crawl.hosts) for request in self._of(host)]

    def _of(self, host: str) -> Iterator[Request]:
        left, arguments = self._crawl.left, self._crawl.arguments
        leases = self._crawl.ledger.entries.take(
            [host],
            since=arguments.since,
            until=arguments.until,
            limit=BATCH if left is None else min(BATCH, left),
            untried=True,
        )
        yield from self._articles.requests(leases)
