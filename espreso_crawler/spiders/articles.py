"""Article pages: requested for leased entries, read, and given to the pipelines or back to the ledger."""

import math
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import timedelta
from http import HTTPStatus

from scrapy import Request
from scrapy.http import Response
from scrapy.utils.python import to_unicode
from twisted.python.failure import Failure

from espreso_crawler import identity
from espreso_crawler.drops import CrawlEnds, HostUnavailable
from espreso_crawler.exceptions import PageError
from espreso_crawler.extensions.captures import Capture, attach
from espreso_crawler.items import Article
from espreso_crawler.ledger import Lease
from espreso_crawler.pages import Page, article, other_addresses
from espreso_crawler.pages.opt_outs import opt_outs
from espreso_crawler.processors import instants
from espreso_crawler.reading import Asked, Reading, read
from espreso_crawler.spiders.captures import addresses, failed_request, reason, refusal
from espreso_crawler.spiders.crawl import Crawl
from espreso_crawler.spiders.feeds import Feeds
from espreso_crawler.spiders.sightings import first_sighting
from espreso_crawler.spiders.sources import Sources

FUTURE = timedelta(minutes=10)
"""How far ahead of our clock an article may be dated: clocks differ, and an embargo is not ours to break."""
Parse = Callable[..., AsyncIterator[Request | Article]]


class Articles:
    """Fetches leased entries; every lease ends as an article, as an end in the ledger, or as a failed attempt.

    `parse` is the spider's callback, which gives a response back to `Articles.parse`. With `feeds`, the feed on each
    article page leads on; without, links come from elsewhere only.
    """

    def __init__(self, crawl: Crawl, parse: Parse, feeds: Feeds | None = None) -> None:
        self._crawl = crawl
        self._parse = parse
        self._feeds = feeds
        self._sources = Sources()

    def requests(self, leases: Iterable[Lease]) -> Iterator[Request]:
        """Ask for the pages of leased entries."""
        for lease in leases:
            if self._crawl.left is not None:
                self._crawl.left -= 1
            if lease.why == "look":
                self._crawl.stats.inc_value("espreso/looks")
            yield Request(
                lease.url, self._parse, errback=self.failed, cb_kwargs={"lease": lease}, meta=self._crawl.keeping.meta
            )

    async def parse(self, response: Response, lease: Lease | None) -> AsyncIterator[Request | Article]:
        """Read an article page: the article, and the feed for what was published meanwhile.

        Raises `PageError` for a page that no lease led to.
        """
        if lease is None:
            for item in self.on_start_page(self._crawl.page(response), response):
                await self._crawl.keeping.item(response, item)
                yield item
        elif why := refusal(response):
            self._gone(lease, why)
        elif response.status == HTTPStatus.OK:
            reading = await self._read(response, lease)
            urls = addresses(response, reading.other_addresses)
            await self._crawl.keeping.read(response, reading, urls)
            for result in self._results(reading, response, lease, urls):
                yield result
        else:
            self._attempt_failed(lease.url, f"HTTP {response.status}")

    def failed(self, failure: Failure) -> None:
        """Give an entry back whose page gave no response; its attempt counts unless the whole host refuses.

        What is not sent because the crawl ends stays leased: the end of the run gives it back, due at once.
        """
        lease: Lease = failed_request(failure).cb_kwargs["lease"]
        refusal = failure.value
        if isinstance(refusal, CrawlEnds):
            return
        if isinstance(refusal, HostUnavailable):
            self._crawl.stats.inc_value("espreso/put_off")
            wait = timedelta(seconds=math.ceil(refusal.retry_after))
            self._crawl.ledger.entries.put_off(lease.url, str(refusal), retry_after=wait)
        else:
            self._attempt_failed(lease.url, reason(failure))

    def on_start_page(self, page: Page, response: Response) -> Iterator[Article]:
        """Read a start page that is itself an article."""
        url = identity.canonical_url(response.url)
        host = identity.host_of(url)
        lease = self._crawl.ledger.entries.see_page(
            url, host=host, edition=identity.edition_of(url), seen_at=page.fetched_at
        )
        if lease is None:
            self._crawl.keeping.known(response, None, opt_outs(page), [url])
            return
        try:
            item = article(page, first_sighting(lease), lease.label)
        except PageError as error:
            self._attempt_failed(url, str(error))
            self._crawl.keeping.known(response, None, opt_outs(page), [url])
            return
        urls = addresses(response, other_addresses(page))
        items = list(self._emitted(item, response, url, Capture(url, urls)))
        if not items:
            self._crawl.keeping.known(response, item, item.opt_outs, urls)
        yield from items

    def closed(self) -> None:
        """Put the counts of sources into the stats."""
        self._sources.tell(self._crawl.stats)

    async def _read(self, response: Response, lease: Lease) -> Reading:
        asked = Asked(self._crawl.served(response), first_sighting(lease), lease.label)
        if self._feeds is not None:
            asked.wants_feed, asked.last_words = True, self._feeds.last_words(response.url)
        apart = await self._crawl.read_apart(response.body, asked)
        # From here on the page can be the end of this process; in the other one it was no danger to this.
        self._crawl.ledger.entries.handling(lease.url)
        return apart or read(response.body, asked)

    def _results(
        self, reading: Reading, response: Response, lease: Lease, urls: tuple[str, ...]
    ) -> Iterator[Request | Article]:
        if reading.article is not None:
            capture = Capture(lease.url, urls, digests=reading.digests, prepared=reading.prepared)
            yield from self._emitted(reading.article, response, lease.url, capture)
        elif reading.is_no_article:
            self._crawl.failed(lease.url, str(reading.error))
            self._no_article(lease, str(reading.error))
        else:
            self._attempt_failed(lease.url, str(reading.error))
        if reading.feed is not None and self._feeds is not None:
            yield from self.requests(self._feeds.follow_again(reading.feed, response.url))
        reading.report_bug()

    def _gone(self, lease: Lease, why: str) -> None:
        self._crawl.ledger.entries.settle(lease.url, "gone", why)
        if lease.why != "look":  # then it is known
            self._crawl.failed(lease.url, why)
        if lease.article:
            self._crawl.ledger.rechecks.ask(lease.article)

    def _emitted(self, item: Article, response: Response, entry_url: str, capture: Capture) -> Iterator[Article]:
        self._crawl.answered(entry_url)
        published = item.date_published
        if ahead := _seconds_ahead(item, response.headers.get("Date")):
            self._crawl.stats.inc_value("espreso/held_until_published")
            wait = timedelta(seconds=math.ceil(ahead))
            self._crawl.ledger.entries.put_off(entry_url, f"to be published at {published}", retry_after=wait)
        elif published is None or self._crawl.arguments.covers(published):
            self._sources.count(item)
            yield attach(item, capture)
        else:
            self._crawl.stats.inc_value("espreso/out_of_span")
            self._crawl.ledger.entries.set_aside(entry_url, published)

    def _no_article(self, lease: Lease, why: str) -> None:
        """End an entry; what has a headline is an article, other addresses in lists are pages of all kinds."""
        if lease.feed or lease.headline:
            self._crawl.keeper.gate.no_article(lease.url, why)
        else:
            self._crawl.ledger.entries.settle(lease.url, "not_article", why)

    def _attempt_failed(self, url: str, reason: str) -> None:
        self._crawl.failed(url, reason)
        self._crawl.ledger.entries.attempt_failed(url, reason)


def _seconds_ahead(item: Article, site_time: bytes | None) -> float:
    """Return the seconds until an article's time of publication, 0 when it is past or nearly so.

    By our clock and by the site's (its ``Date`` header): the one that is further on, for either may have been set back.
    """
    published, fetched = item.date_published, item.fetched_at
    if published is None or fetched is None or published - fetched <= FUTURE:
        return 0.0
    now = max(fetched, instants.instant(to_unicode(site_time or b"", "latin-1")) or fetched)
    return max((published - now).total_seconds(), 0.0) if published - now > FUTURE else 0.0
