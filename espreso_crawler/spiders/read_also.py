"""The spider of the "Read also" feed: start pages, feed entries, and the archive as far down as is asked for."""

from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Self

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from espreso_crawler import identity
from espreso_crawler.exceptions import (
    BrokenPage,
    ExitCode,
    FieldError,
    LayoutError,
    LedgerError,
    NotAnArticle,
    PageError,
)
from espreso_crawler.extensions.ledger import Capture, LedgerExtension, keeper_of
from espreso_crawler.extensions.signals import EXIT_CODE_STAT
from espreso_crawler.items import Article
from espreso_crawler.ledger import Lease, Recheck, Sighting
from espreso_crawler.pages import Feed, FeedEntry, Page, article, feed, is_article
from espreso_crawler.pages.listing import listing
from espreso_crawler.spiders.arguments import ReadAlsoArguments
from espreso_crawler.spiders.captures import addresses, captured, failed_request, reason
from espreso_crawler.spiders.seen import Seen
from espreso_crawler.spiders.sightings import first_sighting, sighting
from espreso_crawler.spiders.sources import Sources
from espreso_crawler.spiders.walk import Walk

GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
# Archive pages wait until the articles of the page before are under way: the queue stays one page long.
ARCHIVE_PRIORITY = -10
RECHECKS_A_RUN = 50


class ReadAlsoSpider(Spider):
    """Follows the "Read also" feed of an edition, or of any page of the site.

    Arguments: ``start``, ``edition``, ``since``, ``until``, ``limit`` (see `ReadAlsoArguments`).
    """

    name = "read_also"
    arguments_type = ReadAlsoArguments

    def __init__(self, arguments: ReadAlsoArguments) -> None:
        super().__init__()
        self.arguments = arguments
        self.given: dict[str, str] = {}
        self.hosts = arguments.hosts
        self.left = arguments.limit
        self._seen = Seen()
        self._sources = Sources()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *_args: Any, **given: Any) -> Self:
        """Make the spider for a crawl; raises `ArgumentError` for an argument that it cannot understand."""
        spider = cls(cls.arguments_type.parse(given))
        spider.given = {name: value for name, value in given.items() if name != "_job"}
        spider._set_crawler(crawler)
        return spider

    @property
    def keeper(self) -> LedgerExtension:
        """The extension that holds the ledger."""
        return keeper_of(self.crawler)

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the start pages, what earlier runs left, and what is due to be looked at again."""
        for url in self.arguments.starts:
            yield Request(url, self.parse_start, errback=self.start_failed, dont_filter=True, priority=10)
        try:
            requests = [*self._left_over(), *self._due_again()]
        except LedgerError as error:
            self.keeper.fail(error)
            return
        for request in requests:
            yield request

    def closed(self, _reason: str) -> None:
        """Put the counts of sources into the stats."""
        self._sources.tell(self.crawler.stats)

    def parse_start(self, response: Response) -> Iterator[Request | Article]:
        """Read a start page: the article on it, if it is one, its feed, and the archive if more is wanted."""
        if response.status != HTTPStatus.OK:
            self._start_unreadable(response.url, f"HTTP {response.status}")
            return
        try:
            page = self._page(response)
            found = feed(page)
        except PageError as error:
            self._start_unreadable(response.url, str(error).removeprefix(f"{response.url}: "))
            return
        if is_article(page):
            yield from self._start_article(page, response)
        yield from self._follow(found, page)
        yield from self._archive(found, page)

    def parse_article(self, response: Response, lease: Lease) -> Iterator[Request | Article]:
        """Read an article page: the article, and the feed for what was published meanwhile."""
        ledger = self.keeper.ledger
        ledger.entries.handling(lease.url)
        if response.status in GONE:
            ledger.entries.settle(lease.url, "gone", f"HTTP {response.status}")
            self._log_failure(lease.url, f"HTTP {response.status}")
        elif response.status != HTTPStatus.OK:
            self._attempt_failed(lease.url, f"HTTP {response.status}")
        else:
            yield from self._read(response, lease)

    def parse_recheck(self, response: Response, recheck: Recheck) -> Iterator[Request | Article]:
        """Look at a known article again."""
        self.crawler.stats.inc_value("espreso/rechecks")
        if response.status == HTTPStatus.OK:
            try:
                page = self._page(response)
                item = article(page)
            except PageError as error:
                self._log_failure(recheck.url, str(error))
                return
            self.keeper.note(item, Capture(None, addresses(response)))
            yield item

    def parse_listing(self, response: Response, walk: Walk) -> Iterator[Request | Article]:
        """Read a page of the archive, and go on to the next while the walk is not at its end."""
        try:
            if response.status != HTTPStatus.OK:
                raise LayoutError(f"{response.url}: HTTP {response.status}")
            found = listing(self._page(response))
        except PageError as error:
            self._log_failure(response.url, str(error))
            walk.give_up(str(error))
            return
        yield from self._leased(self._see(found.entries, response.url, walk.host, in_feed=False))
        yield from self._next_page(walk, walk.read(found, self.left))

    def start_failed(self, failure: Failure) -> None:
        """Record a start page that gave no response."""
        self._start_unreadable(failed_request(failure).url, reason(failure))

    def article_failed(self, failure: Failure) -> None:
        """Give an entry back whose page gave no response."""
        lease: Lease = failed_request(failure).cb_kwargs["lease"]
        self._attempt_failed(lease.url, reason(failure))

    def listing_failed(self, failure: Failure) -> None:
        """End a walk at a page that gave no response."""
        self._log_failure(failed_request(failure).url, reason(failure))
        failed_request(failure).cb_kwargs["walk"].give_up(reason(failure))

    def recheck_failed(self, failure: Failure) -> None:
        """Let a failed look be: the article is due again."""
        self._log_failure(failed_request(failure).url, reason(failure))

    def _read(self, response: Response, lease: Lease) -> Iterator[Request | Article]:
        page = None
        try:
            page = self._page(response)
            item = article(page, first_sighting(lease), lease.label)
        except NotAnArticle as error:
            self._log_failure(lease.url, str(error))
            self.keeper.ledger.entries.settle(lease.url, "not_article", str(error))
        except (BrokenPage, FieldError) as error:
            self._attempt_failed(lease.url, str(error))
        else:
            yield from self._emitted(item, lease.url, response)
        if page is not None:
            yield from self._follow_again(page)

    def _emitted(self, item: Article, entry_url: str, response: Response) -> Iterator[Article]:
        if self.arguments.covers(item.date_published):
            self._sources.count(item)
            self.keeper.note(item, Capture(entry_url, addresses(response)))
            yield item
        else:
            self.crawler.stats.inc_value("espreso/out_of_span")
            self.keeper.ledger.entries.settle(entry_url, "unchanged", "published outside since and until")

    def _start_article(self, page: Page, response: Response) -> Iterator[Article]:
        url = identity.canonical_url(response.url)
        host = identity.host_of(url)
        lease = self.keeper.ledger.entries.see_page(
            url, host=host, edition=identity.edition_of(url), seen_at=page.fetched_at
        )
        if lease is None:
            return
        try:
            item = article(page, first_sighting(lease), lease.label)
        except PageError as error:
            self._attempt_failed(url, str(error))
            return
        yield from self._emitted(item, url, response)

    def _follow(self, found: Feed, page: Page) -> Iterator[Request]:
        self.crawler.stats.inc_value(f"espreso/feed/read/{found.way}")
        if found.wrong_weekdays:
            self.crawler.stats.inc_value("espreso/feed/wrong_weekday", found.wrong_weekdays)
        yield from self._leased(self._see(found.entries, page.url, identity.host_of(page.url), in_feed=True))

    def _follow_again(self, page: Page) -> Iterator[Request]:
        """Read the feed of a page that was fetched anyway; one without a feed is counted, not an error."""
        if self._seen.is_repeated(page):
            return
        try:
            found = feed(page)
        except LayoutError:
            self.crawler.stats.inc_value("espreso/feed/missing")
            return
        yield from self._follow(found, page)

    def _see(self, entries: Iterable[FeedEntry], seen_on: str, host: str, *, in_feed: bool) -> list[Lease]:
        """Tell the ledger of entries that are new or moved since this run last saw them; the rest costs nothing."""
        moved = self._seen.moved(entries)
        if not moved:
            return []
        self.crawler.stats.inc_value("espreso/feed/entries", len(moved))
        return self.keeper.ledger.entries.see(
            [sighting(entry, host, in_feed=in_feed) for entry in moved],
            seen_at=datetime.now(UTC),
            seen_on=seen_on,
            wanted=self._is_wanted,
            limit=self.left,
        )

    def _left_over(self) -> Iterator[Request]:
        """Take up what earlier runs saw and could not fetch."""
        since, until = self.arguments.since, self.arguments.until
        leases = self.keeper.ledger.entries.take(self.hosts, since=since, until=until, limit=self.left)
        yield from self._leased(leases)

    def _due_again(self) -> Iterator[Request]:
        """Look again at known articles, where ``ESPRESO_RECHECK`` asks for it."""
        for recheck in self.keeper.ledger.rechecks.due(self.hosts, limit=RECHECKS_A_RUN):
            yield Request(recheck.url, self.parse_recheck, errback=self.recheck_failed, cb_kwargs={"recheck": recheck})

    def _leased(self, leases: Iterable[Lease]) -> Iterator[Request]:
        for lease in leases:
            if identity.host_of(lease.url) not in self.hosts:
                self.crawler.stats.inc_value("espreso/feed/offsite")
                self.keeper.ledger.entries.settle(lease.url, "offsite", "not a host of this crawl")
                continue
            if self.left is not None:
                self.left -= 1
            yield Request(
                lease.url,
                self.parse_article,
                errback=self.article_failed,
                cb_kwargs={"lease": lease},
                dont_filter=False,
            )

    def _archive(self, found: Feed, page: Page) -> Iterator[Request]:
        walk = Walk.begin(
            self.keeper.ledger.coverage,
            found,
            page,
            since=self.arguments.since,
            page_limit=self.settings.getint("ESPRESO_LISTING_PAGES"),
        )
        if walk:
            yield from self._next_page(walk, walk.first_url(found, self.left))

    def _next_page(self, walk: Walk, url: str | None) -> Iterator[Request]:
        if url:
            yield Request(
                url,
                self.parse_listing,
                errback=self.listing_failed,
                cb_kwargs={"walk": walk},
                priority=ARCHIVE_PRIORITY,
            )

    def _is_wanted(self, sighting: Sighting) -> bool:
        """Return whether an entry's feed time may lie in the span: an update moves it up, never down."""
        since, published_at = self.arguments.since, sighting.published_at
        return since is None or published_at is None or datetime.fromisoformat(published_at) >= since

    def _page(self, response: Response) -> Page:
        return captured(response, decode_emails=self.settings.getbool("ESPRESO_DECODE_EMAILS"))

    def _attempt_failed(self, url: str, reason: str) -> None:
        self._log_failure(url, reason)
        self.keeper.ledger.entries.attempt_failed(url, reason)

    def _log_failure(self, url: str, reason: str) -> None:
        self.crawler.stats.inc_value("espreso/failures")
        self.logger.warning("%s: %s", url, reason.removeprefix(f"{url}: "))

    def _start_unreadable(self, url: str, reason: str) -> None:
        self.crawler.stats.max_value(EXIT_CODE_STAT, int(ExitCode.SOURCE))
        self.logger.error("Start page %s: %s", url, reason)
