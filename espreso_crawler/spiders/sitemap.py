"""The spider of the sitemaps: every article that ``/sitemap.xml`` and its children name."""

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from espreso_crawler import site
from espreso_crawler.pages.lists import Child, sitemap
from espreso_crawler.spiders.espreso import EspresoSpider
from espreso_crawler.spiders.lists import Lists

# Their addresses are those of lists of articles; a sitemap of another name is read, whatever it holds.
NOT_ARTICLES = re.compile(r"categor|rubric|tags?(?![a-z])|author", re.IGNORECASE)
MOST_SITEMAPS = 1_000
"""Sitemaps that one run asks for: an index may name itself, or ever new ones."""


class SitemapSpider(EspresoSpider):
    """Fetches what the sitemaps of an edition name.

    Arguments: ``start`` (address of a sitemap), ``edition``, ``since``, ``until``, ``limit``: see `CrawlArguments`.
    """

    name = "sitemap"
    path = site.SITEMAP

    def __init__(self, crawler: Crawler, given: dict[str, Any]) -> None:
        super().__init__(crawler, given)
        self.lists = Lists(self.crawl)
        self.begin_with(self.parse_sitemap)
        self._asked: set[str] = set()

    def parse_sitemap(self, response: Response) -> Iterator[Request]:
        """Note what a sitemap names, or go on to the sitemaps that an index names. Raises `PageError`.

        @demo_page /sitemap.xml
        @returns requests 1
        """
        found = sitemap(response.body, response.url)
        self.lists.note(found, response.url)
        if found.is_whole and not found.children:  # an index stays as it is while a sitemap it names changes
            self.starts.versions.keep(response)
        yield from self._requests(child.url for child in found.children if self._may_have_articles(child))

    def _requests(self, urls: Iterable[str]) -> Iterator[Request]:
        new = [url for url in dict.fromkeys(urls) if url not in self._asked]
        asked = new[: MOST_SITEMAPS - len(self._asked)]
        if len(asked) < len(new):
            self.crawl.failed(new[len(asked)], f"left out: a run reads {MOST_SITEMAPS} sitemaps at most")
        self._asked.update(asked)
        yield from self.starts.requests(asked)

    def _may_have_articles(self, child: Child) -> bool:
        latest = child.changed[1] if child.changed else None
        is_ours = self.crawl.has_host_of(child.url) and not NOT_ARTICLES.search(urlsplit(child.url).path)
        is_wanted = is_ours and self.crawl.may_hold(latest)
        self.crawl.stats.inc_value(f"espreso/sitemap/{'read' if is_wanted else 'passed_over'}")
        return is_wanted
