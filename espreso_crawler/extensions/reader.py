"""A process that reads article pages beside a crawl that fetches them as fast as it can."""

import logging
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from espreso_crawler.reading import Asked, Preparation, ReaderProcess, Reading

logger = logging.getLogger(__name__)

LONGEST_QUEUE = 24
"""Pages that wait for the process; with more, the crawl's own process lends a hand."""


class ReaderExtension:
    """Holds the process; the pages are read by the same function there and here.

    Started with the crawl, so that both load what they need at the same time. A crawl that waits between its requests
    has time to read, and gets none.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.preparation = Preparation()
        """Pipelines whose work can be done ahead ask for it in here when they are made."""
        self._stats = crawler.stats
        self._process = _started() if _is_worth_it(crawler.settings) else None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Start the process, if there is to be one."""
        extension = cls(crawler)
        if extension._process:
            crawler.signals.connect(extension.spider_opened, signals.spider_opened)
            crawler.signals.connect(extension.engine_stopped, signals.engine_stopped)
        return extension

    async def spider_opened(self) -> None:
        """Tell the process what to do: every pipeline is made by now."""
        if self._process:
            await self._process.begin(self.preparation)

    async def read(self, body: bytes, asked: Asked) -> Reading | None:
        """Have a page read in the process; None when it is to be read here."""
        if not (self._process and self._process.is_ready and self._process.waiting < LONGEST_QUEUE):
            return None
        self._stats.inc_value("espreso/read_apart")
        return await self._process.read(body, asked)

    def engine_stopped(self) -> None:
        """End the process."""
        if self._process:
            self._process.close()


def _is_worth_it(settings: BaseSettings) -> bool:
    has_delay = settings.getfloat("DOWNLOAD_DELAY") > 0 or settings.getbool("AUTOTHROTTLE_ENABLED")
    return settings.getbool("ESPRESO_READER_PROCESS") and not has_delay


def _started() -> ReaderProcess | None:
    try:
        return ReaderProcess()
    except OSError as error:
        logger.warning("No process to read pages could be started (%s): the crawl reads them itself", error)
        return None
