"""Processes that read article pages beside a crawl that fetches them as fast as it can."""

import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.settings import BaseSettings

from espreso_crawler.cluster import Cluster, require_packages
from espreso_crawler.extensions.vocabularies import tagger_of
from espreso_crawler.places import places
from espreso_crawler.reading import Asked, Engine, Pool, Preparation, Reading, process_count

logger = logging.getLogger(__name__)

LONGEST_QUEUE = 64
"""Pages that wait for each process; with more, the crawl's own process reads too."""
TAGS, NEAR_DUPLICATES = "TagPipeline", "NearDuplicatesPipeline"


class ReadersExtension:
    """Holds the pool; the pages are read by the same function there and here.

    A crawl that waits between its requests has time to read, and gets none.
    """

    def __init__(self, crawler: Crawler, count: int, cluster: Callable[[], Engine] | None = None) -> None:
        self._stats = crawler.stats
        self._longest_queue = LONGEST_QUEUE * count
        pool_type = getattr(crawler.spider, "pool_type", Pool)
        work = pool_type.work_type(_preparation(crawler.settings))
        self.pool: Any = pool_type(count, work, _tell, cluster)
        """The processes: a `Pool`, or what the spider has in its place."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to the beginning and the end of the crawl, if there are to be processes.

        A cluster is asked at once: one that is of no use refuses the crawl, by `ConfigurationError`.
        """
        count, archive = readers(crawler.settings), getattr(crawler.spider, "archive", None)
        cluster = cluster_of(crawler.settings, [archive]) if archive else None
        if count == 0 and cluster is None:
            raise NotConfigured
        extension = cls(crawler, count, cluster)
        if cluster is not None:
            extension.pool.start()
        crawler.signals.connect(extension.spider_opened, signals.spider_opened)
        crawler.signals.connect(extension.engine_stopped, signals.engine_stopped)
        return extension

    def spider_opened(self) -> None:
        """Start the processes: nothing can refuse the crawl any more, and what the reading needs is loaded."""
        if self.pool.is_alive:
            return
        try:
            self.pool.start()
        except OSError as error:
            _tell(str(error))

    async def read(self, body: bytes, asked: Asked) -> Reading | None:
        """Have a page read in another process; None when it is to be read here."""
        if not self.pool.is_alive or self.pool.waiting >= self._longest_queue:
            return None
        reading: Reading | None = await self.pool.read(body, asked)
        if reading is not None:
            self._stats.inc_value("espreso/read_apart")
        return reading

    async def settled(self) -> None:
        """Wait until the pages that are being read now have been read."""
        await self.pool.settled()

    def engine_stopped(self) -> None:
        """End the processes."""
        self.pool.close()


def cluster_of(settings: BaseSettings, reads: Sequence[Path]) -> Callable[[], Engine] | None:
    """Return what makes the cluster that ``ESPRESO_CLUSTER`` names, if it names one; its workers read some folders.

    Raises `ConfigurationError` when its package is missing.
    """
    address = settings.get("ESPRESO_CLUSTER")
    if not address:
        return None
    require_packages()
    return partial(Cluster, address, places(settings).cluster, reads)


def readers(settings: BaseSettings) -> int:
    """Return how many processes read: what ``ESPRESO_READERS`` says, else one less than the cores.

    None in a crawl with a delay between its requests, and as `process_count` says.
    """
    has_delay = settings.getfloat("DOWNLOAD_DELAY") > 0 or settings.getbool("AUTOTHROTTLE_ENABLED")
    return 0 if has_delay else process_count(settings.get("ESPRESO_READERS"), spared=1)


def _preparation(settings: BaseSettings) -> Preparation:
    """Return what is made of an article where it is read: what the crawl's own pipelines would make of it."""
    return Preparation(
        tagger_of(settings) if _has(settings, TAGS) else None,
        is_sketched=_has(settings, NEAR_DUPLICATES) and settings["ESPRESO_NEAR_DUPLICATES"] != "off",
    )


def _has(settings: BaseSettings, pipeline: str) -> bool:
    """Return whether the crawl has one of this project's pipelines; a subclass of yours does its work itself."""
    return any(order is not None and _name(each) == pipeline for each, order in settings["ITEM_PIPELINES"].items())


def _name(component: Any) -> str:
    path = component if isinstance(component, str) else f"{component.__module__}.{component.__qualname__}"
    return path.rpartition(".")[2] if path.startswith("espreso_crawler.") else ""


def _tell(why: str) -> None:
    logger.warning("The reading processes have ended (%s): the crawl reads pages itself from now on", why)
