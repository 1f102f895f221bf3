"""What every spider is, whether it asks the site or reads an archive."""

from collections.abc import Collection
from typing import Any, ClassVar, Self

from scrapy import Spider
from scrapy.crawler import Crawler

from espreso_crawler.spiders.arguments import SpiderArguments
from espreso_crawler.spiders.crawl import Crawl


class BaseSpider(Spider):
    """What every spider is: typed arguments, the hosts whose pages are read, one `Crawl`."""

    arguments_type: ClassVar[type[SpiderArguments]]
    path: ClassVar[str]
    """Path of the page or list that a crawl of an edition begins with."""
    is_live: ClassVar[bool] = True
    """Whether it asks the site, and so sees how it is now."""

    def __init__(self, crawler: Crawler, given: dict[str, Any]) -> None:
        super().__init__()
        self.crawler, self.settings = crawler, crawler.settings  # Scrapy sets them too, after this
        self.arguments = self.arguments_type.parse(given)
        self.given = {name: value for name, value in given.items() if name != "_job"}
        self.hosts = self.arguments.hosts
        self.crawl = Crawl(crawler, self.arguments, self.logger)

    def leave_out(self, hosts: Collection[str]) -> None:
        """Read no pages of some hosts in this run: another one does."""
        self.hosts = self.crawl.hosts = self.hosts.difference(hosts)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *_args: Any, **given: Any) -> Self:
        """Make the spider for a crawl; raises `ArgumentError` for an argument that it cannot understand."""
        return super().from_crawler(crawler, crawler, given)
