"""Older pages of the list of news, ``/news?page=N``: asked for one after the other, as far as the walk has to go."""

from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import suppress
from datetime import datetime
from http import HTTPStatus

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from espreso_crawler import identity
from espreso_crawler.exceptions import LayoutError, PageError
from espreso_crawler.ledger import GapReason
from espreso_crawler.pages import Feed, Page
from espreso_crawler.pages.listing import Listing, listing
from espreso_crawler.reading import FeedReading, read_feed
from espreso_crawler.spiders.articles import Articles
from espreso_crawler.spiders.captures import GONE, failed_request, reason
from espreso_crawler.spiders.crawl import Crawl
from espreso_crawler.spiders.feeds import Feeds
from espreso_crawler.spiders.known import Known
from espreso_crawler.spiders.walk import Ask, Walk

# Archive pages wait until the articles of the page before are under way: the queue stays one page long.
PRIORITY = -10
# A page that is asked for once more waits for all that is in the queue: a cache may be right again by then.
LATER = -1_000
NO_COPY = {"Cache-Control": "no-cache"}


class OlderPages:
    """Walks down the archive below a feed; what a walk leaves out is a gap on record."""

    def __init__(self, crawl: Crawl, feeds: Feeds, articles: Articles) -> None:
        self._crawl = crawl
        self._feeds = feeds
        self._articles = articles
        self._last: dict[str, FeedReading] = {}
        """The feed on the page of each host that was read last: it is the same on page after page."""

    def known(self, found: Feed) -> Known:
        """Return which entries of a feed the ledger knows; to be asked before it sees them."""
        return self._crawl.ledger.entries.known([entry.url for entry in found.entries])

    def begin(self, found: Feed, page: Page, known: Known) -> Walk | None:
        """Note a start page's feed in the coverage; returns a walk when something below it is missing.

        `known` is what the ledger knew of it before it was seen.
        """
        return Walk.begin(
            self._crawl.ledger.coverage,
            found,
            page,
            since=self._crawl.arguments.since,
            page_limit=self._crawl.crawler.settings.getint("ESPRESO_LISTING_PAGES"),
            known_times=self._known_times,
            known=known,
        )

    def follow(self, walk: Walk, page: Page, known: Known) -> Iterator[Request]:
        """Go on below a feed: with the list on its own page if that is the archive's, else by asking for it."""
        with suppress(LayoutError):  # a start page need not have a list
            yield from self._start_on(listing(page), walk, page, known)
        yield from self._next(walk, walk.first_ask(self._crawl.left))

    async def parse(self, response: Response, walk: Walk) -> AsyncIterator[Request]:
        """Read a page of the archive, and go on to the next while the walk is not at its end."""
        try:
            found, tape = self._read(response)
        except PageError as error:
            self._crawl.failed(response.url, str(error))
            walk.give_up(GapReason.UNREADABLE, str(error))
            return
        if not any(entry.published_at for entry in found.entries):
            await self._crawl.all_read()  # the walk goes by the times of the articles above
        known = self._crawl.ledger.entries.known([entry.url for entry in found.entries])
        leases = self._feeds.see(found.entries, response.url, in_feed=False)
        for request in self._articles.requests(leases):
            yield request
        is_gone = response.status in GONE
        for request in self._next(walk, walk.read(found, self._crawl.left, tape, known=known, is_gone=is_gone)):
            yield request

    def failed(self, failure: Failure) -> None:
        """End a walk at a page that gave no response."""
        request = failed_request(failure)
        self._crawl.failed(request.url, reason(failure))
        request.cb_kwargs["walk"].give_up(GapReason.UNREADABLE, f"{request.url}: {reason(failure)}")

    def _start_on(self, found: Listing, walk: Walk, page: Page, known: Known) -> Iterator[Request]:
        feed = frozenset(walk.above.addresses)
        others = [entry.url for entry in found.entries if entry.url not in feed]
        known = {**known, **self._crawl.ledger.entries.known(others)}
        yield from self._articles.requests(self._feeds.see(found.entries, page.url, in_feed=False))
        walk.start_on(found, page.url, known)

    def _read(self, response: Response) -> tuple[Listing, Feed | None]:
        """Return the listing on a page, and its feed if there is one; raises `PageError`."""
        if response.status in GONE:
            return Listing(), None  # so an archive may look past its end
        if response.status != HTTPStatus.OK:
            raise LayoutError(f"{response.url}: HTTP {response.status}")
        page = self._crawl.page(response)
        return listing(page), self._feed(page)

    def _feed(self, page: Page) -> Feed | None:
        host = identity.host_of(page.url)
        last = self._last.get(host)
        reading = read_feed(page, last.words if last else None)
        if last is None or reading.words is None or reading.words != last.words:
            self._last[host] = reading
        return self._last[host].found

    def _known_times(self, urls: Collection[str]) -> list[datetime]:
        self._crawl.ledger.outbox.flush()  # articles that were read just now are to be known
        return [time for time in self._crawl.ledger.entries.known(urls).values() if time]

    def _next(self, walk: Walk, ask: Ask | None) -> Iterator[Request]:
        if ask:
            yield Request(
                ask.url,
                self.parse,
                errback=self.failed,
                cb_kwargs={"walk": walk},
                priority=LATER if ask.is_again else PRIORITY,
                headers=NO_COPY if ask.is_again else None,
            )
