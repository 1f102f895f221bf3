"""The spider of ``/rss``: the cheapest poll, one request beside robots.txt while nothing is new."""

from collections.abc import Iterable
from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from espreso_crawler import site
from espreso_crawler.pages.lists import rss
from espreso_crawler.spiders.espreso import EspresoSpider
from espreso_crawler.spiders.lists import Lists


class RssSpider(EspresoSpider):
    """Fetches what the RSS feed of an edition names.

    Arguments: ``start`` (address of an RSS feed), ``edition``, ``since``, ``until``, ``limit``: see `CrawlArguments`.
    """

    name = "rss"
    path = site.RSS

    def __init__(self, crawler: Crawler, given: dict[str, Any]) -> None:
        super().__init__(crawler, given)
        self.lists = Lists(self.crawl)
        self.begin_with(self.parse_rss)

    def parse_rss(self, response: Response) -> Iterable[Request]:
        """Note what an RSS feed names. Raises `PageError`.

        @demo_page /rss
        @returns requests 0 0
        @lists 10
        """
        found = rss(response.body, response.url)
        self.lists.note(found, response.url)
        if found.is_whole:
            self.starts.versions.keep(response)
        return ()
