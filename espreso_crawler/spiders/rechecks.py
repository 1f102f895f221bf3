"""Known articles, looked at again where ``ESPRESO_RECHECK`` asks for it: whether they are there and the same."""

from collections.abc import AsyncIterator, Iterator
from http import HTTPStatus

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from espreso_crawler.extensions.captures import Capture, attach
from espreso_crawler.items import Article
from espreso_crawler.ledger import Recheck
from espreso_crawler.reading import Asked, Reading, read
from espreso_crawler.spiders.captures import addresses, failed_request, reason, refusal
from espreso_crawler.spiders.crawl import Crawl
from espreso_crawler.spiders.sightings import first_sighting

AT_MOST = 50
"""Looks one run takes; the rest is due in the next."""


class Rechecks:
    """Fetches articles that are due for another look.

    A refusal (404, 410, a redirect to the home page) is told to the ledger only once another article of the host was
    read in this run. If none was, one known article is asked for. A site that refuses everything has removed nothing.
    """

    def __init__(self, crawl: Crawl) -> None:
        self._crawl = crawl
        self._refused: list[tuple[Recheck, str]] = []
        self._witnesses: set[str] = set()
        """Hosts of which a known article was asked for because of a refusal."""

    def requests(self) -> Iterator[Request]:
        """Ask for the articles that are due."""
        left = self._crawl.left
        limit = AT_MOST if left is None else min(AT_MOST, left)
        yield from map(self._request, self._crawl.ledger.rechecks.due(self._crawl.hosts, limit=limit))

    async def parse(self, response: Response, recheck: Recheck) -> AsyncIterator[Article | Request]:
        """Look at a known article again."""
        self._crawl.stats.inc_value("espreso/rechecks")
        if why := refusal(response):
            self._crawl.stats.inc_value("espreso/rechecks/refused")
            self._refused.append((recheck, why))
            for request in self._witness(recheck):
                yield request
        elif response.status == HTTPStatus.OK:
            asked = Asked(self._crawl.served(response), first_sighting(recheck), recheck.label)
            reading = await self._crawl.read_apart(response.body, asked) or read(response.body, asked)
            urls = addresses(response, reading.other_addresses)
            await self._crawl.keeping.read(response, reading, urls)
            for item in self._results(reading, urls, recheck):
                yield item
        else:
            self._missed(recheck, f"HTTP {response.status}")
        self._tell_refusals()

    def failed(self, failure: Failure) -> None:
        """Let a failed look be: it comes again later, until the article is old."""
        self._missed(failed_request(failure).cb_kwargs["recheck"], reason(failure))

    def _request(self, recheck: Recheck) -> Request:
        return Request(
            recheck.url, self.parse, errback=self.failed, cb_kwargs={"recheck": recheck}, meta=self._crawl.keeping.meta
        )

    def _results(self, reading: Reading, urls: tuple[str, ...], recheck: Recheck) -> Iterator[Article]:
        if reading.article is not None:
            self._crawl.answered(recheck.url)
            capture = Capture(None, urls, recheck=recheck.id, digests=reading.digests, prepared=reading.prepared)
            yield attach(reading.article, capture)
        elif reading.is_no_article:
            self._crawl.failed(recheck.url, str(reading.error))
            self._crawl.ledger.rechecks.checked(recheck.id)
        else:
            self._missed(recheck, str(reading.error))
        reading.report_bug()

    def _missed(self, recheck: Recheck, why: str) -> None:
        self._crawl.failed(recheck.url, why)
        self._crawl.ledger.rechecks.missed(recheck.id)

    def _witness(self, recheck: Recheck) -> Iterator[Request]:
        """Ask for an article that should be there, once a run and host, unless one was read."""
        if recheck.host in self._witnesses or self._crawl.has_answer_besides(recheck.url):
            return
        self._witnesses.add(recheck.host)
        if other := self._crawl.ledger.rechecks.other(recheck.host, than=recheck.id):
            yield self._request(other)

    def _tell_refusals(self) -> None:
        told = [each for each in self._refused if self._crawl.has_answer_besides(each[0].url)]
        for recheck, why in told:
            self._refused.remove((recheck, why))
            self._crawl.ledger.rechecks.refused(recheck.id, why)
