"""A process that reads article pages beside a crawl that fetches them as fast as it can."""

import logging
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.settings import BaseSettings

from espreso_crawler.reading import Asked, Preparation, ReaderProcess, Reading

logger = logging.getLogger(__name__)

LONGEST_QUEUE = 64
"""Pages that wait for the process; with more, the crawl's own process lends a hand."""


class ReaderExtension:
    """Holds the process; the pages are read by the same function there and here.

    A crawl that waits between its requests has time to read, and gets none.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.preparation = Preparation()
        """Pipelines whose work can be done ahead ask for it in here when they are made."""
        self._stats = crawler.stats
        self._process = ReaderProcess()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to the beginning and the end of the crawl, if there is to be a process."""
        if not _is_worth_it(crawler.settings):
            raise NotConfigured
        extension = cls(crawler)
        crawler.signals.connect(extension.spider_opened, signals.spider_opened)
        crawler.signals.connect(extension.engine_stopped, signals.engine_stopped)
        return extension

    async def spider_opened(self) -> None:
        """Start the process: every pipeline is made by now, and what the reading needs is loaded."""
        try:
            await self._process.start(self.preparation)
        except OSError as error:
            logger.warning("No process to read pages could be started (%s): the crawl reads them itself", error)

    async def read(self, body: bytes, asked: Asked) -> Reading | None:
        """Have a page read in the process; None when it is to be read here."""
        if not (self._process.is_alive and self._process.waiting < LONGEST_QUEUE):
            return None
        self._stats.inc_value("espreso/read_apart")
        return await self._process.read(body, asked)

    def engine_stopped(self) -> None:
        """End the process."""
        self._process.close()


def _is_worth_it(settings: BaseSettings) -> bool:
    has_delay = settings.getfloat("DOWNLOAD_DELAY") > 0 or settings.getbool("AUTOTHROTTLE_ENABLED")
    return settings.getbool("ESPRESO_READER_PROCESS") and not has_delay
