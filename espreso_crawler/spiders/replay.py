"""An archive read as if its pages were fetched now, oldest first: articles for the pipelines, and no request at all."""

import asyncio
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from espreso_crawler import identity, site
from espreso_crawler.archive import is_own
from espreso_crawler.archive.reading.plan import Plan
from espreso_crawler.archive.reading.stored import Found, StoredCapture
from espreso_crawler.archive.reading.volumes import volumes
from espreso_crawler.archive.reading.work import Answer, ArchiveWork, PageQuestion, ScanQuestion, asked
from espreso_crawler.exceptions import ClusterError, ExitCode, UnreadableArchive
from espreso_crawler.extensions.captures import Capture, attach
from espreso_crawler.extensions.readers import ReadersExtension
from espreso_crawler.extensions.reservations import ReservationsExtension
from espreso_crawler.extensions.signals import EXIT_CODE_STAT
from espreso_crawler.items import Article, FeedSighting
from espreso_crawler.reading import Asked, Preparation, Processes, Reading, Served
from espreso_crawler.spiders.archived_feeds import ArchivedFeeds
from espreso_crawler.spiders.articles import FUTURE
from espreso_crawler.spiders.crawl import Crawl
from espreso_crawler.spiders.sources import Sources

SCANS = 2
"""Files under way for each process."""


@dataclass(slots=True)
class _Page:
    capture: StoredCapture
    urls: tuple[str, ...]
    """Its address and those that led there, canonical, each once."""
    known: tuple[FeedSighting | None, str | None]
    """What was known of its entry when it was asked for."""
    answer: "asyncio.Future[Answer]"


class Replay:
    """Reads the archive of one run."""

    def __init__(self, crawl: Crawl, archive: Path) -> None:
        self._crawl = crawl
        self._archive = archive
        self._feeds = ArchivedFeeds(crawl)
        self._sources = Sources()
        self._work = ArchiveWork(Preparation())
        self._held: dict[str, StoredCapture | None] = {}
        self.plan = Plan()

    async def articles(self) -> AsyncIterator[Article]:
        """Look through all files, then read what is ours, by the time of capture; the articles come in this order.

        What cannot be read is logged, each with its file and byte, and the rest is read.
        """
        shared = self._pool.shared if self._pool else None
        try:
            with tempfile.TemporaryDirectory(prefix="espreso-archive-", dir=shared) as spool:
                await self._scan(Path(spool))
                async for page in self._under_way():
                    for item in await self._read(page):
                        yield item
                        await asyncio.sleep(0)  # the pipelines take it before the next one
        except ClusterError as error:
            self._unreadable(str(error))

    def closed(self) -> None:
        """Put the counts of sources into the stats."""
        self._sources.tell(self._crawl.stats)

    async def _scan(self, spool: Path) -> None:
        """Make the plan."""
        stats, captures = self._crawl.stats, list[StoredCapture]()
        waiting: deque[asyncio.Future[Answer]] = deque()
        try:
            found = list(volumes(self._archive, spool))
        except UnreadableArchive as error:
            self._unreadable(str(error))
            return
        for volume in found:
            if isinstance(volume, UnreadableArchive):
                self._unreadable(str(volume))
                continue
            waiting.append(self._asked(ScanQuestion(volume, self._crawl.hosts, spool)))
            if len(waiting) >= SCANS * (self._pool.count if self._pool else 1):
                captures += self._scanned(await waiting.popleft())
        while waiting:
            captures += self._scanned(await waiting.popleft())
        self.plan = Plan.of(captures, site.RESERVATIONS)
        stats.set_value("espreso/archive/pages", len(self.plan.pages))
        stats.set_value("espreso/archive/other_answers", self.plan.others)

    def _scanned(self, answer: Answer) -> list[StoredCapture]:
        found = answer.found or Found()
        for flaw in found.flaws:
            (self._flaw if found.records else self._unreadable)(flaw)
        self._crawl.stats.inc_value("espreso/archive/records", found.records)
        return found.captures

    async def _under_way(self) -> AsyncIterator[_Page]:
        """Have pages read, and yield them as they stand; as many as keep the processes busy are under way."""
        waiting: deque[_Page] = deque()
        for capture in self.plan.pages:
            if self._is_over:
                break
            if _is_older_page(capture.url):
                self._crawl.stats.inc_value("espreso/archive/lists")
                continue
            waiting.append(self._page(capture))
            # The feed of a start page is known before the articles are read that it leads to.
            most = 1 if _is_start(capture.url) or not self._pool else self._pool.window
            while len(waiting) >= most:
                yield waiting.popleft()
        while waiting and not self._is_over:
            yield waiting.popleft()

    def _page(self, capture: StoredCapture) -> _Page:
        urls = tuple(dict.fromkeys(identity.canonical_url(each) for each in self._led_to(capture)))
        known = self._feeds.sighting(urls)
        return _Page(capture, urls, known, self._asked(self._question(capture, known)))

    def _led_to(self, capture: StoredCapture) -> tuple[str, ...]:
        return (capture.url, *self.plan.led_to(capture.url))

    def _question(self, capture: StoredCapture, known: tuple[FeedSighting | None, str | None]) -> PageQuestion:
        served = Served(capture.url, capture.at, capture.status, decode_emails=self._crawl.decodes_emails)
        words = self._feeds.last_words(capture.url)
        return PageQuestion(
            capture, self.plan.payload(capture), asked(Asked(served, *known, wants_feed=True, last_words=words))
        )

    async def _read(self, page: _Page) -> list[Article]:
        """Take over what a page says; the pages before it have been taken over."""
        answer, capture = await page.answer, page.capture
        known = self._feeds.sighting(page.urls)
        if known != page.known and answer.reading and answer.reading.article:  # pages that were under way showed it
            answer = await self._asked(self._question(capture, known))
        reading = answer.reading or Reading(error=f"{capture.url}: not read")
        stats = self._crawl.stats
        stats.inc_value("espreso/archive/read")
        stats.inc_value("espreso/archive/bytes", answer.size)
        if self._pool and self._pool.is_alive:
            stats.set_value("espreso/archive/workers", self._pool.count)
        items = list(self._emitted(reading, page))
        self._feeds.read(reading.feed, capture.url, capture.at)
        if reading.article is None and reading.is_no_article:
            stats.inc_value("espreso/archive/no_article")
        elif reading.article is None:
            self._flaw(str(reading.error))
        if reading.bug:
            self._crawl.logger.error("Bug: %s", reading.bug)
        return items

    def _emitted(self, reading: Reading, page: _Page) -> Iterator[Article]:
        item, crawl = reading.article, self._crawl
        if item is None or crawl.left == 0:
            return
        capture, published = page.capture, item.date_published
        if published is not None and published - capture.at > FUTURE:
            crawl.stats.inc_value("espreso/archive/before_publication")  # a crawl does not write it either
        elif published is not None and not crawl.arguments.covers(published):
            crawl.stats.inc_value("espreso/out_of_span")
        else:
            if crawl.left is not None:
                crawl.left -= 1
            self._hold_reservations(capture)
            self._sources.count(item)
            _point(item, capture, self._archive)
            urls = (*self._led_to(capture), *reading.other_addresses)
            yield attach(
                item, Capture(None, urls, digests=reading.digests, prepared=reading.prepared, is_archived=True)
            )

    def _hold_reservations(self, capture: StoredCapture) -> None:
        """Let what a host reserved at the time count; its file is in the archive, or the last one known."""
        host = identity.host_of(capture.url)
        current = self.plan.current(host, capture)
        if host in self._held and self._held[host] is current:
            return
        self._held[host] = current
        body: bytes | None = None
        if current is not None:
            try:
                body = self._work.body(current, self.plan.payload(current)) if current.status == HTTPStatus.OK else b""
            except UnreadableArchive as error:
                self._flaw(str(error))
        extension = self._crawl.crawler.get_extension(ReservationsExtension)
        if extension is not None:
            extension.hold(capture.url, body)

    def _asked(self, question: ScanQuestion | PageQuestion) -> "asyncio.Future[Answer]":
        asked = asyncio.ensure_future(self._answer(question))
        asked.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody may ask for it any more
        return asked

    async def _answer(self, question: ScanQuestion | PageQuestion) -> Answer:
        if self._pool is not None:
            answer = await self._pool.ask(question)
            if answer is not None:
                self._crawl.stats.inc_value("espreso/read_apart")
                return answer
        if self._is_over:
            return Answer()
        return self._work.decoded(self._work.answer(question))

    @property
    def _pool(self) -> Processes[Answer] | None:
        readers = self._crawl.crawler.get_extension(ReadersExtension)
        return readers.pool if readers else None

    @property
    def _is_over(self) -> bool:
        """Whether the run is ending: what was not read is read by the next one."""
        engine = self._crawl.crawler.engine
        is_open = getattr(engine, "spider", None) is not None
        return self._crawl.left == 0 or self._crawl.keeper.failed or not is_open

    def _flaw(self, why: str) -> None:
        self._crawl.stats.inc_value("espreso/archive/flaws")
        self._crawl.logger.warning("Not read: %s", why)

    def _unreadable(self, why: str) -> None:
        """Say of what nothing at all could be read: the run has failed, whatever else it finds."""
        self._crawl.stats.inc_value("espreso/archive/unreadable")
        self._crawl.stats.max_value(EXIT_CODE_STAT, int(ExitCode.SOURCE))
        self._crawl.logger.error("Archive: %s", why)


def _is_start(url: str) -> bool:
    """Return whether an address is that of a page from which a crawl begins."""
    return identity.is_home(url) or urlsplit(url).path.rstrip("/") in site.ARTICLE_LISTS


def _is_older_page(url: str) -> bool:
    """Return whether an address is that of an older page of the list of news: its entries tell nothing of an article.

    They have no place in the feed and no label.
    """
    return parse_qs(urlsplit(url).query).get(site.PAGE, ["1"])[0] != "1"


def _point(item: Article, capture: StoredCapture, archive: Path) -> None:
    """Let the record point to its page: the file's name in the archive, and the byte in it where that can be read.

    A crawl's own file has the same name whichever part of its archive is read: the month's folder belongs to it.
    """
    path = Path(capture.path)
    if path == archive:
        name = path.name
    elif archive.is_dir() and path.is_relative_to(archive):
        name = path.relative_to(archive).as_posix()
    else:  # a copy, of what is packed as a whole
        return
    own = "/".join(path.absolute().parts[-2:]).removesuffix(".open")
    item.evidence.warc_file = own if is_own(own) else name.removesuffix(".open")
    item.evidence.warc_offset = capture.offset
