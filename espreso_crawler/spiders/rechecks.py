"""Known articles, looked at again where ``ESPRESO_RECHECK`` asks for it."""

from collections.abc import Iterator
from http import HTTPStatus

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from espreso_crawler.exceptions import PageError
from espreso_crawler.extensions.ledger import Capture
from espreso_crawler.items import Article
from espreso_crawler.ledger import Recheck
from espreso_crawler.pages import article
from espreso_crawler.spiders.captures import addresses, failed_request, reason
from espreso_crawler.spiders.crawl import Crawl

AT_MOST = 50
"""Looks one run takes; the rest is due in the next."""


class Rechecks:
    """Fetches articles that are due for another look."""

    def __init__(self, crawl: Crawl) -> None:
        self._crawl = crawl

    def requests(self) -> Iterator[Request]:
        """Ask for the articles that are due."""
        for recheck in self._crawl.ledger.rechecks.due(self._crawl.hosts, limit=AT_MOST):
            yield Request(recheck.url, self.parse, errback=self.failed, cb_kwargs={"recheck": recheck})

    def parse(self, response: Response, recheck: Recheck) -> Iterator[Article]:
        """Look at a known article again."""
        self._crawl.stats.inc_value("espreso/rechecks")
        if response.status != HTTPStatus.OK:
            return
        try:
            item = article(self._crawl.page(response))
        except PageError as error:
            self._crawl.failed(recheck.url, str(error))
            return
        self._crawl.keeper.note(item, Capture(None, addresses(response)))
        yield item

    def failed(self, failure: Failure) -> None:
        """Let a failed look be: the article is due again."""
        self._crawl.failed(failed_request(failure).url, reason(failure))
