"""What a crawl shows of itself: figures in the terminal or a line each minute, and at the end what it gave."""

import logging
import os
import sys
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.utils.asyncio import create_looping_call

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.extensions.announcement import AnnouncementExtension
from espreso_crawler.extensions.ledger import keeper_of
from espreso_crawler.extensions.manners import manners_of
from espreso_crawler.log_format import tells
from espreso_crawler.options import NEXT_CRAWL
from espreso_crawler.progress.display import Display, is_wanted
from espreso_crawler.progress.figures import Course, Figures, Span, State, Wait
from espreso_crawler.progress.words import Ended, line, moment

logger = logging.getLogger(__name__)

REFRESH_SECONDS = 0.5


class ProgressExtension:
    """Looks at stats and ledger by the clock, never at single pages, so that a fast crawl stays fast."""

    line_seconds = 60.0
    """Seconds between two lines where there is no terminal."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._mode = str(crawler.settings.get("ESPRESO_PROGRESS"))
        self._display: Display | None = None
        self._course = Course(monotonic())
        self._told = monotonic()
        self._clock = create_looping_call(self._tick)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to the start of the engine."""
        if not hasattr(crawler.spider, "arguments"):  # one of Scrapy's own commands looks at a page
            raise NotConfigured
        extension = cls(crawler)
        crawler.signals.connect(extension.engine_started, signals.engine_started)
        return extension

    def engine_started(self) -> None:
        """Begin; be called at the end after the ledger, as receivers are called in the order in which they asked."""
        self.crawler.signals.connect(self.engine_stopped, signals.engine_stopped)
        if is_wanted(self._mode) and not _fills_terminal(self.crawler):
            spider: Any = self.crawler.spider
            display = Display(f"{spider.name}: {', '.join(sorted(spider.hosts))}", is_forced=self._mode == "on")
            self._display = display if display.start() else None
        if self._display:
            self._announce()
        self._clock.start(REFRESH_SECONDS, now=bool(self._display))

    def engine_stopped(self) -> None:
        """Say what the run gave: one line when nothing was new, else a table."""
        if self._clock.running:
            self._clock.stop()
        if self._display:
            self._display.stop()
        keeper = keeper_of(self.crawler)
        ended = Ended(keeper.document, str(keeper.ledger.session.output))
        spider: Any = self.crawler.spider
        if ended.is_quiet:
            hosts, then = ", ".join(sorted(spider.hosts)), _next_crawl()
            logger.info("%s, %s: nothing new: %s%s", spider.name, hosts, ended.summary(), then)
            self._print(f"{spider.name}, {hosts}: nothing new: {ended.summary()}{then}")
        else:
            logger.info("%s is over%s", spider.name, f"{_next_crawl()}\n{ended.table()}")
            self._print(f"{spider.name} is over\n{ended.table()}")

    def _print(self, text: str) -> None:
        """Show the end on the terminal too, when the log goes elsewhere; not to one who wants warnings only."""
        if self._display and not self._display.has_log and tells(self.crawler.settings.get("LOG_LEVEL"), logging.INFO):
            self._display.print(text)

    def _tick(self) -> None:
        now = datetime.now(UTC)
        state = self._state(now)
        if state is None:
            return
        if self._display and self._display.is_on:
            self._display.show(state, now)
            return
        figures = state.figures
        if figures.queued or figures.written or figures.failed:
            self._announce()
        if self._mode != "off" and monotonic() - self._told >= self.line_seconds:
            self._told = monotonic()
            self._announce()
            logger.info("Progress: %s", line(state, now))

    def _state(self, now: datetime) -> State | None:
        """Return what is to be shown; None when the ledger fails, of which its own extension tells."""
        keeper = keeper_of(self.crawler)
        if keeper.failed:
            return None
        ledger = keeper.ledger
        try:
            counts, queued = ledger.counts()
            hosts = getattr(self.crawler.spider, "hosts", ())
            spans = [
                Span(each.host, each.newest, each.oldest, each.below)
                for host in hosts
                for each in ledger.coverage.open_stretches(host)[:1]
            ]
        except LedgerError:
            return None
        figures = Figures.of(self.crawler.stats.get_stats(), counts, checked=ledger.holding.waiting, queued=queued)
        return self._course.state(figures, spans, self._waits(now), now=now, clock=monotonic())

    def _waits(self, now: datetime) -> list[Wait]:
        found = []
        for host in manners_of(self.crawler).hosts:
            if host.closed or host.left:
                until = now + timedelta(seconds=host.rest) if host.rest else None
                found.append(Wait(host.name, until, host.closed or host.reason))
        if not found:
            slots = self.crawler.engine.downloader.slots
            found = [
                Wait(name, None, f"{slot.delay:.1f} s between requests")
                for name, slot in slots.items()
                if slot.queue and slot.delay
            ]
        return found

    def _announce(self) -> None:
        """Let the crawl say what it is about to do: a poll that finds nothing is one line, so it waits for news."""
        if announcement := self.crawler.get_extension(AnnouncementExtension):
            announcement.tell()


def _fills_terminal(crawler: Crawler) -> bool:
    """Return whether a copy of the records goes to the terminal itself."""
    to_stdout = any(str(uri).startswith("stdout:") for uri in crawler.settings.getdict("FEEDS"))
    return to_stdout and sys.stdout is not None and sys.stdout.isatty()


def _next_crawl() -> str:
    """Return when the scheduler that started this crawl starts the next one."""
    if not (at := os.environ.get(NEXT_CRAWL)):
        return ""
    then, now = datetime.fromisoformat(at), datetime.now(UTC)
    return f"; next crawl about {moment(then, now)}" if then > now else ""  # a long crawl leaves some out
