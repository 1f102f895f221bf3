"""Which signal ended the crawl, as its exit code: Scrapy itself exits 0 on all of them."""

import signal
import threading
from types import FrameType
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.utils.asyncio import call_later

from espreso_crawler.exceptions import ExitCode

EXIT_CODE_STAT = "espreso/exit_code"
CODES = {signal.SIGINT: ExitCode.INTERRUPTED, signal.SIGTERM: ExitCode.TERMINATED}


def exit_code_of(crawler: Crawler) -> int:
    """Return the exit code noted so far; 0 for a crawl that did not get as far as its stats."""
    try:
        return int(crawler.stats.get_value(EXIT_CODE_STAT, 0))
    except RuntimeError:  # Scrapy's way to say that there are none yet
        return 0


class SignalsExtension:
    """Notes SIGINT and SIGTERM in the stat `EXIT_CODE_STAT`, then lets Scrapy's own handler do its work."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to the start of the engine."""
        extension = cls(crawler)
        crawler.signals.connect(extension.engine_started, signals.engine_started)
        return extension

    def engine_started(self) -> None:
        """Take the handlers over once the reactor runs: Scrapy installs its own when it starts."""
        if threading.current_thread() is threading.main_thread():
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
