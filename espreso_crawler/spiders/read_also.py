"""The spider of the "Read also" feed: start pages, feed entries, and the archive as far back as `since` asks."""

from collections.abc import Iterator
from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from espreso_crawler import site
from espreso_crawler.items import Article
from espreso_crawler.pages import Feed, feed, is_article
from espreso_crawler.pages.feed import leading_on
from espreso_crawler.spiders.arguments import ReadAlsoArguments
from espreso_crawler.spiders.browsing import Browsing
from espreso_crawler.spiders.espreso import EspresoSpider
from espreso_crawler.spiders.feeds import Feeds
from espreso_crawler.spiders.older_pages import OlderPages


class ReadAlsoSpider(EspresoSpider):
    """Follows the "Read also" feed of an edition, or of any page of the site.

    Arguments: ``start``, ``edition``, ``since``, ``until``, ``limit``, ``browser`` (see `ReadAlsoArguments`).
    """

    name = "read_also"
    arguments_type = ReadAlsoArguments
    path = site.NEWS
    arguments: ReadAlsoArguments

    def __init__(self, crawler: Crawler, given: dict[str, Any]) -> None:
        super().__init__(crawler, given)
        self.feeds = Feeds(self.crawl)
        self.begin_with(self.parse_start, self.feeds)
        self.older_pages = OlderPages(self.crawl, self.feeds, self.articles)
        self.browsing = Browsing(self.crawl, self.arguments.browser, self.feeds, self.articles, self.older_pages)

    def parse_start(self, response: Response) -> Iterator[Request | Article]:
        """Read a start page: its feed, its article if it is one, and the archive if `since` asks for more.

        Raises `PageError`.

        @demo_page /news
        @returns requests 20
        @returns items 0 0
        """
        page = self.crawl.page(response)
        in_browser = self.browsing.wants(page)
        found = Feed() if in_browser else feed(page)
        if is_article(page):
            yield from self.articles.on_start_page(page, response)
        else:
            found = leading_on(found, page)
        if in_browser:
            yield from self.browsing.requests(page)
            return
        known = self.older_pages.known(found)
        yield from self.articles.requests(self.feeds.follow(found, page.url))
        yield from self.browsing.older(found, page, known)
