"""SIGINT and SIGTERM: the crawl ends in order, from the first moment on, and its exit code says which one it was."""

import asyncio
import logging
import os
import signal
import threading
from types import FrameType
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.utils.asyncio import call_later

from espreso_crawler.exceptions import ExitCode

logger = logging.getLogger(__name__)

EXIT_CODE_STAT = "espreso/exit_code"
CODES = {signal.SIGINT: ExitCode.INTERRUPTED, signal.SIGTERM: ExitCode.TERMINATED}
GLANCE = 0.02
"""Seconds between two looks whether the engine is far enough to be stopped."""


def exit_code_of(crawler: Crawler) -> int:
    """Return the exit code noted so far; 0 for a crawl that did not get as far as its stats."""
    try:
        return int(crawler.stats.get_value(EXIT_CODE_STAT, 0))
    except RuntimeError:  # Scrapy's way to say that there are none yet
        return 0


class Stops:
    """Takes the place of Scrapy's signal handlers in ``scrapy crawl``.

    Scrapy's stop the reactor under a crawl that is still starting: its run stays open, and the exit code is 0. Here a
    crawl that is told to stop starts to the end first, a fraction of a second, and then closes as it always does. A
    second signal ends the process at once: what was committed stands, the next run takes up the rest.
    """

    def __init__(self) -> None:
        self.code: ExitCode | None = None
        """Exit code of the signal that came; None while there was none."""
        self.is_watching = False
        self.is_over = False
        """Whether the run is closed: a signal that comes now changes nothing in how it went."""
        self._crawler: Crawler | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def watch(self) -> None:
        """Take both signals from now on; only the main thread may."""
        if threading.current_thread() is threading.main_thread():
            for number in CODES:
                signal.signal(number, self._handle)
            self.is_watching = True

    def begin(self, crawler: Crawler) -> None:
        """Know the crawl that is to be stopped, and stop it if a signal has come already; called in its loop."""
        self._crawler, self._loop = crawler, asyncio.get_running_loop()
        self._stop()

    def end(self) -> None:
        """Note that the run is closed."""
        self.is_over, self._crawler = True, None

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        code = CODES[signal.Signals(number)]
        if self.code is not None:
            os._exit(code)
        self.code = code
        if self._crawler is not None and self._loop is not None:
            self._crawler.stats.max_value(EXIT_CODE_STAT, int(code))
            self._loop.call_soon_threadsafe(self._stop)  # a log line may be half written just now

    def _stop(self) -> None:
        crawler = self._crawler
        if crawler is None or self.code is None or not crawler.crawling:
            return
        crawler.stats.max_value(EXIT_CODE_STAT, int(self.code))
        if not crawler.engine.running:
            call_later(GLANCE, self._stop)
            return
        logger.info("Told to stop: the crawl ends in order; a second signal ends it at once")
        self._closing = asyncio.ensure_future(crawler.stop_async())


stops = Stops()
"""This process's: signals are a process's, not a crawl's."""


class SignalsExtension:
    """Hands the crawl to `stops`; without the ``crawl`` command it notes the signal and leaves the rest to Scrapy."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to the start and the end of the engine."""
        extension = cls(crawler)
        crawler.signals.connect(extension.engine_started, signals.engine_started)
        return extension

    def engine_started(self) -> None:
        """Begin to stop where that was asked for; else take Scrapy's handlers over, which it installs at its start."""
        if stops.is_watching:
            call_later(0, stops.begin, self.crawler)
        elif threading.current_thread() is threading.main_thread():
            call_later(0, self._watch)

    def _watch(self) -> None:
        for number in CODES:
            previous = signal.getsignal(number)
            if callable(previous):
                signal.signal(number, self._noting(previous))

    def _noting(self, previous: Any) -> Any:
        def handle(number: int, frame: FrameType | None) -> None:
            self.crawler.stats.max_value(EXIT_CODE_STAT, int(CODES[signal.Signals(number)]))
            previous(number, frame)

        return handle
