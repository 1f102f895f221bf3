"""The spider that reads archives: pages captured earlier, by this crawler or by others, without a request."""

from collections.abc import AsyncIterator
from typing import Any, ClassVar

from scrapy.crawler import Crawler

from espreso_crawler.archive.reading import require_packages
from espreso_crawler.archive.reading.work import ArchivePool
from espreso_crawler.items import Article
from espreso_crawler.spiders.arguments import ArchiveArguments
from espreso_crawler.spiders.base import BaseSpider
from espreso_crawler.spiders.replay import Replay


class ArchiveSpider(BaseSpider):
    """Reads WARC and WACZ files, its own and others', through the pages, pipelines and ledger of a crawl.

    Arguments: ``path``, ``edition``, ``host``, ``since``, ``until``, ``limit`` (see `ArchiveArguments`).
    """

    name = "archive"
    arguments_type = ArchiveArguments
    arguments: ArchiveArguments
    path = ""
    is_live: ClassVar[bool] = False
    pool_type = ArchivePool
    custom_settings = {
        # Whatever asks for something gets an error: this spider has no way to any host.
        "DOWNLOAD_HANDLERS": dict.fromkeys(("http", "https", "file", "ftp", "s3", "data")),
        # No host to spare, so all processes read.
        "DOWNLOAD_DELAY": 0,
        "AUTOTHROTTLE_ENABLED": False,
    }

    def __init__(self, crawler: Crawler, given: dict[str, Any]) -> None:
        super().__init__(crawler, given)
        require_packages()
        self.archive = self.arguments.path.absolute()  # workers of a cluster stand in other folders
        self.replay = Replay(self.crawl, self.archive)

    async def start(self) -> AsyncIterator[Article]:
        """Read the archive."""
        async for item in self.replay.articles():
            yield item

    def closed(self, _reason: str) -> None:
        """Put what was counted into the stats."""
        self.replay.closed()
